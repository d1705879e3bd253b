#include "models/pretrain.h"

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "models/backbone_file.h"
#include "models/draw_ahead.h"
#include "models/run_log.h"

namespace cmr {
namespace {

using nlohmann::json;

class PretrainConsole final : public PretrainReport {
 public:
  PretrainConsole(const PretrainOptions& options, const PretrainImages& images)
      : logPath_(options.output + "/log.jsonl"),
        log_(logPath_),
        draw_(options.draw),
        images_(images) {}

  void progress(const PretrainProgress& p) override {
    std::printf(
        "step %6lld/%lld  loss %.4f  rate %.2e  target entropy %.2f (of the mean %.2f)  "
        "%.2f s/step  data %2.0f %%  left %s\n",
        static_cast<long long>(p.step), static_cast<long long>(p.steps), p.loss, p.learningRate,
        p.targets.mean, p.targets.ofMean, p.secondsPerStep, 100 * p.dataShare,
        timeLeft(p.secondsPerStep * static_cast<double>(p.steps - p.step)).c_str());
    const SkippedImages skipped = images_.skipped();
    sayNew(skipped);
    std::fflush(stdout);
    log_.write({{"step", p.step},
                {"loss", p.loss},
                {"classLoss", p.classLoss},
                {"patchLoss", p.patchLoss},
                {"koleo", p.koleo},
                {"gradientNorm", p.gradientNorm},
                {"targetEntropy", p.targets.mean},
                {"meanTargetEntropy", p.targets.ofMean},
                {"rate", p.learningRate},
                {"weightDecay", p.weightDecay},
                {"teacherMomentum", p.teacherMomentum},
                {"teacherTemperature", p.teacherTemperature},
                {"secondsPerStep", p.secondsPerStep},
                {"dataShare", p.dataShare},
                {"skippedImages", skipped.count}});
  }

  void probed(const ProbeResult& r) override {
    std::printf("  features at %lld: rank %.1f, spread %.3f", static_cast<long long>(r.step),
                r.rank, r.spread);
    const char* before = ", nearest neighbours tell ";
    for (const auto& [question, accuracy] : r.nearestNeighbours) {
      std::printf("%s%s in %.1f %%", before, question.c_str(), 100 * accuracy);
      before = ", ";
    }
    std::printf("\n");
    if (!r.collapse.empty()) {
      std::printf("  WARNING: this looks like a collapse: %s\n", r.collapse.c_str());
    }
    std::fflush(stdout);
    json line = {
        {"step", r.step}, {"rank", r.rank}, {"spread", r.spread}, {"collapse", r.collapse}};
    for (const auto& [question, accuracy] : r.nearestNeighbours) {
      line[nearestNeighboursKey(question)] = numberOrNull(accuracy);
    }
    log_.write(line);
    if (draw_) {
      draw_(logPath_);
    }
    last = r;
  }

  ProbeResult last;

 private:
  void sayNew(const SkippedImages& skipped) {
    for (; said_ < skipped.reasons.size(); ++said_) {
      std::printf("  skipped: %s\n", skipped.reasons[said_].c_str());
    }
  }

