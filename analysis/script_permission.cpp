#include "analysis/script_permission.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "analysis/plain_sha256.h"

namespace cmr {
namespace {

using nlohmann::json;

constexpr const char* scriptKey = "torchscript";

std::vector<PackageFile> filesOf(const json& manifest) {
  std::vector<PackageFile> files;
  try {
    for (const json& file : manifest.at("files")) {
      files.push_back({file.at("path").get<std::string>(), file.at("sha256").get<std::string>(),
                       file.at("bytes").get<std::uintmax_t>()});
    }
  } catch (const json::exception& error) {
    throw PackageError(std::string("the manifest's files cannot be used: ") + error.what());
  }
  return files;
}

[[noreturn]] void refuse(const HeadDescription& head, const std::string& fault) {
  throw PackageError("the manifest's head " + head.task + " " + fault);
}

}  // namespace

std::string scriptOf(const HeadDescription& head) {
  if (!head.network.is_object() || !head.network.contains(scriptKey)) return {};
  const json& file = head.network.at(scriptKey);
  if (!file.is_string() || file.get<std::string>().empty()) {
    refuse(head, "names no file of TorchScript");
  }
  if (head.architecture != HeadArchitecture::pooled) {
    refuse(head, "is TorchScript, which only classification heads can be");
  }
  if (head.queries != 0) refuse(head, "is TorchScript, which has no queries");
  return file.get<std::string>();
}

bool isAllowed(const std::string& sha256, const std::vector<std::string>& allowedScripts) {
  return std::any_of(allowedScripts.begin(), allowedScripts.end(), [&](const std::string& allowed) {
    return !sha256.empty() && plainSha256(allowed) == sha256;
  });
}

const PackageFile& scriptFile(const std::vector<PackageFile>& files, const HeadDescription& head) {
  const std::string path = scriptOf(head);
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const PackageFile& file) { return file.path == path; });
  if (found == files.end()) {
    refuse(head, "is the TorchScript " + path + ", which is none of the package's files");
  }
  return *found;
}

std::vector<SilentHead> headsNotAllowed(const json& manifest,
                                        const std::vector<std::string>& allowedScripts) {
  std::vector<SilentHead> silent;
  const std::vector<PackageFile> files = filesOf(manifest);
  for (const auto& [task, head] : headsOf(manifest)) {
    if (scriptOf(head).empty()) continue;
    const PackageFile& file = scriptFile(files, head);
    if (isAllowed(file.sha256, allowedScripts)) continue;
    silent.push_back({task, "its file " + file.path +
                                " is TorchScript, which is code, and its "
                                "SHA-256 " +
                                file.sha256 + " is not among AllowedScripts or --allow-script"});
  }
  return silent;
}

}  // namespace cmr
