// The real loop of `cmr worker` around an analysis that does what the job's name says.
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
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
  const std::string content = request.instances.empty() ? "" : request.instances.front().bytes;
  if (content == "crash") ::raise(SIGSEGV);
  if (content == "slow") ::poll(nullptr, 0, 1500);
  if (job == "mute") ::poll(nullptr, 0, 3000);  // computes without a word
  AnalysisOutcome outcome;
  outcome.kind = OutcomeKind::analysed;
  outcome.withoutGpu = job == "too-large-for-the-gpu";
  outcome.use.batches.ran(8);
  if (job == "halved") outcome.use.batches.halvings = 2;
  if (job == "on-a-gpu") outcome.use.gpu = {400, 300, 500, 8000};
  outcome.resultsJson = std::to_string(request.instances.size());
  outcome.objects.push_back({ObjectKind::structuredReport, "1.2", "1.3", "1.4", "bytes"});
  return outcome;
}

// An image does what it says. Results say of how many images the job was begun with.
class ScriptedReader : public JobReader {
 public:
  bool add(const InstanceBytes& instance) override {
    if (instance.bytes == "crash")
      std::abort();  // at once: a sanitizer takes its time over SIGSEGV
    if (instance.bytes == "hang") ::poll(nullptr, 0, -1);
    if (instance.bytes == "throw") throw std::bad_alloc();
    return instance.bytes != "bad";
  }
  AnalysisOutcome analyze(const AnalysisRequest& request, std::size_t alreadyRead,
                          const ProgressCallback& progress) override {
    AnalysisOutcome outcome = ::analyze(request, progress);
    outcome.resultsJson += ", " + std::to_string(alreadyRead) + " of them before";
    return outcome;
  }
};

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
  WorkerDuties duties;
  duties.load = [&] { return load(package); };
  duties.analyze = analyze;
  duties.readAhead = [](std::uint64_t) { return std::make_unique<ScriptedReader>(); };
  duties.readAheadPatience = std::chrono::milliseconds(300);
  return runWorker(childSocketDescriptor, duties);
}
