// `cmr pretrain`: self-distillation of the backbone on images without labels.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>

#include "analysis/errors.h"
#include "analysis/tasks.h"
#include "cli/process_family.h"
#include "cli/registered_commands.h"
#include "cli/typed_command.h"
#include "models/curve_picture.h"
#include "models/png_frames.h"
#include "models/png_images.h"
#include "models/pretrain.h"
#if CMR_READS_DICOM
#include "models/archive_images.h"
#include "models/dicom_images.h"
#include "models/orthanc_rest.h"
#endif

namespace cmr {
namespace {

struct PretrainArguments {
  PretrainOptions options;
  std::vector<std::string> folders;
  std::vector<std::string> archives;
  std::vector<std::string> excluded;
  double phantomShare = 0;
  std::vector<std::string> labelledFolders;
  double labelledSpacingMm = 1.33;
  std::vector<std::string> labelTables;  // "TASK=TABLE"
  std::size_t imagesPerEntry = 24;
  bool patches = false;
  std::optional<double> koleo;
};

std::vector<ImageFormat> formats() {
  std::vector<ImageFormat> all{pngImages()};
#if CMR_READS_DICOM
  all.push_back(dicomImages());
#endif
  return all;
}

void addArchives(const PretrainArguments& a, PretrainImages& images) {
#if CMR_READS_DICOM
  for (const std::string& url : a.archives) {
    const auto archive = std::make_shared<const OrthancRest>(url);
    images.addListed(archive->url(), listArchive(*archive), archiveImages(archive), a.excluded);
  }
#else
  if (!a.archives.empty()) throw InputError("this program was built without reading DICOM");
  static_cast<void>(images);
#endif
}

// What the first of several processes tells each of the others.
std::vector<std::vector<std::string>> placesOfOthers(PretrainOptions& o) {
  std::vector<std::vector<std::string>> added;
  if (o.place.size == 1 || o.place.rank > 0) return added;
  std::filesystem::create_directories(o.output);
  o.place.meeting = o.output + "/meeting-" + std::to_string(::getpid());
  for (int rank = 1; rank < o.place.size; ++rank) {
    added.push_back({"--process", std::to_string(rank), "--meeting", o.place.meeting});
  }
  return added;
}

// Gone with the run, however it ends; no path: nothing.
struct MeetingFile {
  std::string path;
  explicit MeetingFile(std::string file) : path(std::move(file)) {}
  MeetingFile(const MeetingFile&) = delete;
  MeetingFile& operator=(const MeetingFile&) = delete;
  ~MeetingFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

ProbeQuestion askedPhase(const PretrainArguments& a) {
  std::vector<TrainingFrame> frames;
  for (const std::string& folder : a.labelledFolders) {
    std::vector<TrainingFrame> read = readPngFrames(folder, a.labelledSpacingMm);
    std::move(read.begin(), read.end(), std::back_inserter(frames));
  }
  requirePatients(frames);
  return phaseQuestion(frames, a.labelledSpacingMm, a.options.plan.crops.globalSize);
}

ProbeQuestion askedClass(const PretrainArguments& a, const std::string& named) {
  const std::size_t equals = named.find('=');
  if (equals == std::string::npos) {
    throw InputError("--knn-images takes TASK=TABLE, not '" + named + "'");
  }
  const Task& task = taskById(named.substr(0, equals));
  if (task.answer != AnswerKind::classification) {
    throw InputError("--knn-images: " + task.id + " tells no images apart");
  }
  return classQuestion(
      task.id,
      readLabelledImages({named.substr(equals + 1), task.id, task.classes, a.imagesPerEntry},
                         formats()),
      a.options.plan.crops.globalSize);
}

// The first of several processes looks at the features alone.
std::vector<ProbeQuestion> questionsOf(const PretrainArguments& a) {
  std::vector<ProbeQuestion> questions;
  if (a.options.place.rank > 0) return questions;
  if (!a.labelledFolders.empty()) questions.push_back(askedPhase(a));
  for (const std::string& named : a.labelTables) questions.push_back(askedClass(a, named));
  return questions;
}

std::vector<CurveChoice> curvesOf(const std::vector<ProbeQuestion>& questions) {
  std::vector<CurveChoice> curves{{"loss", "loss"},
                                  {"patchLoss", "loss of masked patches"},
                                  {"targetEntropy", "entropy of the targets"},
                                  {"meanTargetEntropy", "entropy of the mean target"},
                                  {"rank", "rank of the features"}};
  for (const ProbeQuestion& question : questions) {
    curves.push_back({nearestNeighboursKey(question.name),
                      "nearest neighbours balanced accuracy, " + question.name});
  }
  return curves;
}

void run(PretrainArguments& a) {
  PretrainOptions& o = a.options;
  if (a.folders.empty() && a.archives.empty() && a.phantomShare <= 0) {
    throw InputError(
        "name images with --images or --archive, or drawn hearts with --phantom-share 1");
  }
  o.command = typedCommand();
  if (a.patches) {
    o.trainer.patchWeight = 1;
    o.geometry.patches = true;
  }
  o.trainer.koleoWeight = a.koleo.value_or(a.patches ? 0.1 : 0);
  o.geometry.vit.positionGrid = o.plan.crops.globalSize / o.geometry.vit.patchSize;
  PretrainImages images(o.seed);
  for (const std::string& folder : a.folders) {
    images.addFolder(folder, formats(), a.excluded);
  }
  addArchives(a, images);
  for (const std::string& part : a.excluded) {
    if (images.fittingExclusions().count(part) == 0) {
      throw InputError("--exclude '" + part + "' fits no file; is it written as in the paths?");
    }
  }
  images.addPhantoms(a.phantomShare);
  o.questions = questionsOf(a);
  o.draw = [picture = o.output + "/curves.png", curves = curvesOf(o.questions)](
               const std::string& log) { drawCurves(log, picture, curves); };
  ProcessFamily others(placesOfOthers(o));
  const MeetingFile meeting(o.place.rank == 0 ? o.place.meeting : "");
  pretrainBackbone(o, images);
  others.wait();
}

void addData(CLI::App& c, PretrainArguments& a) {
  c.add_option("--images", a.folders,
               CMR_READS_DICOM ? "Folder of DICOM or PNG images, searched with all below it"
                               : "Folder of PNG images, searched with all below it");
  c.add_option("--archive", a.archives,
               "Address of an Orthanc, http://host:8042, whose MR images are read over REST; name "
               "and password come from ~/.netrc");
  c.add_option("--exclude", a.excluded,
               "Part of a path; files whose path holds it are left out (test patients, say)")
      ->delimiter(',');
  c.add_option("--phantom-share", a.phantomShare, "Share of drawn hearts")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  c.add_option("--knn-frames", a.labelledFolders,
               "Folder with images/ and endo/, to watch how well nearest neighbours tell end "
               "diastole from end systole");
  c.add_option("--spacing-mm", a.labelledSpacingMm, "Pixel spacing of those frames")
      ->capture_default_str();
  c.add_option("--knn-images", a.labelTables,
               "TASK=TABLE, a task of classification and its labelled images as cmr finetune takes "
               "them, to watch how well nearest neighbours tell its classes; may be repeated");
  c.add_option("--images-per-entry", a.imagesPerEntry,
               "So many of a folder's images in such a table, spread evenly")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
}

void addMethod(CLI::App& c, PretrainArguments& a) {
  PretrainOptions& o = a.options;
  c.add_flag("--patch-objective", a.patches,
             "Masked patches (iBOT) and KoLeo beside the class token's objective");
  c.add_option("--koleo", a.koleo,
               "Weight of KoLeo; else 0.1 with --patch-objective, and 0 without")
      ->check(CLI::NonNegativeNumber);
  c.add_option("--prototypes", o.geometry.head.prototypes, "65536 in the paper")
      ->check(CLI::Range(2, 262144))
      ->capture_default_str();
  c.add_option("--size", o.plan.crops.globalSize, "Pixels of a global view; 224 in the paper")
      ->capture_default_str();
  c.add_option("--local-size", o.plan.crops.localSize, "Pixels of a local view; 96 in the paper")
      ->capture_default_str();
  c.add_option("--local-crops", o.plan.crops.localCrops, "Local views of an image")
      ->check(CLI::Range(0, 32))
      ->capture_default_str();
  c.add_option("--drop-path", o.geometry.dropPath, "Largest drop-path rate of the student")
      ->capture_default_str();
  c.add_option("--teacher-momentum", o.trainer.teacherMomentum, "At first; it rises to 1")
      ->capture_default_str();
  c.add_option("--teacher-temperature", o.trainer.teacherTemperature, "After its warm-up")
      ->capture_default_str();
}

void addTraining(CLI::App& c, PretrainOptions& o) {
  c.add_option("--steps", o.trainer.steps, "Steps in all")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  c.add_option("--warmup-steps", o.trainer.warmupSteps, "Of the learning rate; -1: a tenth of all")
      ->capture_default_str();
  c.add_option("--temperature-steps", o.trainer.temperatureSteps,
               "Of the teacher's temperature; -1: three tenths")
      ->capture_default_str();
  c.add_option("--frozen-prototype-steps", o.trainer.frozenPrototypeSteps,
               "Steps in which the last layer stays as it is; -1: three tenths")
      ->capture_default_str();
  c.add_option("--batch", o.plan.images, "Images at once")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  c.add_option("--accumulate", o.trainer.accumulate, "Batches in a step")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  c.add_option("--learning-rate", o.trainer.learningRate, "For 256 images a step, in proportion")
      ->capture_default_str();
  c.add_option("--clip", o.trainer.clipNorm, "Largest norm of the gradient")->capture_default_str();
  c.add_option("--checkpoint-every", o.trainer.checkpointEvery, "Steps")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  c.add_option("--probe-every", o.trainer.probeEvery, "Steps between looks at the features")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  c.add_option("--probe-images", o.probeImages, "Images that are looked at then")
      ->check(CLI::Range(std::size_t{2}, std::size_t{100000}))
      ->capture_default_str();
  c.add_option("--report-every", o.trainer.reportEvery, "Steps")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  c.add_option("--seed", o.seed, "The same seed gives the same run")->capture_default_str();
  c.add_option("--threads", o.threads, "0: as many as there are cores")->capture_default_str();
  c.add_option("--device", o.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  c.add_option("--processes", o.place.size,
               "So many take each step together, each with --accumulate batches: one for each GPU")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  // For the copies that the first process starts.
  c.add_option("--process", o.place.rank)->group("");
  c.add_option("--meeting", o.place.meeting)->group("");
  c.add_option("--precision", o.precision, "auto, float32 or bfloat16")->capture_default_str();
  c.add_flag("--resume", o.resume, "Go on from the last checkpoint in the run folder");
  c.add_option("-o,--output", o.output, "Run folder: checkpoint, log and backbone")->required();
}

}  // namespace

void registerPretrain(CLI::App& app) {
  auto arguments = std::make_shared<PretrainArguments>();
  arguments->options.geometry.dropPath = 0.1;
  CLI::App* command =
      app.add_subcommand("pretrain", "Teach a backbone on images without labels (DINO)");
  addData(*command, *arguments);
  addMethod(*command, *arguments);
  addTraining(*command, arguments->options);
  command->callback([arguments] { run(*arguments); });
}

}  // namespace cmr
