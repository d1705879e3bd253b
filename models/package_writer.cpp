#include "models/package_writer.h"

#include <cmath>
#include <filesystem>

#include "analysis/errors.h"
#include "analysis/network_presets.h"
#include "analysis/package_weights.h"
#include "analysis/program.h"
#include "models/manifest_file.h"
#include "models/score_format.h"

namespace cmr {
namespace {

using nlohmann::json;

json structure(const char* name, const char* value, const char* meaning, const char* evidence,
               const char* release) {
  return {{"name", name},
          {"code", {{"value", value}, {"scheme", "SCT"}, {"meaning", meaning}}},
          {"evidence", evidence},
          {"release", release}};
}

// What was never shown to work on a patient reaches no report.
json saxHead(const std::string& rightVentricleEvidence) {
  return {{"task", "seg_cine_sax"},
          {"appliesTo", {{"sequence", "cine"}, {"view", "SAX"}}},
          {"papillaryMuscles", "in the cavity"},
          {"labels",
           {structure("lv_cavity", "87878005", "Left ventricle", "both", "report"),
            structure("lv_myocardium", "49848007", "Left Ventricle Myocardium", "both", "report"),
            structure("rv_cavity", "53085002", "Right ventricle", rightVentricleEvidence.c_str(),
                      "off")}}};
}

json manifestOf(const PackageDescription& d, const Network& network) {
  return {{"schemaVersion", packageSchemaVersion},
          {"name", d.name},
          {"version", d.version},
          {"licence", "CC0-1.0"},
          {"lowestProgramVersion", programVersion},
          {"intendedUse", researchNotice},
          {"network", geometryToJson(network->geometry())},
          {"input",
           {{"spacingMm", d.spacingMm},
            {"size", d.size},
            {"interpolation", "bilinear; the source grid itself within 5 % of the spacing"},
            {"crop", "square about the left ventricle that the first look found"},
            {"firstLook", "the whole field fitted into a square of the same size"},
            {"normalisation",
             {{"scope", "frame"},
              {"lowPercentile", 1},
              {"highPercentile", 99},
              {"clamp", {-0.5, 2.0}}}}}},
          {"heads", {{"seg_cine_sax", saxHead(d.rightVentricleEvidence)}}},
          {"training", d.training},
          {"metrics",
           {{"validation",
             {{"step", d.validation.step},
              {"lvDice", orNull(d.validation.lvDice)},
              {"lvDiceWorstPatient", orNull(d.validation.lvDiceWorst)},
              {"lvMyocardiumDice", orNull(d.validation.myocardiumDice)},
              {"firstLookErrorMm", orNull(d.validation.locatorErrorMm)}}}}}};
}

}  // namespace

void writePackage(const std::string& folder, const Network& network, const PackageDescription& d) {
  std::filesystem::create_directories(folder);
  json manifest = manifestOf(d, network);
  const std::vector<PackageFile> files = writeWeights(network, folder);
  manifest["files"] = json::array();
  for (const auto& file : files) {
    manifest["files"].push_back(
        {{"path", file.path}, {"sha256", file.sha256}, {"bytes", file.bytes}});
  }
  ModelPackage stored;
  stored.folder = folder;
  stored.manifest = manifest;
  stored.files = files;
  Network reread = readWeights(stored);
  manifest["knownAnswer"] = {
      {"input", "a bright disk in a dark ring on a slope, as in package_weights.cpp"},
      {"tolerance", 0.25},  // covers bfloat16: eight bits of mantissa through twelve blocks
      {"logits", knownAnswerLogits(reread, d.size, ComputePrecision::float32)}};
  writeManifest(folder, manifest);
}

}  // namespace cmr
