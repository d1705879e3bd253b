// The options of every command that runs a model package.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "analysis/network_segmenter.h"

namespace cmr {

// --package, --precision, --threads, --report-experimental and --allow-script; what they set has to
// live as long as the command.
void addInferenceOptions(CLI::App& command, std::string& package, InferenceSettings& inference);
// --allow-script alone.
void addScriptOption(CLI::App& command, InferenceSettings& inference);

}  // namespace cmr
