// Requests to our REST interface: the first line is verb and path, the rest the body. No answer is
// an internal error.
#include <unistd.h>

#include <filesystem>

#include "plugin/rest_routes.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/job_store_fixture.h"

namespace {

using namespace cmr;

JobStore& storeWithAJob() {
  static const test::TemporaryFolder folder(true);
  static JobStore store([] {
    JobStoreSettings settings;
    settings.path = (folder.path() / "jobs.db").string();
    return settings;
  }());
  if (store.list({}).empty()) store.submit(test::submissionOf("a"));
  return store;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::textOf(data, size));
  const std::size_t line = std::min(text.find('\n'), text.size());
  const std::size_t space = std::min(text.find(' '), line);
  const std::size_t query = std::min(text.find('?'), line);
  RestRequest request;
  request.method = text.substr(0, space);
  request.path = text.substr(space, query - std::min(space, query));
  if (!request.path.empty()) request.path.erase(0, 1);
  if (query < line) request.query["limit"] = text.substr(query + 1, line - query - 1);
  if (line < text.size()) request.body = text.substr(line + 1);
  RestContext context;
  context.status = [] { return nlohmann::json{{"state", "running"}}; };
  context.metrics = [] { return std::string(); };
  context.ring = [] {};
  context.store = &storeWithAJob();
  // Without an archive there is nothing to plan: paths of series are refused as not running.
  const RestResponse response = answerRest(request, context);
  if (response.status == 500) __builtin_trap();
  return 0;
}
