// `cmr models`: which model packages there are, what one is, and whether it is whole.
//
// `list` and `show` read manifests and check every file's hash; `verify` computes the known
// answers, too. Exit code 1 when a package cannot be used.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "analysis/dense_reader.h"
#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "cli/package_location.h"
#include "cli/package_text.h"
#include "cli/registered_commands.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

struct ModelsArguments {
  std::string folder;
  std::string package;
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
  for (const char* precision : {"float32", "bfloat16"}) {
    InferenceSettings settings;
    settings.precision = precision;
    loadNetworkSegmenter(folder, settings);  // with the classification heads
    if (hasFurtherDenseHeads(package)) DenseReader(folder, settings);
    std::cout << "the known answers are reproduced in " << precision << "\n";
  }
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
  verifying->callback([a] { verify(*a); });
}

}  // namespace cmr
