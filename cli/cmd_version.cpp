// `cmr version`: what this program is and what it computes with.
#include <CLI/CLI.hpp>
#include <iostream>

#include "analysis/program.h"
#include "cli/blas_choice.h"
#include "cli/library_versions.h"
#include "cli/registered_commands.h"

namespace cmr {

void registerVersion(CLI::App& app) {
  app.add_subcommand("version", "Print version and libraries")->callback([] {
    std::cout << programName << " " << programVersion << "\n"
              << "Libraries: " << describeLibraries() << "\n"
              << "BLAS: " << describeLoadedBlas() << "\n"
              << "OpenMP threads wait: " << describeThreadWaiting() << "\n";
  });
}

}  // namespace cmr
