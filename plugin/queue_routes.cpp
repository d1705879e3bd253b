#include "plugin/queue_routes.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "analysis/errors.h"
#include "config/known_keys.h"
#include "config/strict_json.h"
#include "plugin/job_json.h"
#include "plugin/metrics_text.h"
#include "plugin/rest_answer.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr int largestRulePriority = 100;
constexpr int mostRetried = 10000;
constexpr std::size_t mostBackfilled = 10000;  // series

Json bodyOf(const std::string& body) {
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) return Json::object();
  Json json = parseStrictJson(body, "the body");
  if (!json.is_object()) throw InputError("the body has to be a JSON object");
  return json;
}

void refuseOtherKeys(const Json& body, const std::vector<std::string>& known) {
  for (const auto& [key, value] : body.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw InputError("the body has an unknown member " + inQuotes(key) + hintAt(key, known));
    }
  }
}

const char* modeName(JobStore::Mode mode) {
  switch (mode) {
    case JobStore::Mode::running:
      return "running";
    case JobStore::Mode::paused:
      return "paused";
    case JobStore::Mode::draining:
      return "draining";
  }
  return "";
}

RestResponse queueNow(JobStore& store) {
  Json depths = Json::object();
  for (const JobStore::Depth& depth : store.depths()) {
    depths[jobStateName(depth.state)] = depth.count;
  }
  return answer(
      200, {{"mode", modeName(store.mode())}, {"drained", store.isDrained()}, {"jobs", depths}});
}

RestResponse setMode(JobStore::Mode mode, const RestContext& context) {
  context.store->setMode(mode, context.by);
  context.ring();
  return queueNow(*context.store);
}

std::string causeIn(const Json& body) {
  const auto found = body.find("cause");
  if (found == body.end()) return {};
  for (const std::string& name : failureCauseNames()) {
    if (*found == name) return name;
  }
  throw InputError("there is no cause of failure " + found->dump());
}

int limitIn(const Json& body) {
  const auto found = body.find("limit");
  if (found == body.end()) return mostRetried;
  if (!found->is_number_integer() || *found < 1 || *found > mostRetried) {
    throw InputError("\"limit\" has to be a whole number from 1 to " + std::to_string(mostRetried));
  }
  return found->get<int>();
}

RestResponse retryDead(const RestRequest& request, const RestContext& context) {
  const Json body = bodyOf(request.body);
  refuseOtherKeys(body, {"cause", "limit"});
  const int queued =
      context.store->retryDead(causeIn(body), static_cast<std::size_t>(limitIn(body)), context.by);
  context.ring();
  return answer(200, {{"queued", queued}});
}

bool isDay(const std::string& text) {
  const bool isNumber =
      text.size() == 8 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!isNumber) return false;
  const auto part = [&](std::size_t from, std::size_t length) {
    return static_cast<unsigned>(std::stoul(text.substr(from, length)));
  };
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(part(0, 4))),
                                     std::chrono::month(part(4, 2)), std::chrono::day(part(6, 2)))
      .ok();
}

std::string dayIn(const Json& body, const char* name) {
  const auto found = body.find(name);
  const std::string day =
      found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
  if (isDay(day)) return day;
  throw InputError("\"" + std::string(name) + "\" has to be a date such as \"20260131\"");
}

// Both days included.
RestResponse backfill(const RestRequest& request, const RestContext& context) {
  const Json body = bodyOf(request.body);
  refuseOtherKeys(body, {"from", "to"});
  const std::string from = dayIn(body, "from");
  const std::string to = dayIn(body, "to");
  if (from > to) throw InputError("\"from\" is later than \"to\"");
  const auto series = context.planner->seriesOfDays(from, to, mostBackfilled + 1);
  if (series.size() > mostBackfilled) {
    throw InputError("the archive holds more than " + std::to_string(mostBackfilled) +
                     " series of these days: ask for fewer days at a time");
  }
  context.store->noteBackfill(from + "-" + to, series.size(), context.by);
  context.backfill(series);
  return {202, dumpJson({{"series", series.size()}}), {}};
}

RestResponse setPriority(const std::string& jobId, const RestRequest& request,
                         const RestContext& context) {
  const auto priority = priorityIn(request.body);
  if (!priority) throw InputError("the body has to name a \"priority\"");
  if (!context.store->job(jobId)) {
    return {404, dumpJson({{"error", "there is no job " + jobId}}), {}};
  }
  try {
    context.store->setPriority(jobId, *priority, context.by);
  } catch (const InputError& error) {
    return {409, dumpJson({{"error", error.what()}}), {}};
  }
  context.ring();
  return answer(200, jobJson(*context.store->job(jobId)));
}

}  // namespace

std::optional<int> priorityIn(const std::string& body) {
  const Json json = bodyOf(body);
  refuseOtherKeys(json, {"priority"});
  const auto found = json.find("priority");
  if (found == json.end()) return std::nullopt;
  if (*found == "urgent") return urgentPriority;
  if (*found == "backfill") return backfillPriority;
  if (found->is_number_integer() && *found >= -largestRulePriority &&
      *found <= largestRulePriority) {
    return found->get<int>();
  }
  throw InputError(
      "\"priority\" has to be \"urgent\", \"backfill\" or a whole number from -100 to 100, not " +
      found->dump());
}

std::optional<RestRoute> queueRouteOf(const RestRequest& request,
                                      const std::vector<std::string>& parts,
                                      const RestContext& context) {
  const auto is = [&](std::size_t place, const char* name) {
    return place < parts.size() && parts[place] == name;
  };
  if (parts.size() == 2 && is(1, "metrics")) {
    return RestRoute{"GET",
                     [&context] {
                       return RestResponse{200, context.metrics(), {}, prometheusType};
                     },
                     false};
  }
  if (parts.size() == 2 && is(1, "queue")) {
    return RestRoute{"GET", [&context] { return queueNow(*context.store); }};
  }
  if (parts.size() == 3 && is(1, "queue")) {
    for (const auto& [name, mode] :
         {std::pair{"pause", JobStore::Mode::paused}, std::pair{"resume", JobStore::Mode::running},
          std::pair{"drain", JobStore::Mode::draining}}) {
      if (!is(2, name)) continue;
      return RestRoute{"POST", [&context, set = mode] { return setMode(set, context); }};
    }
    if (is(2, "backfill")) {
      return RestRoute{"POST", [&] { return backfill(request, context); }};
    }
    if (is(2, "retry-dead")) {
      return RestRoute{"POST", [&] { return retryDead(request, context); }};
    }
  }
  if (parts.size() == 4 && is(1, "jobs") && is(3, "priority")) {
    return RestRoute{"POST", [&, id = parts[2]] { return setPriority(id, request, context); }};
  }
  return std::nullopt;
}

}  // namespace cmr