  std::string logPath_;
  RunLog log_;
  std::function<void(const std::string&)> draw_;
  const PretrainImages& images_;
  std::size_t said_ = 0;
};

// Of a process beside the first.
class NoReport final : public PretrainReport {
  void progress(const PretrainProgress&) override {}
  void probed(const ProbeResult&) override {}
};

// Of several processes each takes a GPU of its own, unless one was named.
torch::Device deviceOf(const PretrainOptions& o) {
  const torch::Device chosen = chooseDevice(o.device);
  const bool isNamed = o.device != "auto" && o.device != "cuda";
  if (o.place.size == 1 || !chosen.is_cuda() || isNamed) return chosen;
  return chooseDevice("cuda:" + std::to_string(o.place.rank));
}

void sayWhatIsAsked(const ProbeQuestion& question) {
  std::printf("nearest neighbours are asked for %s of %zu pictures", question.name.c_str(),
              question.views.size());
  if (question.withoutOneLabel > 0) {
    std::printf("; %zu without one label are left out", question.withoutOneLabel);
  }
  for (const std::string& label : question.ofOnePatient) {
    std::printf("; '%s' is left out, as one subject alone shows it", label.c_str());
  }
  std::printf("\n");
}

ProbeSet probeOf(const PretrainOptions& o, PretrainImages& images) {
  ProbeSet probe;
  probe.images = images.probe(o.probeImages);
  probe.questions = o.questions;
  for (const ProbeQuestion& question : probe.questions) sayWhatIsAsked(question);
  return probe;
}

std::map<std::string, std::string> describe(const PretrainOptions& o, const PretrainImages& images,
                                            ComputePrecision precision, const ProbeResult& last) {
  const VitGeometry& v = o.geometry.vit;
  const json run = {{"method", "DINO"},
                    {"patchWeight", o.trainer.patchWeight},
                    {"koleoWeight", o.trainer.koleoWeight},
                    {"prototypes", o.geometry.head.prototypes},
                    {"steps", o.trainer.steps},
                    {"imagesPerStep", o.plan.images * o.trainer.accumulate * o.place.size},
                    {"processes", o.place.size},
                    {"seed", o.seed},
                    {"precision", precisionName(precision)},
                    {"files", images.files()},
                    {"phantomShare", images.phantomShare()},
                    {"skippedImages", images.skipped().count},
                    {"rank", last.rank},
                    {"collapse", last.collapse},
                    {"command", o.command}};
  const json geometry = {{"patchSize", v.patchSize},
                         {"width", v.width},
                         {"depth", v.depth},
                         {"heads", v.heads},
                         {"positionGrid", v.positionGrid},
                         {"inputChannels", v.inputChannels}};
  return {{"pretraining", run.dump()}, {"backbone", geometry.dump()}};
}

}  // namespace

std::string nearestNeighboursKey(const std::string& question) {
  return "nearestNeighbours." + question;
}

std::string pretrainBackbone(const PretrainOptions& o, PretrainImages& images) {
  setThreads(o.threads);
  torch::manual_seed(o.seed);
  const torch::Device device = deviceOf(o);
  const ComputePrecision precision = choosePrecision(o.precision, device);
  PretrainerOptions trainer = o.trainer;
  trainer.device = device;
  trainer.drawThreads = drawingThreads(device.is_cuda());
  trainer.precision = precision;
  trainer.folder = o.output;
  trainer.resume = o.resume;
  MultiCropPlan plan = o.plan;
  plan.seed = o.seed;
  std::filesystem::create_directories(o.output);
  TrainingGroup group(o.place);
  trainer.group = &group;
  const auto draw = [&images](std::uint64_t slot) { return images.draw(slot); };
  if (!group.isFirst()) {
    NoReport nothing;
    ProbeSet unused;
    unused.images = images.probe(2);  // fewer tell that nothing can be read
    pretrain(o.geometry, trainer, plan, draw, unused, nothing);
    return "";
  }
  const ProbeSet probe = probeOf(o, images);
  std::printf(
      "%zu images (%zu files left out, %zu of other kinds; index %.1f MB), phantoms %.0f %%; "
      "%lld steps of %d images in %s on %s%s\n",
      images.files(), images.excludedCount(), images.ignored(),
      static_cast<double>(images.indexBytes()) / 1e6, 100 * images.phantomShare(),
      static_cast<long long>(trainer.steps), plan.images * trainer.accumulate * group.size(),
      precisionName(precision).c_str(), deviceName(device).c_str(),
      group.size() == 1 ? "" : (", " + std::to_string(group.size()) + " processes").c_str());
  PretrainConsole report(o, images);
  DinoNetwork teacher = pretrain(o.geometry, trainer, plan, draw, probe, report);
  const std::string path = o.output + "/backbone.safetensors";
  writeBackbone(path, *teacher->backbone(), describe(o, images, precision, report.last));
  std::printf("backbone written to %s; %zu images were skipped\n", path.c_str(),
              images.skipped().count);
  return path;
}

}  // namespace cmr
