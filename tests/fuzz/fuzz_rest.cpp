// Requests to our REST interface, on a service with an archive in memory: the first line is verb,
// path and query, the rest the body. JOB in the path stands for what nobody can guess: the
// identifier of a job. No answer is an internal error.
#include <fstream>
#include <memory>

#include "plugin/rest_routes.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/job_store_fixture.h"
#include "tests/unit/plugin/fake_archive.h"

namespace {

using namespace cmr;

constexpr int longestLife = 1000;  // requests; what they leave behind stays small

constexpr const char* everyMrSeries = R"({"schema": 1, "rules": [{"name": "mr",
    "when": [{"tag": "Modality", "equals": "MR"}], "tasks": ["seg_cine_sax"]}]})";

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

class Site {
 public:
  Site() {
    write(folder_.path() / "manifest.json", R"({"name": "a"})");
    write(folder_.path() / "rules.json", everyMrSeries);
    JobStoreSettings settings;
    settings.path = (folder_.path() / "jobs.db").string();
    store_ = std::make_unique<JobStore>(settings);
    deliveries_ = std::make_unique<DeliveryQueue>(*store_, 3);
    rules_ = std::make_unique<LiveRules>((folder_.path() / "rules.json").string(),
                                         [](LogLevel, const std::string&) {}, true);
    planner_ = std::make_unique<GroupPlanner>(
        archive_, *store_, *rules_, [](const std::string&) { return std::string("package"); });
    for (const char* series : {"a", "b"}) {
      archive_.addSeries(series, "study", 2, 3);
      archive_.becomeStable(series);
    }
    job_ = planner_->analyze("a").jobId;
    store_->recordSkipped({"b", "study", "1.2.b", "left alone", 0});
  }

  RestResponse answer(RestRequest request) {
    replace(request.path, "JOB", job_);
    request.headers["x-cmr-request"] = "1";
    request.headers["if-match"] = rules_->status().sha256;
    RestContext context;
    context.status = [] { return nlohmann::json{{"state", "running"}}; };
    context.metrics = [] { return std::string(); };
    context.ring = [] {};
    context.backfill = [](const std::vector<std::string>&) {};
    context.store = store_.get();
    context.planner = planner_.get();
    context.rules = rules_.get();
    context.deliveries = deliveries_.get();
    context.destinations = {"pacs"};
    context.packageFolders = {{"", folder_.path().string()}};
    context.worklist.enable = true;
    return answerRest(request, context);
  }

 private:
  static void replace(std::string& text, const std::string& what, const std::string& by) {
    const std::size_t at = text.find(what);
    if (at != std::string::npos) text.replace(at, what.size(), by);
  }

  test::TemporaryFolder folder_{true};
  FakeArchive archive_;
  std::unique_ptr<JobStore> store_;
  std::unique_ptr<DeliveryQueue> deliveries_;
  std::unique_ptr<LiveRules> rules_;
  std::unique_ptr<GroupPlanner> planner_;
  std::string job_;
};

// "name=value&name=value", as it comes: Orthanc has decoded it.
std::map<std::string, std::string> queryIn(const std::string& text) {
  std::map<std::string, std::string> query;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('&', start), text.size());
    const std::size_t equals = std::min(text.find('=', start), end);
    query[text.substr(start, equals - start)] =
        text.substr(std::min(equals + 1, end), end - std::min(equals + 1, end));
    start = end + 1;
  }
  return query;
}

RestRequest requestIn(const std::string& text) {
  const std::string line = text.substr(0, text.find('\n'));
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string target = line.substr(std::min(space + 1, line.size()));
  const std::size_t mark = std::min(target.find('?'), target.size());
  RestRequest request;
  request.method = line.substr(0, space);
  request.path = target.substr(0, mark);
  if (mark < target.size()) request.query = queryIn(target.substr(mark + 1));
  if (line.size() < text.size()) request.body = text.substr(line.size() + 1);
  return request;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::unique_ptr<Site> site;
  static int requests = 0;
  if (requests++ % longestLife == 0) {
    site.reset();
    site = std::make_unique<Site>();
  }
  const RestResponse response = site->answer(requestIn(std::string(fuzz::textOf(data, size))));
  if (response.status == 500) __builtin_trap();
  return 0;
}
