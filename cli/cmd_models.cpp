// `cmr models`: which model packages there are, what one is, and whether it is whole.
//
// `list` and `show` read manifests and check every file's hash; `verify` computes the known
// answers, too; `add` brings the heads of several packages together. Exit code 1 when a package
// cannot be used.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "analysis/compute_choice.h"
#include "analysis/dense_reader.h"
#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "analysis/script_permission.h"
#include "cli/inference_options.h"
#include "cli/package_location.h"
#include "cli/package_text.h"
#include "cli/registered_commands.h"
#include "models/merge_heads.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

struct ModelsArguments {
  std::string folder;
  std::string package;
  InferenceSettings inference;
  HeadMerge merge;
  std::string measured;  // JSON file
  std::string output;
};

// A package itself, or the packages right below a folder, by name.
std::vector<fs::path> packagesIn(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw InputError("there is no folder " + folder.string());
  }
  if (fs::exists(folder / "manifest.json")) return {folder};
  std::vector<fs::path> packages;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (fs::exists(entry.path() / "manifest.json", error)) packages.push_back(entry.path());
  }
  std::sort(packages.begin(), packages.end());
  if (packages.empty()) {
    throw InputError("neither " + folder.string() +
                     " nor a folder right below it holds a manifest.json");
  }
  return packages;
}

void list(const ModelsArguments& a) {
  const fs::path folder =
      a.folder.empty() ? fs::path(packageFolderOr("")).parent_path() : fs::path(a.folder);
  bool isWhole = true;
  for (const fs::path& path : packagesIn(folder)) {
    try {
      std::cout << path.string() << "  " << packageLine(openPackage(path.string())) << "\n";
    } catch (const PackageError& error) {
      std::cout << path.string() << "  cannot be used: " << error.what() << "\n";
      isWhole = false;
    }
  }
  if (!isWhole) throw CLI::RuntimeError(1);
}

void show(const ModelsArguments& a) {
  std::cout << packageText(openPackage(packageFolderOr(a.package)));
}

bool hasFurtherDenseHeads(const ModelPackage& package) {
  return std::any_of(package.heads.begin(), package.heads.end(),
                     [](const auto& head) { return sharesADecoder(head.second); });
}

// Loading a package computes the known answers of what it loads.
void verify(const ModelsArguments& a) {
  const std::string folder = packageFolderOr(a.package);
  const ModelPackage package = openPackage(folder);
  std::cout << packageLine(package) << "\n"
            << "every file has the size and the SHA-256 that the manifest says\n";
  for (const SilentHead& head : headsNotAllowed(package.manifest, a.inference.allowedScripts)) {
    std::cout << "the head " << head.task << " is not run: " << head.reason << "\n";
  }
  for (const char* precision : {"float32", "bfloat16"}) {
    if (std::string(precision) == "bfloat16" &&
        !sumsBfloat16InFloat(chooseDevice(a.inference.device))) {
      std::cout << "the known answers are not tried in bfloat16: this processor sums its products "
                   "with too few digits, and the program computes in float32 here\n";
      continue;
    }
    InferenceSettings settings = a.inference;
    settings.precision = precision;
    loadNetworkSegmenter(folder, settings);  // with the classification heads
    if (hasFurtherDenseHeads(package)) DenseReader(folder, settings);
    std::cout << "the known answers are reproduced in " << precision << "\n";
  }
}

nlohmann::json readMeasured(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw InputError("cannot read " + path);
  try {
    return nlohmann::json::parse(in);
  } catch (const nlohmann::json::exception& error) {
    throw InputError(path + " is no JSON: " + error.what());
  }
}

void add(const ModelsArguments& a) {
  if (a.merge.from.empty() && a.measured.empty()) {
    throw InputError("there is nothing to add: name --from or --measured");
  }
  HeadMerge merge = a.merge;
  if (!a.measured.empty()) merge.measured = readMeasured(a.measured);
  mergeHeads(packageFolderOr(a.package), a.output, merge);
  std::cout << a.output << "  " << packageLine(openPackage(a.output)) << "\n";
}

}  // namespace

void registerModels(CLI::App& app) {
  auto a = std::make_shared<ModelsArguments>();
  CLI::App* c = app.add_subcommand("models", "List, explain and check model packages");
  c->require_subcommand(1);
  CLI::App* listing = c->add_subcommand("list", "The packages in a folder");
  listing->add_option("folder", a->folder, "Else the folder of the default package");
  listing->callback([a] { list(*a); });
  CLI::App* showing = c->add_subcommand(
      "show", "What a package is: heads, evidence, releases, what was measured on what");
  showing->add_option("package", a->package, "Else the default package");
  showing->callback([a] { show(*a); });
  CLI::App* verifying =
      c->add_subcommand("verify", "Check every hash and compute the known answers again");
  verifying->add_option("package", a->package, "Else the default package");
  addScriptOption(*verifying, a->inference);
  verifying->callback([a] { verify(*a); });
  CLI::App* adding = c->add_subcommand(
      "add", "A copy of a package with heads that were trained on the same network elsewhere");
  adding->add_option("package", a->package, "Else the default package");
  adding->add_option("--from", a->merge.from, "Package whose heads are taken (repeatable)");
  adding->add_option("--head", a->merge.tasks, "Take the heads of these tasks alone (repeatable)");
  adding->add_option("--measured", a->measured,
                     "JSON file with what was measured, by task, under \"real\" and \"phantom\"");
  adding->add_option("--package-version", a->merge.version, "Else the minor raised");
  adding->add_option("-o,--output", a->output, "Folder of the new package")->required();
  adding->callback([a] { add(*a); });
}

}  // namespace cmr
