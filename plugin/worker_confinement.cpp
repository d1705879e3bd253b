#include "plugin/worker_confinement.h"

#include <sys/prctl.h>

#include <cerrno>
#include <exception>
#include <system_error>

#include "plugin/reachable_files.h"
#include "plugin/refused_calls.h"

namespace cmr {
namespace {

std::string lastError() { return std::generic_category().message(errno); }

void add(std::string& text, const std::string& more) {
  if (!more.empty()) text += (text.empty() ? "" : "; ") + more;
}

}  // namespace

Confinement confineProcess(const std::vector<std::string>& readableFolders) noexcept {
  Confinement confinement;
  try {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
      confinement.missing = "no_new_privs: " + lastError();
      return confinement;
    }
    const bool withGpu = hasComputingDevice();
    const std::string files = refuseFiles(readableFolders, withGpu);
    const std::string calls = refuseCalls(withGpu);
    confinement.files = files.empty();
    confinement.network = calls.empty();
    add(confinement.missing, files);
    add(confinement.missing, calls);
  } catch (const std::exception& error) {
    confinement.missing = error.what();
  }
  return confinement;
}

std::string describeConfinement(const Confinement& confinement) {
  std::string text = confinement.network ? "no network" : "NETWORK REACHABLE";
  text += confinement.files ? ", own files only" : ", ALL FILES REACHABLE";
  return confinement.missing.empty() ? text : text + " (" + confinement.missing + ")";
}

}  // namespace cmr
