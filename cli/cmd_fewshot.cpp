// `cmr fewshot`: the few-label experiment as tables and a picture. Arms that start from different
// weights learn from the same few patients and are measured on the same others.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "analysis/errors.h"
#include "cli/registered_commands.h"
#include "cli/typed_command.h"
#include "models/fewshot.h"
#include "models/fewshot_picture.h"
#include "models/png_frames.h"

namespace cmr {
namespace {

struct FewshotArguments {
  FewshotOptions options;
  std::vector<std::string> arms;
  std::vector<std::string> modes{"frozen", "full"};
  std::string frames;
  std::string testFrames;
  double spacingMm = 0;
};

void writeText(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw ResourceError("cannot write " + path);
}

void writeReport(const std::string& folder, const FewshotReport& report) {
  std::vector<std::string> names;
  for (const FewshotOrigin& arm : report.arms) names.push_back(arm.arm);
  writeText(folder + "/fewshot.md", fewshotMarkdown(report));
  writeText(folder + "/fewshot.csv", fewshotCsv(report));
  writeText(folder + "/fewshot.json", fewshotJson(report).dump(2) + "\n");
  drawFewshot(report.rows(), names, report.sizes, folder + "/fewshot.png");
}

void run(FewshotArguments& a) {
  FewshotOptions& o = a.options;
  o.command = typedCommand();
  o.arms = fewshotArms(a.arms, a.modes);
  const MaskEdges edges = maskEdgesByName(o.maskEdges);
  std::string text;
  fewshot(o, readPngFrames(a.frames, a.spacingMm, edges),
          readPngFrames(a.testFrames, a.spacingMm, edges), [&](const FewshotReport& report) {
            writeReport(o.output, report);
            text = fewshotMarkdown(report);
          });
  std::cout << "\n" << text;
}

void addExperiment(CLI::App& c, FewshotArguments& a) {
  c.add_option("--arm", a.arms,
               "scratch, random-frozen, unet, or NAME=FILE: a backbone (.safetensors), or a "
               "package's folder or best.ckpt of a supervised warm-up; once for each arm, the "
               "first is what the others are compared with")
      ->required();
  c.add_option("--mode", a.modes, "How arms NAME=FILE learn, an arm for each: frozen, full")
      ->check(CLI::IsMember({"frozen", "full"}))
      ->delimiter(',')
      ->capture_default_str();
  a.options.sizes = {"1", "2", "4", "7", "14", "all"};
  c.add_option("--patients", a.options.sizes, "How many patients are labelled, a column for each")
      ->delimiter(',')
      ->capture_default_str();
  c.add_option("--draws", a.options.draws, "How often the labelled patients are drawn anew")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
}

void addData(CLI::App& c, FewshotArguments& a) {
  c.add_option("--frames", a.frames,
               "Folder to train on, with images/, endo/ and optional epi/ PNG masks")
      ->required();
  c.add_option("--test-frames", a.testFrames, "Such a folder of other patients, to measure on")
      ->required();
  c.add_option("--spacing-mm", a.spacingMm, "Pixel spacing of the PNG frames")
      ->required()
      ->check(CLI::PositiveNumber);
  c.add_option("--mask-edges", a.options.maskEdges, maskEdgesHelp)
      ->check(CLI::IsMember({"stored", "sunnybrook"}))
      ->capture_default_str();
  c.add_option("--exclude-patients", a.options.excludedPatients,
               "Training patients left out altogether, for example because their contours are "
               "displaced")
      ->delimiter(',');
}

void addTraining(CLI::App& c, FewshotOptions& o) {
  c.add_option("--architecture", o.architecture,
               "Of all arms but unet: vit-s8, or tokens, which has no image path beside the "
               "backbone")
      ->check(CLI::IsMember({"vit-s8", "tokens"}))
      ->capture_default_str();
  c.add_option("--steps", o.steps, "Batches of every training")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  c.add_option("--crops", o.crops, "Crops in a batch")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  c.add_option("--size", o.size, "Pixels of the square crop, a multiple of 16")
      ->check(CLI::Range(16, 1024))
      ->capture_default_str();
  c.add_option("--input-spacing-mm", o.spacingMm, "Millimetres per pixel of the crop")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  c.add_option("--learning-rate", o.learningRate, "Largest learning rate, the same in every arm")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  c.add_option("--seed", o.seed, "The same seed gives the same draws and trainings")
      ->capture_default_str();
  c.add_option("--threads", o.threads, "0: as many as there are cores")->capture_default_str();
  c.add_option("--device", o.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  c.add_option("--precision", o.precision, "auto, float32 or bfloat16")->capture_default_str();
}

}  // namespace

void registerFewshot(CLI::App& app) {
  auto arguments = std::make_shared<FewshotArguments>();
  CLI::App* command =
      app.add_subcommand("fewshot", "Compare starts by what they make of few labelled patients");
  addExperiment(*command, *arguments);
  addData(*command, *arguments);
  addTraining(*command, arguments->options);
  command
      ->add_option("-o,--output", arguments->options.output,
                   "Run folder: fewshot.md, .csv, .json and .png, and cells.jsonl, from which "
                   "the same command goes on")
      ->required();
  command->callback([arguments] { run(*arguments); });
}

}  // namespace cmr
