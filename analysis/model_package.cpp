#include "analysis/model_package.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "analysis/right_ventricle.h"
#include "analysis/script_permission.h"
#include "analysis/sha256.h"

namespace cmr {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::string readWhole(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw PackageError("cannot read " + path.string());
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string hashOfFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw PackageError("cannot read " + path.string());
  }
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    hash.update({buffer.data(), static_cast<std::size_t>(in.gcount())});
  }
  return hash.hex();
}

bool staysInside(const std::string& path) {
  if (path.empty() || path.front() == '/') {
    return false;
  }
  for (const auto& part : fs::path(path)) {
    if (part == "..") {
      return false;
    }
  }
  return true;
}

// Links are followed: a file that is one must still lie in the package's own folder.
bool liesInside(const fs::path& folder, const fs::path& path) {
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  const fs::path file = fs::canonical(path, error);
  const auto [at, rest] = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
  return !error && at == root.end() && rest != file.end();
}

void checkFile(const fs::path& folder, const PackageFile& file) {
  if (!staysInside(file.path)) {
    throw PackageError("the manifest names a file outside its folder: " + file.path);
  }
  const fs::path path = folder / file.path;
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) {
    throw PackageError("the package lacks " + file.path);
  }
  if (!liesInside(folder, path)) {
    throw PackageError("the package's " + file.path + " is a link that leads outside its folder");
  }
  if (size != file.bytes) {
    throw PackageError(file.path + " has " + std::to_string(size) + " bytes, the manifest says " +
                       std::to_string(file.bytes));
  }
  const std::string found = hashOfFile(path);
  if (found != file.sha256) {
    throw PackageError(file.path + " has checksum " + found + ", the manifest says " + file.sha256);
  }
}

// Versions as three numbers; missing ones are 0.
bool newerThan(const std::string& a, const std::string& b) {
  const auto parse = [](const std::string& text) {
    std::array<int, 3> v{};
    std::istringstream in(text);
    char dot = 0;
    in >> v[0] >> dot >> v[1] >> dot >> v[2];
    return v;
  };
  return parse(a) > parse(b);
}

void readStructures(const json& head, PackageIdentity& identity) {
  const json& labels = head.at("labels");
  if (labels.size() != structureCount - 1) {
    throw PackageError(
        "the manifest's seg_cine_sax does not have the labels LV cavity, LV "
        "myocardium and RV cavity");
  }
  identity.evidence[0] = "real";
  identity.release[0] = "report";
  for (std::size_t i = 0; i < labels.size(); ++i) {
    identity.evidence[i + 1] = labels[i].at("evidence").get<std::string>();
    identity.release[i + 1] = labels[i].at("release").get<std::string>();
    const std::string& release = identity.release[i + 1];
    if (release != "report" && release != "flag" && release != "off") {
      throw PackageError("the manifest gives a structure the release '" + release +
                         "'; known are report, flag and off");
    }
  }
}

// Where a head of its own draws the right ventricle, what is known of it is that head's.
void readRightVentricle(const std::map<std::string, HeadDescription>& heads,
                        PackageIdentity& identity) {
  const auto head = heads.find(rightVentricleTask);
  if (head == heads.end()) return;
  const auto& classes = head->second.classes;
  const auto rv = std::find_if(classes.begin(), classes.end(),
                               [](const HeadClass& c) { return c.name == "rv_cavity"; });
  if (rv == classes.end() || classes.size() != structureCount - 1) {
    throw PackageError("the manifest's head " + std::string(rightVentricleTask) +
                       " does not have the labels of seg_cine_sax");
  }
  const auto at = static_cast<std::size_t>(Structure::rvCavity);
  identity.evidence[at] = rv->evidence;
  identity.release[at] = rv->release;
  identity.papillaryMuscles[at] = head->second.papillaryMuscles;
}

}  // namespace

ModelPackage openPackage(const std::string& folder) {
  ModelPackage package;
  package.folder = folder;
  const std::string text = readWhole(fs::path(folder) / "manifest.json");
  try {
    package.manifest = json::parse(text);
    const json& m = package.manifest;
    if (m.at("schemaVersion").get<int>() != packageSchemaVersion) {
      throw PackageError("the package has schema version " + m.at("schemaVersion").dump() +
                         ", this program reads " + std::to_string(packageSchemaVersion));
    }
    const auto lowest = m.at("lowestProgramVersion").get<std::string>();
    if (newerThan(lowest, programVersion)) {
      throw PackageError("the package asks for program version " + lowest + ", this is " +
                         programVersion);
    }
    package.identity.name = m.at("name").get<std::string>();
    package.identity.version = m.at("version").get<std::string>();
    package.identity.sha256 = sha256Hex(text);
    const json& input = m.at("input");
    package.input.spacingMm = input.at("spacingMm").get<double>();
    package.input.size = input.at("size").get<int>();
    package.input.window.lowPercentile =
        input.at("normalisation").at("lowPercentile").get<double>();
    package.input.window.highPercentile =
        input.at("normalisation").at("highPercentile").get<double>();
    if (!(package.input.spacingMm > 0.1 && package.input.spacingMm < 10) ||
        package.input.size < 32 || package.input.size > 1024 || package.input.size % 16 != 0) {
      throw PackageError("the manifest's input geometry is out of bounds");
    }
    const IntensityWindow& window = package.input.window;
    if (!(window.lowPercentile >= 0 && window.lowPercentile < window.highPercentile &&
          window.highPercentile <= 100)) {
      throw PackageError("the manifest's percentiles do not rise within 0 to 100");
    }
    readStructures(m.at("heads").at("seg_cine_sax"), package.identity);
    package.heads = headsOf(m);
    package.identity.papillaryMuscles.fill(package.heads.at("seg_cine_sax").papillaryMuscles);
    readRightVentricle(package.heads, package.identity);
    package.knownAnswer.tolerance = m.at("knownAnswer").at("tolerance").get<double>();
    package.knownAnswer.logits = m.at("knownAnswer").at("logits").get<std::vector<double>>();
    for (const json& file : m.at("files")) {
      package.files.push_back({file.at("path").get<std::string>(),
                               file.at("sha256").get<std::string>(),
                               file.at("bytes").get<std::uintmax_t>()});
    }
  } catch (const json::exception& e) {
    throw PackageError("the manifest of " + folder + " cannot be used: " + e.what());
  }
  for (const PackageFile& file : package.files) {
    checkFile(folder, file);
  }
  for (const auto& [task, head] : package.heads) {
    if (!scriptOf(head).empty()) scriptFile(package.files, head);
  }
  return package;
}

}  // namespace cmr
