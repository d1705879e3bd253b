// The real loop of `cmr worker` around an analysis that does what the job's name says.
#include <poll.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "plugin/child_start.h"
#include "plugin/worker_process.h"

namespace {

using namespace cmr;

AnalysisOutcome analyze(const AnalysisRequest& request, const ProgressCallback& progress) {
  const std::string& job = request.jobId;
  if (job == "input-error") throw InputError("the series is a CT");
  if (job == "odd-error") throw std::logic_error("index out of range");
  if (job == "no-memory") throw std::bad_alloc();
  if (job == "long") {
    for (int step = 0;; ++step) {
      ::poll(nullptr, 0, 20);
      progress(0.001 * (step % 1000), "computing");
    }
  }
  if (job == "mute") ::poll(nullptr, 0, 3000);  // computes without a word
  AnalysisOutcome outcome;
  outcome.kind = OutcomeKind::analysed;
  outcome.resultsJson = std::to_string(request.instances.size());
  outcome.objects.push_back({ObjectKind::structuredReport, "1.2", "1.3", "1.4", "bytes"});
  return outcome;
}

PackageIdentity load(const std::string& package) {
  if (package == "broken") throw PackageError("weights.safetensors: checksum does not match");
  PackageIdentity identity;
  identity.name = package;
  identity.version = "2.0";
  std::ifstream manifest(package + "/manifest.json", std::ios::binary);
  if (manifest) {
    identity.sha256 = sha256Hex(std::string(std::istreambuf_iterator<char>(manifest), {}));
  }
  return identity;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  const std::string package =
      *std::next(std::find(arguments.begin(), arguments.end(), "--package"));
  return runWorker(childSocketDescriptor, {[&] { return load(package); }, analyze});
}
