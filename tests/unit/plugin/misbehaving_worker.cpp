// A worker for the tests of the supervisor: it speaks the real protocol over the real socket, and
// its "package" says how it behaves. As `parent` it is a supervisor that waits to be killed.
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "analysis/program.h"
#include "plugin/child_start.h"
#include "plugin/framed_socket.h"
#include "plugin/worker_exchange.h"
#include "plugin/worker_supervisor.h"

namespace {

using namespace cmr;

TimePoint after(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }
constexpr std::chrono::milliseconds soon{20000};

void waitForever() {
  for (;;) ::poll(nullptr, 0, -1);
}

// "0 1 2 3": what this process has open, without the descriptor that lists it.
std::string openDescriptors() {
  std::string list;
  DIR* folder = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(folder)) {
    const std::string name(entry->d_name);
    if (name[0] == '.' || name == std::to_string(::dirfd(folder))) continue;
    list += (list.empty() ? "" : " ") + name;
  }
  ::closedir(folder);
  return list;
}

// Taken before this program opens anything itself.
const std::string inheritedDescriptors = openDescriptors();

std::string contentOf(const char* path) {
  std::ifstream file(path);
  std::string text;
  file >> text;
  return text;
}

std::string arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

std::string factsAboutMe() {
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  int deathSignal = 0;
  ::prctl(PR_GET_PDEATHSIG, &deathSignal);
  const char* loaderPath = std::getenv("LD_LIBRARY_PATH");
  const char* secret = std::getenv("ORTHANC_SECRET");
  const char* gpu = std::getenv("CUDA_VISIBLE_DEVICES");
  return "fds=" + inheritedDescriptors + ";nice=" + std::to_string(::getpriority(PRIO_PROCESS, 0)) +
         ";core=" + std::to_string(core.rlim_cur) + ";files=" + std::to_string(files.rlim_max) +
         ";oom=" + contentOf("/proc/self/oom_score_adj") + ";death=" + std::to_string(deathSignal) +
         ";group=" + (::getpgrp() == ::getpid() ? "own" : "inherited") +
         ";secret=" + (secret == nullptr ? "none" : secret) +
         ";gpu=" + (gpu == nullptr ? "any" : gpu) + ";arguments=" + arguments() +
         ";loader=" + (loaderPath == nullptr ? "" : loaderPath);
}

AnalysisRequest receiveRequest(FramedSocket& socket) {
  RequestAssembler assembler;
  for (;;) {
    const auto frame = socket.receive(TimePoint::max());
    if (frame->type == FrameType::cancel) continue;
    const auto request =
        frame->type == FrameType::request ? assembler.begin(*frame) : assembler.add(*frame);
    if (request) return *request;
  }
}

// Every instance comes back as an object: what went in can be compared with what came out.
AnalysisOutcome echo(const AnalysisRequest& request) {
  AnalysisOutcome outcome;
  outcome.kind = OutcomeKind::analysed;
  outcome.reason = request.dateTime;
  outcome.resultsJson = factsAboutMe();
  for (const InstanceBytes& instance : request.instances) {
    outcome.objects.push_back({ObjectKind::segmentation, "1.2", instance.name, "1.3",
                               std::string(instance.bytes.rbegin(), instance.bytes.rend())});
  }
  return outcome;
}

void heartbeatUntilCancelled(FramedSocket& socket, bool obedient) {
  for (int beat = 0;; ++beat) {
    socket.send(FrameType::progress, encode(Progress{0.01 * (beat % 100), "hanging"}), after(soon));
    const auto frame = socket.receive(after(std::chrono::milliseconds(50)));
    if (obedient && frame && frame->type == FrameType::cancel) return;
  }
}

void takeMemoryWithoutEnd(FramedSocket& socket) {
  for (std::vector<std::string> taken;; taken.emplace_back(8 << 20, 'x')) {
    socket.send(FrameType::progress, encode(Progress{0.1, "eating"}), after(soon));
    ::poll(nullptr, 0, 5);
  }
}

void floodStandardError() {
  const std::string line(3000, 'x');
  for (int i = 0; i < 20000; ++i) std::fprintf(stderr, "[info] %d %s\n", i, line.c_str());
  std::fprintf(stderr, "[error] two\x1b[31mcolours\n");
}

void work(const std::string& mode, FramedSocket& socket, const AnalysisRequest& request) {
  if (mode == "crash" || (mode == "crash-once" && request.jobId == "first")) {
    std::fprintf(stderr, "[error] about to die\n");
    ::raise(SIGKILL);
  }
  if (mode == "silent") waitForever();
  if (mode == "greedy") takeMemoryWithoutEnd(socket);
  if (mode == "hang" || mode == "stubborn") heartbeatUntilCancelled(socket, false);
  if (mode == "obedient" && request.jobId == "long") heartbeatUntilCancelled(socket, true);
  if (mode == "garbage") {
    const ssize_t ignored = ::write(childSocketDescriptor, "not a frame at all, sorry", 25);
    static_cast<void>(ignored);
    waitForever();
  }
  if (mode == "flood") floodStandardError();
  sendOutcome(socket, request.jobId, echo(request), soon);
}

int beWorker(const std::string& mode) {
  if (mode == "exit-at-start") {
    std::fprintf(stderr, "[error] cannot start today\n");
    return 3;
  }
  if (mode == "never-ready") waitForever();
  if (mode == "late") ::poll(nullptr, 0, 500);  // as a crowded server loads libraries
  FramedSocket socket(3);
  decodeHello(socket.receive(after(soon))->payload);
  const std::uint32_t version = workerProtocolVersion + (mode == "other-version" ? 1 : 0);
  socket.send(FrameType::hello,
              encode(Hello{version, programVersion, "not confined", "LibThis 1.0"}), after(soon));
  if (mode == "bad-package") {
    socket.send(FrameType::failure, encodeText("weights.safetensors: wrong checksum"), after(soon));
    return 1;
  }
  PackageIdentity identity;
  identity.name = mode;
  identity.version = "1.0.0";
  identity.sha256 = "abc";
  identity.device = "cpu";
  identity.precision = "float32";
  socket.send(FrameType::ready, encode(identity), after(soon));
  for (;;) work(mode, socket, receiveRequest(socket));
}

// Starts a worker that would outlive this process if it could, and tells its process id.
int beParent(const std::string& self) {
  WorkerSettings settings;
  settings.executable = self;
  settings.packageFolder = "stubborn";
  WorkerSupervisor supervisor(settings, [](LogLevel, const std::string&) {});
  AnalysisRequest request;
  request.jobId = "orphan";
  supervisor.run(request, [&](double fraction, const std::string&) {
    if (fraction > 0) std::cout << supervisor.status().processId << std::endl;
  });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(argv, argv + argc);
  if (argc > 1 && arguments[1] == "parent") return beParent(arguments[0]);
  const auto package = std::find(arguments.begin(), arguments.end(), "--package");
  try {
    return beWorker(*std::next(package));
  } catch (const std::exception& error) {
    if (package != arguments.end() && *std::next(package) == "stubborn") waitForever();
    return 0;
  }
}
