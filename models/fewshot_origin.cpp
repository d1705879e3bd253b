#include "models/fewshot_origin.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "analysis/errors.h"
#include "analysis/model_package.h"
#include "analysis/sha256.h"

namespace cmr {
namespace {

using nlohmann::json;

const char* startName(FewshotStart start) {
  switch (start) {
    case FewshotStart::random:
      return "random";
    case FewshotStart::backbone:
      return "backbone";
    case FewshotStart::network:
      return "network";
  }
  return "";
}

std::string sha256OfFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw InputError("cannot read " + path);
  Sha256 hash;
  std::vector<char> block(1U << 20U);
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    hash.update({block.data(), static_cast<std::size_t>(in.gcount())});
  }
  return hash.hex();
}

std::vector<std::string> patientsOf(const json& manifest, const char* part) {
  const json none = json::array();
  const json training = manifest.value("training", json::object());
  return training.value(part, json::object())
      .value("patients", none)
      .get<std::vector<std::string>>();
}

}  // namespace

FewshotOrigin fewshotOrigin(const FewshotArm& arm, const std::string& architecture,
                            const std::vector<std::string>& trainingPatients,
                            const std::vector<std::string>& testPatients) {
  FewshotOrigin origin;
  origin.arm = arm.name;
  origin.description = {{"start", startName(arm.start)},
                        {"mode", arm.mode == FewshotMode::frozen ? "frozen" : "full"},
                        {"architecture", arm.unet ? "unet" : architecture}};
  if (arm.start == FewshotStart::random) return origin;
  origin.description["file"] = std::filesystem::path(arm.file).filename().string();
  if (!std::filesystem::is_directory(arm.file)) {
    origin.known = false;
    origin.description["sha256"] = sha256OfFile(arm.file);
    return origin;
  }
  const ModelPackage package = openPackage(arm.file);
  origin.description["sha256"] = package.identity.sha256;
  std::vector<std::string> seen = patientsOf(package.manifest, "trained");
  const std::vector<std::string> validated = patientsOf(package.manifest, "validated");
  seen.insert(seen.end(), validated.begin(), validated.end());
  requireDisjoint(seen, testPatients, "what the arm " + arm.name + " has learned from");
  origin.known = package.manifest.contains("training");
  for (const std::string& patient : trainingPatients) {
    if (std::find(seen.begin(), seen.end(), patient) != seen.end()) {
      origin.labelsSeen.push_back(patient);
    }
  }
  return origin;
}

}  // namespace cmr
