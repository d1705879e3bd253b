#include "models/outline_samples.h"

#include <algorithm>
#include <utility>

namespace cmr {
namespace {

constexpr std::size_t samplesPerPass = 8;

// Of one pass; joined at the end.
struct Passes {
  std::vector<torch::Tensor> before, whole, allowed, known;
};

void read(DenseHead& head, Network& network, const std::vector<TrainingSample>& crops, int size,
          ComputePrecision precision, Passes& into) {
  const torch::NoGradGuard guard;
  const auto n = static_cast<std::int64_t>(crops.size());
  torch::Tensor images = torch::empty({n, 1, size, size});
  torch::Tensor allowed = torch::empty({n, size, size}, torch::kUInt8);
  torch::Tensor known = torch::empty({n}, torch::kUInt8);
  for (std::int64_t i = 0; i < n; ++i) {
    const TrainingSample& crop = crops[static_cast<std::size_t>(i)];
    std::copy(crop.image.begin(), crop.image.end(), images[i].data_ptr<float>());
    std::copy(crop.allowed.begin(), crop.allowed.end(), allowed[i].data_ptr<std::uint8_t>());
    known[i] = crop.known;
  }
  images = images.to(head->parameters().front().device());
  const ImageFeatures seen = head->readImages(images, precision);
  const torch::Tensor before =
      head->beforeLastBlock(seen, network->readLevels(images, precision), precision);
  into.before.push_back(toCompute(before, precision).cpu());
  if (seen.whole.defined()) into.whole.push_back(toCompute(seen.whole, precision).cpu());
  into.allowed.push_back(allowed);
  into.known.push_back(known);
}

OutlineSamples join(const Passes& passes) {
  OutlineSamples samples;
  samples.before = torch::cat(passes.before);
  if (!passes.whole.empty()) samples.whole = torch::cat(passes.whole);
  samples.allowed = torch::cat(passes.allowed);
  samples.known = torch::cat(passes.known);
  return samples;
}

}  // namespace

OutlineSamples drawOutlineSamples(DenseHead& head, Network& network, BatchPlan plan,
                                  std::int64_t count, std::vector<TrainingFrame> frames,
                                  PhantomSource phantom, ComputePrecision precision,
                                  const OutlineProgress& progress) {
  plan.crops = static_cast<int>(samplesPerPass);
  plan.fields = 0;
  const int size = plan.augment.size;
  BatchSource source(std::move(plan), std::move(frames), std::move(phantom), 0);
  Passes passes;
  std::vector<std::string> names;
  for (std::int64_t done = 0; done < count;) {
    Batch batch = source.next();
    std::vector<TrainingSample>& crops = batch.crops;
    crops.resize(std::min(crops.size(), static_cast<std::size_t>(count - done)));
    names.insert(names.end(), batch.names.begin(),
                 batch.names.begin() + static_cast<std::ptrdiff_t>(crops.size()));
    read(head, network, crops, size, precision, passes);
    done += static_cast<std::int64_t>(crops.size());
    progress(done);
  }
  OutlineSamples samples = join(passes);
  samples.names = std::move(names);
  return samples;
}

OutlineSamples plainOutlineSamples(DenseHead& head, Network& network,
                                   const std::vector<TrainingFrame>& frames,
                                   const AugmentOptions& geometry, ComputePrecision precision) {
  AugmentOptions plain = geometry;
  plain.enabled = false;
  Passes passes;
  std::vector<std::string> patients;
  for (std::size_t first = 0; first < frames.size(); first += samplesPerPass) {
    const std::size_t last = std::min(frames.size(), first + samplesPerPass);
    std::vector<TrainingSample> crops;
    for (std::size_t i = first; i < last; ++i) {
      crops.push_back(drawCrop(frames[i], 0, plain));
      patients.push_back(frames[i].patient);
    }
    read(head, network, crops, plain.size, precision, passes);
  }
  OutlineSamples samples = join(passes);
  samples.patients = std::move(patients);
  return samples;
}

}  // namespace cmr
