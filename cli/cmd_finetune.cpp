// `cmr finetune`: trains a segmentation head with its backbone and writes a model package, or
// trains a further head (dense or classification) on the backbone of a package and adds it to a
// copy.
#include <CLI/CLI.hpp>
#include <iterator>
#include <memory>

#include "analysis/errors.h"
#include "analysis/right_ventricle.h"
#include "cli/classifier_options.h"
#include "cli/decoder_options.h"
#include "cli/head_kind.h"
#include "cli/registered_commands.h"
#include "cli/typed_command.h"
#include "models/finetune.h"
#include "models/finetune_outline.h"
#include "models/png_frames.h"
#if CMR_READS_DICOM
#include "models/dicom_frames.h"
#endif

namespace cmr {
namespace {

struct FinetuneArguments {
  std::string task = "seg_cine_sax";
  std::string package;  // whose backbone further heads read, or whose own head is taught
  std::int64_t samples = 1600;
  DecoderArguments decoder;
  ClassifierArguments classifier;
  FinetuneOptions options;
  std::vector<std::string> pngFolders;
  std::vector<std::string> dicomFolders;
  double pngSpacingMm = 0;
  std::string maskEdges = "stored";
};

#if CMR_READS_DICOM
// "patient=series=contours": a folder of DICOM files and the folder with its contour files.
std::vector<TrainingFrame> framesOfSeries(const std::string& argument) {
  const std::size_t first = argument.find('=');
  const std::size_t second = first == std::string::npos ? first : argument.find('=', first + 1);
  if (second == std::string::npos) {
    throw InputError("--dicom wants PATIENT=SERIES_FOLDER=CONTOUR_FOLDER and got '" + argument +
                     "'");
  }
  return readDicomFrames(argument.substr(first + 1, second - first - 1),
                         argument.substr(second + 1), argument.substr(0, first));
}
#endif

std::vector<TrainingFrame> readFrames(const FinetuneArguments& a) {
  std::vector<TrainingFrame> all;
  const auto append = [&all](std::vector<TrainingFrame> frames) {
    std::move(frames.begin(), frames.end(), std::back_inserter(all));
  };
  if (!a.pngFolders.empty() && !(a.pngSpacingMm > 0)) {
    throw InputError("PNG frames carry no spacing: name it with --spacing-mm");
  }
  for (const std::string& folder : a.pngFolders) {
    append(readPngFrames(folder, a.pngSpacingMm, maskEdgesByName(a.maskEdges)));
    requirePatients(all);
  }
#if CMR_READS_DICOM
  for (const std::string& argument : a.dicomFolders) append(framesOfSeries(argument));
#endif
  return all;
}

void checkChoice(const FinetuneArguments& a, HeadKind kind) {
  if (kind != HeadKind::classifier && !a.classifier.table.empty()) {
    throw InputError("--images belongs to classification tasks: name one with --task");
  }
  if (a.decoder.nonExpert && kind != HeadKind::network && a.task != rightVentricleTask) {
    throw InputError("--non-expert is about masks of the right ventricle (rv/), which the task " +
                     a.task + " does not read");
  }
}

void run(FinetuneArguments& a) {
  a.options.command = typedCommand();
  const HeadKind kind = headKind(a.task);
  checkChoice(a, kind);
  a.options.nonExpert = a.decoder.nonExpert;
  switch (kind) {
    case HeadKind::network:
      if (a.package.empty()) return finetune(a.options, readFrames(a));
      return finetuneOutline({a.package, a.options, a.samples}, readFrames(a));
    case HeadKind::decoder:
      return finetuneDecoder(
          decoderOptions(a.task, a.package, a.options, a.decoder, readFrames(a)));
    case HeadKind::classifier:
      return finetuneClassifier(classifierOptions(a.task, a.package, a.options, a.classifier),
                                readClassifierImages(a.task, a.classifier, a.options.seed));
  }
}

void addData(CLI::App& c, FinetuneArguments& a) {
  c.add_option("--frames", a.pngFolders,
               "Folder with images/, endo/ and optional epi/ and rv/ PNG masks");
  c.add_option("--spacing-mm", a.pngSpacingMm, "Pixel spacing of the PNG frames");
  c.add_option("--mask-edges", a.maskEdges, maskEdgesHelp)
      ->check(CLI::IsMember({"stored", "sunnybrook"}))
      ->capture_default_str();
#if CMR_READS_DICOM
  c.add_option("--dicom", a.dicomFolders,
               "PATIENT=SERIES_FOLDER=CONTOUR_FOLDER, for a cine series with contour files");
#endif
  c.add_option("--validation-patients", a.options.validationPatients,
               "Patients never trained on, by which the best weights are chosen")
      ->delimiter(',');
  c.add_option("--exclude-patients", a.options.excludedPatients,
               "Patients left out altogether, for example because their contours are displaced")
      ->delimiter(',');
  c.add_option("--phantom-share", a.options.phantomShare, "Share of drawn hearts in each batch")
      ->capture_default_str();
  c.add_option("--phantom-only-steps", a.options.phantomOnlySteps,
               "Steps on drawn hearts alone, at first")
      ->capture_default_str();
}

void addTraining(CLI::App& c, FinetuneOptions& o) {
  c.add_option("--architecture", o.architecture, "vit-s8, tokens, image-path or unet")
      ->capture_default_str();
  c.add_option("--init", o.initialWeights,
               "best.ckpt of an earlier run, or a model package; what fits is taken");
  c.add_option("--backbone", o.backbone,
               "Start from this backbone (safetensors with timm's names): backbone.safetensors of "
               "`cmr pretrain`, or another's")
      ->excludes("--init");
  c.add_option("--steps", o.steps, "Batches in all (of a network)")->capture_default_str();
  c.add_option("--size", o.size, "Pixels of the square crop")->capture_default_str();
  c.add_option("--input-spacing-mm", o.spacingMm, "Millimetres per pixel of the crop")
      ->capture_default_str();
  c.add_option("--crops", o.crops, "Crops in a batch")->capture_default_str();
  c.add_option("--fields", o.fields, "Whole fields in a batch, for the first look")
      ->capture_default_str();
  c.add_option("--learning-rate", o.learningRate, "Largest learning rate")->capture_default_str();
  c.add_option("--backbone-rate", o.backboneRate, "Factor on the backbone's rate; 0 freezes it")
      ->capture_default_str();
  c.add_option("--layer-decay", o.layerDecay,
               "Factor on the rate of each block of the backbone against the block above it")
      ->check(CLI::Range(0.1, 1.0))
      ->capture_default_str();
  c.add_option("--drop-path", o.dropPath, "Largest drop-path rate")->capture_default_str();
  c.add_option("--token-drop", o.tokenDrop,
               "Share of samples whose tokens are hidden from the heads while training")
      ->check(CLI::Range(0.0, 0.95))
      ->capture_default_str();
  c.add_option("--validate-every", o.validateEvery, "Steps")->capture_default_str();
  c.add_option("--seed", o.seed, "The same seed gives the same run")->capture_default_str();
  c.add_option("--threads", o.threads, "0: as many as there are cores")->capture_default_str();
  c.add_option("--device", o.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  c.add_option("--precision", o.precision, "auto, float32 or bfloat16")->capture_default_str();
  c.add_flag("--resume", o.resume, "Go on from the last checkpoint in the run folder");
}

void addOutput(CLI::App& c, FinetuneOptions& o) {
  c.add_option("-o,--output", o.output, "Run folder: checkpoints, log and package")->required();
  c.add_option("--package-out", o.packageFolder, "Where the package goes (else OUTPUT/package)");
  c.add_option("--name", o.packageName, "Name of the package")->capture_default_str();
  c.add_option("--package-version", o.packageVersion,
               "Version of the package (else 0.1.0; with a head added, the next minor one)");
}

}  // namespace

void registerFinetune(CLI::App& app) {
  auto arguments = std::make_shared<FinetuneArguments>();
  CLI::App* command =
      app.add_subcommand("finetune", "Train a head, with or without its backbone, on labels");
  command
      ->add_option("--task", arguments->task,
                   "seg_cine_sax trains a network; the others a head on one that there is")
      ->check(CLI::IsMember(trainableTasks()))
      ->capture_default_str();
  command->add_option("--package", arguments->package,
                      "Package whose backbone a further head reads, and to a copy of which it is "
                      "added (else the default one); with seg_cine_sax: the package of whose own "
                      "head the last block is taught, in a copy");
  command
      ->add_option("--samples", arguments->samples,
                   "seg_cine_sax with --package: changed crops, each read once")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  addDecoderOptions(*command, arguments->decoder);
  addClassifierOptions(*command, arguments->classifier);
  addData(*command, *arguments);
  addTraining(*command, arguments->options);
  addOutput(*command, arguments->options);
  command->callback([arguments] { run(*arguments); });
}

}  // namespace cmr
