#include "plugin/worker_confinement.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <system_error>

#include "plugin/reachable_files.h"
#include "plugin/refused_calls.h"

namespace cmr {
namespace {

std::string lastError() { return std::generic_category().message(errno); }

// Archives in containers often run as root, whose capabilities go round Landlock: CAP_PERFMON reads
// the environment of other processes, with its passwords, CAP_SYS_ADMIN stops file systems
// (capabilities(7)). Files of other users may be read as before: a package can be one.
// Empty when they are gone; otherwise why they are not.
std::string giveUpCapabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> held{};
  if (::syscall(SYS_capget, &header, held.data()) != 0) return "capabilities: " + lastError();
  for (__user_cap_data_struct& part : held) {
    const bool first = &part == &held.front();
    part.permitted &= first ? CAP_TO_MASK(CAP_DAC_READ_SEARCH) : 0;
    part.effective &= part.permitted;
    part.inheritable = 0;
  }
  if (::syscall(SYS_capset, &header, held.data()) != 0) return "capabilities: " + lastError();
  return {};
}

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
    add(confinement.missing, giveUpCapabilities());
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
