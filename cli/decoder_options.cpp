#include "cli/decoder_options.h"

#include <utility>

#include "analysis/errors.h"
#include "analysis/right_ventricle.h"
#include "analysis/tasks.h"
#include "cli/package_location.h"

namespace cmr {

void addDecoderOptions(CLI::App& c, DecoderArguments& a) {
  c.add_flag("--phantoms", a.phantoms, "Further dense heads: learn from drawn hearts");
  c.add_option("--own-blocks", a.ownBlocks,
               "Further dense heads: blocks of the decoder with convolutions of their own")
      ->delimiter(',')
      ->capture_default_str();
  c.add_option("--validation-phantoms", a.validationPhantoms,
               "Further dense heads: drawn hearts held out of training")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  c.add_flag("--non-expert", a.nonExpert,
             "No expert drew the masks of the right ventricle (rv/), which the package then says");
}

DecoderOptions decoderOptions(const std::string& task, const std::string& package,
                              const FinetuneOptions& shared, const DecoderArguments& a,
                              std::vector<TrainingFrame> frames) {
  if (!a.phantoms && task != rightVentricleTask) {
    throw InputError("the head " + task + " is trained on drawn hearts: ask for --phantoms");
  }
  DecoderOptions o;
  o.task = task;
  o.package = packageFolderOr(package);
  o.ownBlocks = a.ownBlocks;
  o.nonExpert = a.nonExpert;
  o.frames = std::move(frames);
  o.validationPatients = shared.validationPatients;
  o.excludedPatients = shared.excludedPatients;
  o.training.phantomShare = shared.phantomShare;
  o.training.steps = shared.steps;
  o.training.batch = shared.crops;
  o.training.learningRate = shared.learningRate;
  o.training.validateEvery = shared.validateEvery;
  o.training.validationPhantoms = a.validationPhantoms;
  o.training.seed = shared.seed;
  o.training.resume = shared.resume;
  o.threads = shared.threads;
  o.device = shared.device;
  o.precision = shared.precision;
  o.output = shared.output;
  o.packageFolder = shared.packageFolder;
  o.packageVersion = shared.packageVersion;
  o.command = shared.command;
  return o;
}

}  // namespace cmr
