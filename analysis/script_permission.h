// Heads that a package brings as TorchScript. That is code, not weights: it runs only where the
// site has named its SHA-256 (AllowedScripts of the configuration, --allow-script), and a package
// serves with its other heads where it has not. Plain data, no LibTorch.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/head_description.h"
#include "analysis/model_package.h"
#include "analysis/silent_heads.h"

namespace cmr {

// The head's file, relative to the package ("disease.pt"); empty: it is one of the program's own.
// Throws PackageError when it names a script and cannot be one.
std::string scriptOf(const HeadDescription& head);

bool isAllowed(const std::string& sha256, const std::vector<std::string>& allowedScripts);

// The head's file as the package lists it. Throws PackageError when it does not.
const PackageFile& scriptFile(const std::vector<PackageFile>& files, const HeadDescription& head);

// Heads of the manifest whose script is not allowed, each with file, SHA-256 and the setting that
// would allow it. Throws PackageError when the manifest's heads cannot be used.
std::vector<SilentHead> headsNotAllowed(const nlohmann::json& manifest,
                                        const std::vector<std::string>& allowedScripts);

}  // namespace cmr
