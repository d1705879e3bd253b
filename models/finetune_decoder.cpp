#include "models/finetune_decoder.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "analysis/evidence.h"
#include "analysis/package_weights.h"
#include "analysis/right_ventricle.h"
#include "models/decoder_report.h"
#include "models/draw_ahead.h"
#include "models/extend_package.h"
#include "models/patient_split.h"
#include "models/run_log.h"
#include "models/training_console.h"

namespace cmr {
namespace {

using nlohmann::json;

// Codes as DICOM PS3.16 uses them for segments; insertion points and annulus have none there.
HeadCode codeOf(const std::string& structure) {
  static const std::map<std::string, HeadCode> codes{
      {"lv_cavity", {"87878005", "SCT", "Left ventricle"}},
      {"lv_myocardium", {"49848007", "SCT", "Left Ventricle Myocardium"}},
      {"rv_cavity", {"53085002", "SCT", "Right ventricle"}},
      {"left_atrium", {"82471001", "SCT", "Left atrium"}},
      {"right_atrium", {"73829009", "SCT", "Right atrium"}}};
  const auto found = codes.find(structure);
  return found == codes.end() ? HeadCode{} : found->second;
}

std::vector<std::string> sequencesOf(const std::string& task) {
  if (task == "seg_lge_sax") return {"lge"};
  if (task == "seg_map_sax") return {"t1_map", "t2_map"};
  return {"cine"};
}

std::vector<std::string> viewsOf(const std::string& task) {
  if (task == "seg_cine_lax") return {"2ch", "3ch", "4ch"};
  if (task == "landmarks") return {"sax", "2ch", "3ch", "4ch"};
  return {"sax"};
}

class DecoderConsole final : public DecoderReport {
 public:
  DecoderConsole(const std::string& logPath, const HeadDescription& head)
      : log_(logPath), head_(head) {}

  void progress(const TrainingProgress& p) override { tellProgress(log_, p); }

  void validated(std::int64_t step, const DecoderScores& scores, bool best) override {
    const double point = bestOperatingPoint(head_, scores);
    std::printf("  held out, at %lld%s:\n%s", static_cast<long long>(step),
                best ? " (best so far)" : "", scoresText(scores, head_, point).c_str());
    std::fflush(stdout);
    log_.write({{"step", step},
                {"selection", numberOrNull(scores.selection())},
                {"best", best},
                {"operatingPoint", point},
                {"heldOut", scoresJson(scores, head_, point)}});
  }

 private:
  RunLog log_;
  HeadDescription head_;
};

std::int64_t parameterCount(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const auto& p : module.parameters()) count += p.numel();
  return count;
}

std::map<std::string, torch::Tensor> tensorsOf(const TaskDecoder& decoder) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& item : decoder.head->named_parameters()) {
    tensors[decoder.description.task + "." + item.key()] =
        item.value().detach().to(torch::kCPU, torch::kBFloat16);
  }
  return tensors;
}

json framesWithRv(const std::vector<TrainingFrame>& frames) {
  std::set<std::string> patients;
  std::size_t withRv = 0;
  for (const TrainingFrame& frame : frames) {
    patients.insert(frame.patient);
    withRv += knowsRightVentricle(frame) ? 1U : 0U;
  }
  return {{"frames", frames.size()}, {"withRv", withRv}, {"patients", patients}};
}

json describeTraining(const DecoderOptions& o, std::int64_t bestStep) {
  json training = {{"command", o.command},
                   {"seed", o.training.seed},
                   {"steps", o.training.steps},
                   {"bestStep", bestStep},
                   {"batch", o.training.batch},
                   {"precision", precisionName(o.training.precision)},
                   {"device", deviceName(o.training.device)},
                   {"subjects", "drawn hearts, one for each crop"},
                   {"validationPhantoms", o.training.validationPhantoms}};
  if (o.training.frames.empty()) return training;
  training["subjects"] = "real frames and drawn hearts";
  training["phantomShare"] = o.training.phantomShare;
  training["trained"] = framesWithRv(o.training.frames);
  training["validated"] = framesWithRv(o.training.validationFrames);
  training["excludedPatients"] = o.excludedPatients;
  return training;
}

// Frames held out that do not know the right ventricle could not choose by it.
void takeFrames(DecoderOptions& o) {
  if (o.task != rightVentricleTask) {
    if (!o.frames.empty()) {
      throw InputError("the head " + o.task + " learns from drawn hearts alone, not from --frames");
    }
    return;
  }
  PatientSplit split =
      splitByPatient(std::move(o.frames), o.validationPatients, o.excludedPatients);
  o.training.frames = std::move(split.training);
  for (TrainingFrame& frame : split.validation) {
    if (knowsRightVentricle(frame)) o.training.validationFrames.push_back(std::move(frame));
  }
  if (std::none_of(o.training.frames.begin(), o.training.frames.end(), knowsRightVentricle) ||
      o.training.validationFrames.empty()) {
    throw InputError("the head " + o.task +
                     " learns from frames with masks of the right ventricle (rv/), of patients to "
                     "train on and of --validation-patients");
  }
}

}  // namespace

