// `cmr`: the command line of Orthanc CMR.
//
// Exit codes: 0 done, 1 error (with one line on stderr that names the cause), 2 wrong usage, others
// as a subcommand documents; it ends with another code by throwing CLI::RuntimeError(code).
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <new>

#include "analysis/program.h"
#include "cli/blas_choice.h"
#include "cli/registered_commands.h"
#if CMR_READS_DICOM
#include "dicom_sr/dicom_log.h"
#endif

int main(int argc, char** argv) {
  try {
    cmr::startWithComputeEnvironment(argv);
#if CMR_READS_DICOM
    cmr::silenceDicomLibrary();
#endif
    CLI::App app(std::string(cmr::programName) + " " + cmr::programVersion +
                     ": measures the heart on cardiac MR. " + cmr::researchNotice + ".",
                 "cmr");
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string(cmr::programName) + " " + cmr::programVersion,
                         "Print the version and exit");
    cmr::registerCommands(app);
    try {
      app.parse(argc, argv);
    } catch (const CLI::RuntimeError& ended) {
      return ended.get_exit_code();
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;  // --help ends this way, too
    }
    return 0;
  } catch (const std::bad_alloc&) {
    std::cerr << "cmr: out of memory\n";
  } catch (const std::exception& error) {
    std::cerr << "cmr: " << error.what() << "\n";
  }
  return 1;
}
