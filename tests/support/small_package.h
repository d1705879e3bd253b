// A model package with a manifest and one file of weights, in a temporary folder of its own.
#pragma once

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "analysis/model_package.h"
#include "analysis/program.h"
#include "analysis/sha256.h"

namespace cmr::test {

class SmallPackage {
 public:
  SmallPackage() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cmr-package-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
  }
  ~SmallPackage() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  SmallPackage(const SmallPackage&) = delete;
  SmallPackage& operator=(const SmallPackage&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

  // Each returns the package's hash, that of its manifest.
  std::string install(const std::string& weights) {
    writeWeights(weights);
    return installManifestOf(weights);
  }
  std::string installManifestOf(const std::string& weights) {
    const std::string text = manifestOf(weights);
    write("manifest.json", text);
    return sha256Hex(text);
  }
  void writeWeights(const std::string& weights) { write("weights.safetensors", weights); }

 private:
  static std::string manifestOf(const std::string& weights) {
    using Json = nlohmann::json;
    const auto label = [](const char* name) {
      return Json{{"name", name}, {"evidence", "real"}, {"release", "report"}};
    };
    const Json manifest = {
        {"schemaVersion", packageSchemaVersion},
        {"name", "small"},
        {"version", "1.0.0"},
        {"lowestProgramVersion", programVersion},
        {"input",
         {{"spacingMm", 1.33},
          {"size", 64},
          {"normalisation", {{"lowPercentile", 1}, {"highPercentile", 99}}}}},
        {"heads",
         {{"seg_cine_sax",
           {{"labels", {label("lv_cavity"), label("lv_myocardium"), label("rv_cavity")}}}}}},
        {"knownAnswer", {{"tolerance", 0.25}, {"logits", {1.0}}}},
        {"files",
         {{{"path", "weights.safetensors"},
           {"sha256", sha256Hex(weights)},
           {"bytes", weights.size()}}}}};
    return manifest.dump();
  }
  // With a time that differs from that of the file before, however coarse the clock of the disk.
  void write(const std::string& name, const std::string& content) {
    const std::filesystem::path path = folder_ / name;
    std::error_code none;
    const auto before = std::filesystem::last_write_time(path, none);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    if (!none && std::filesystem::last_write_time(path) <= before) {
      std::filesystem::last_write_time(path, before + std::chrono::milliseconds(1));
    }
  }

  std::filesystem::path folder_;
};

}  // namespace cmr::test
