#include "cli/inference_options.h"

#include "analysis/plain_sha256.h"

namespace cmr {

void addInferenceOptions(CLI::App& command, std::string& package, InferenceSettings& inference) {
  command.add_option("--package", package, "Model package (else CMR_PACKAGE, else the starter)");
  command.add_option("--device", inference.device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str();
  command.add_option("--precision", inference.precision, "auto, float32 or bfloat16")
      ->check(CLI::IsMember({"auto", "float32", "bfloat16"}))
      ->capture_default_str();
  command.add_option("--threads", inference.threads, "0: as many as there are cores")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--report-experimental", inference.reportExperimental,
                  "Report a structure of the short-axis cine, or outline series of a task, "
                  "with a reservation, that the package does not release")
      ->allow_extra_args(false)  // else it would take the folder that follows it, too
      ->check(CLI::IsMember({"lv_cavity", "lv_myocardium", "rv_cavity", "seg_lge_sax",
                             "seg_map_sax", "seg_cine_lax"}));
  addScriptOption(command, inference);
}

void addScriptOption(CLI::App& command, InferenceSettings& inference) {
  command
      .add_option("--allow-script", inference.allowedScripts,
                  "SHA-256 of a head's TorchScript that may run; may be repeated")
      ->allow_extra_args(false)
      ->check([](const std::string& given) {
        return plainSha256(given).empty() ? "'" + given + "' is no SHA-256" : std::string();
      });
}

}  // namespace cmr
