#include "cli/inference_options.h"

namespace cmr {

void addInferenceOptions(CLI::App& command, std::string& package, InferenceSettings& inference) {
  command.add_option("--package", package, "Model package (else CMR_PACKAGE, else the starter)");
  command.add_option("--precision", inference.precision, "auto, float32 or bfloat16")
      ->check(CLI::IsMember({"auto", "float32", "bfloat16"}))
      ->capture_default_str();
  command.add_option("--threads", inference.threads, "0: as many as there are cores")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

}  // namespace cmr