HeadDescription describeDecoder(const std::string& task,
                                const std::vector<std::string>& ownBlocks) {
  const Task& known = taskById(task);
  HeadDescription head;
  head.task = task;
  head.architecture =
      known.answer == AnswerKind::landmarks ? HeadArchitecture::heatmap : HeadArchitecture::dense;
  if (known.answer == AnswerKind::classification || task == "seg_cine_sax") {
    throw InputError("the task '" + task + "' has no head that shares a decoder");
  }
  for (const std::string& name : known.classes) {
    head.classes.push_back({name, "phantom", "off", codeOf(name)});
  }
  if (known.answer == AnswerKind::segmentation) {  // as every sample is drawn (label_stack.h)
    head.papillaryMuscles = PapillaryConvention::inCavity;
  }
  head.sequences = sequencesOf(task);
  head.views = viewsOf(task);
  DecoderDescription decoder;
  decoder.ownBlocks = ownBlocks;
  for (const std::string& sequence : head.sequences) {
    if (const auto window = mapWindow(sequence)) decoder.windows[sequence] = *window;
  }
  head.network = decoderToJson(decoder);
  return head;
}

void finetuneDecoder(const DecoderOptions& options) {
  DecoderOptions o = options;
  takeFrames(o);
  setThreads(o.threads);
  torch::manual_seed(o.training.seed);
  const ModelPackage package = openPackage(o.package);
  const std::string folder = o.packageFolder.empty() ? o.output + "/package" : o.packageFolder;
  prepareTarget(o.package, folder, o.training.resume && o.packageFolder.empty());
  Network network = readWeights(package);
  o.training.device = chooseDevice(o.device);
  o.training.drawThreads = drawingThreads(o.training.device.is_cuda());
  o.training.precision = choosePrecision(o.precision, o.training.device);
  o.training.size = package.input.size;
  o.training.spacingMm = package.input.spacingMm;
  o.training.folder = o.output;
  TaskDecoder decoder;
  decoder.description = describeDecoder(o.task, o.ownBlocks);
  decoder.head = DenseHead(network->trunk(), sharedGeometry(decoder.description));
  decoder.description.layers = network->geometry().dense.layers;
  if (!o.training.frames.empty()) {
    for (HeadClass& one : decoder.description.classes) one.evidence = "both";
    if (o.nonExpert) decoder.description.classes.back().evidence = nonExpertEvidence;
  }
  std::printf("%s in %s on %s %s: %lld parameters of its own, %lld steps of %d samples\n",
              o.task.c_str(), precisionName(o.training.precision).c_str(),
              package.identity.name.c_str(), package.identity.version.c_str(),
              static_cast<long long>(parameterCount(*decoder.head)),
              static_cast<long long>(o.training.steps), o.training.batch);
  std::filesystem::create_directories(o.output);
  DecoderConsole report(o.output + "/log.jsonl", decoder.description);
  const std::int64_t bestStep = trainDecoder(decoder, network, o.training, report);

  // The operating point is chosen on the hearts that the weights were chosen on, and measured on
  // others.
  const auto score = [&](const std::vector<DenseFrame>& frames) {
    return scoreDecoder(decoder, network, frames, o.training.size, o.training.spacingMm,
                        o.training.precision);
  };
  const int count = o.training.validationPhantoms;
  HeadDescription& head = decoder.description;
  head.leastProbability = bestOperatingPoint(head, score(validationFramesOf(o.task, o.training)));
  const DecoderScores scores = score(unseenFrames(o.task, count, o.training.seed));
  head.measured = {{"phantom",
                    {{std::to_string(count) + " drawn hearts, unseen",
                      scoresJson(scores, head, head.leastProbability)}}}};
  std::ofstream(o.output + "/evaluation.json") << decoder.description.measured.dump(2) << "\n";
  PackageAddition addition;
  addition.version = o.packageVersion;
  addition.tensors = tensorsOf(decoder);
  addition.heads[o.task] = decoder.description;
  addition.training[o.task] = describeTraining(o, bestStep);
  const std::string version = extendPackage(o.package, folder, addition);
  std::printf("best at step %lld; package %s written to %s\n", static_cast<long long>(bestStep),
              version.c_str(), folder.c_str());
}

}  // namespace cmr
