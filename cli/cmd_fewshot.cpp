// `cmr fewshot`: the few-label experiment as tables and a picture. Arms that start from different
// weights learn from the same few patients and are measured on the same others.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "analysis/errors.h"
#include "cli/registered_commands.h"
#include "cli/typed_command.h"
#include "models/fewshot.h"
#include "models/fewshot_picture.h"
#include "models/phantom_frames.h"
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
  int drawnHearts = 0;
  int drawnTestHearts = 12;
  std::uint64_t drawnSeed = 1;
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

struct Patients {
  std::vector<TrainingFrame> training;
  std::vector<TrainingFrame> test;
};

// Hearts after one another: none is in both.
Patients drawHearts(const FewshotArguments& a) {
  if (!a.frames.empty() || !a.testFrames.empty()) {
    throw InputError("--phantoms draws its patients; leave --frames and --test-frames out");
  }
  const std::string& task = a.options.task;
  std::cout << "drawing " << a.drawnHearts << " hearts to learn from and " << a.drawnTestHearts
            << " to be judged by" << std::endl;
  return {drawPatients(task, a.drawnHearts, a.drawnSeed),
          drawPatients(task, a.drawnTestHearts,
                       a.drawnSeed + static_cast<std::uint64_t>(a.drawnHearts))};
}

Patients readPatients(const FewshotArguments& a) {
  if (a.options.task != "seg_cine_sax") {
    throw InputError("frames with outlines are those of seg_cine_sax; the task " + a.options.task +
                     " has drawn hearts alone: give --phantoms");
  }
  if (a.frames.empty() || a.testFrames.empty() || a.spacingMm <= 0) {
    throw InputError("give --frames, --test-frames and --spacing-mm, or --phantoms");
  }
  const MaskEdges edges = maskEdgesByName(a.options.maskEdges);
  std::vector<TrainingFrame> training = readPngFrames(a.frames, a.spacingMm, edges);
  std::vector<TrainingFrame> test = readPngFrames(a.testFrames, a.spacingMm, edges);
  requirePatients(training);
  requirePatients(test);
  return {std::move(training), std::move(test)};
}

void run(FewshotArguments& a) {
  FewshotOptions& o = a.options;
  o.command = typedCommand();
  o.arms = fewshotArms(a.arms, a.modes);
  o.drawn = a.drawnHearts > 0;
  Patients patients = o.drawn ? drawHearts(a) : readPatients(a);
  std::string text;
  fewshot(o, std::move(patients.training), patients.test, [&](const FewshotReport& report) {
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
  c.add_option("--task", a.options.task, "What is learned; all but seg_cine_sax of drawn hearts")
      ->check(CLI::IsMember(tasksOfDrawnPatients()))
      ->capture_default_str();
  c.add_option("--frames", a.frames,
               "Folder to train on, with images/, endo/ and optional epi/ PNG masks");
  c.add_option("--test-frames", a.testFrames, "Such a folder of other patients, to measure on");
  c.add_option("--spacing-mm", a.spacingMm, "Pixel spacing of the PNG frames")
      ->check(CLI::PositiveNumber);
  c.add_option("--phantoms", a.drawnHearts,
               "Instead of frames: so many drawn hearts, each a patient to learn from")
      ->check(CLI::Range(1, 100000));
  c.add_option("--test-phantoms", a.drawnTestHearts, "Drawn hearts to be judged by")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  c.add_option("--phantom-seed", a.drawnSeed, "Number of the first drawn heart")
      ->capture_default_str();
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
