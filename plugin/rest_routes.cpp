#include "plugin/rest_routes.h"

#include <exception>
#include <vector>

#include "analysis/errors.h"
#include "config/explain_rules.h"
#include "config/strict_json.h"
#include "plugin/app_pages.h"
#include "plugin/audit_routes.h"
#include "plugin/cross_site.h"
#include "plugin/delivery_routes.h"
#include "plugin/job_json.h"
#include "plugin/package_routes.h"
#include "plugin/queue_routes.h"
#include "plugin/rest_answer.h"
#include "plugin/rest_query.h"
#include "plugin/rest_rules.h"
#include "plugin/study_answer.h"
#include "plugin/worklist_routes.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

std::vector<std::string> partsOf(const std::string& path) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : path + "/") {
    if (c != '/') {
      part += c;
    } else if (!part.empty()) {
      parts.push_back(part);
      part.clear();
    }
  }
  return parts;
}

RestResponse listJobs(const RestRequest& request, JobStore& store) {
  refuseOtherParameters(request, {"state", "cause", "series", "study"});
  JobStore::ListFilter filter;
  const ListPart part = listPartIn(request);
  filter.limit = part.limit;
  filter.offset = part.offset;
  filter.state = jobStateNamed(wordIn(request, "state", jobStateNames(), "no job state"));
  filter.orthancSeriesId = textIn(request, "series");
  filter.orthancStudyId = textIn(request, "study");
  filter.cause = wordIn(request, "cause", failureCauseNames(), "no cause of failure");
  filter.withResults = false;
  Json jobs = Json::array();
  for (const JobRecord& job : store.list(filter)) jobs.push_back(jobJson(job));
  return answer(200, {{"jobs", jobs}, {"limit", filter.limit}, {"offset", filter.offset}});
}

RestResponse listSkipped(const RestRequest& request, JobStore& store) {
  refuseOtherParameters(request, {"series", "study"});
  JobStore::SkippedFilter filter;
  const ListPart part = listPartIn(request);
  filter.limit = part.limit;
  filter.offset = part.offset;
  filter.orthancSeriesId = textIn(request, "series");
  filter.orthancStudyId = textIn(request, "study");
  Json list = Json::array();
  for (const JobStore::SkippedSeries& series : store.skippedSeries(filter)) {
    list.push_back(skippedJson(series));
  }
  return answer(200, {{"skipped", list}, {"limit", filter.limit}, {"offset", filter.offset}});
}

RestResponse results(const JobRecord& job) {
  if (!job.hasResults) return refuse(404, "job " + job.id + " has no results (yet)");
  return {200, job.resultsJson, {}};
}

RestResponse change(const JobRecord& job, const std::string& verb, const RestContext& context) {
  try {
    if (verb == "retry") {
      context.store->retry(job.id, context.by);
    } else {
      context.store->cancel(job.id, "cancelled by an operator", context.by);
    }
  } catch (const InputError& error) {  // the state does not allow it
    return refuse(409, error.what());
  }
  context.ring();
  const auto now = context.store->job(job.id);
  return answer(200, jobJson(now ? *now : job));
}

RestResponse analyze(const std::string& seriesId, const RestRequest& request,
                     const RestContext& context) {
  const std::optional<int> priority = priorityIn(request.body);
  const GroupPlanner::Answer done = context.planner->analyze(seriesId, context.by);
  switch (done.kind) {
    case GroupPlanner::Answer::Kind::unknownSeries:
      return refuse(404, "the archive has no series " + seriesId);
    case GroupPlanner::Answer::Kind::refused:
      return answer(409, {{"error", "series " + seriesId + " is not analysed: " + done.reason},
                          {"explanation", explanationJson(done.explanation)}});
    case GroupPlanner::Answer::Kind::accepted:
      break;
  }
  if (priority) context.store->setPriority(done.jobId, *priority, context.by);
  context.ring();
  return answer(202, {{"job", done.jobId}, {"created", done.created}, {"series", done.seriesIds}});
}

RestResponse oneJob(const JobRecord& job, const RestContext& context) {
  Json body = jobJson(job);
  const std::string decision = context.store->decision(job.id);
  body["decision"] = decision.empty() ? Json() : Json::parse(decision);
  body["history"] = Json::array();
  for (const JobStore::Attempt& attempt : context.store->attempts(job.id)) {
    body["history"].push_back(attemptJson(attempt));
  }
  body["deliveries"] = Json::array();
  if (context.deliveries == nullptr) return answer(200, body);
  for (const Delivery& delivery : context.deliveries->ofJob(job.id)) {
    body["deliveries"].push_back(deliveryJson(delivery));
  }
  return answer(200, body);
}

RestResponse explain(const std::string& seriesId, const RestContext& context) {
  const auto look = context.planner->look(seriesId);
  if (!look) return refuse(404, "the archive has no series " + seriesId);
  return answer(200, seriesLookJson(*look));
}

RestResponse oneStudy(const std::string& studyId, const RestContext& context) {
  const auto study = studyAnswer(studyId, *context.planner, *context.store);
  if (!study) return refuse(404, "the archive has no study " + studyId);
  return answer(200, *study);
}

// {"haematocrit": 0.42}; null forgets it.
RestResponse stateHaematocrit(const RestRequest& request, const std::string& studyId,
                              const RestContext& context) {
  if (!context.planner->study(studyId)) return refuse(404, "the archive has no study " + studyId);
  const Json body = parseStrictJson(request.body, "the body");
  const bool isThere = body.is_object() && body.size() == 1 && body.contains("haematocrit");
  const Json value = isThere ? body.at("haematocrit") : Json(false);
  if (value.is_null()) {
    context.store->setHaematocrit(studyId, std::nullopt, context.by);
  } else if (value.is_number() && value.get<double>() >= 0.2 && value.get<double>() <= 0.7) {
    context.store->setHaematocrit(studyId, value.get<double>(), context.by);
  } else {
    return refuse(400, R"(the body is {"haematocrit": a share from 0.2 to 0.7, or null})");
  }
  context.ring();
  return oneStudy(studyId, context);
}

// Without the series that the rules have it wait for. That it is asked for twice changes nothing.
RestResponse askForReport(const std::string& studyId, const RestContext& context) {
  if (!context.planner->study(studyId)) return refuse(404, "the archive has no study " + studyId);
  context.store->askForReport(studyId, context.by);
  context.ring();
  return oneStudy(studyId, context);
}

using Route = RestRoute;

// `make` gets the record of the job named in the path.
template <typename Make>
std::function<RestResponse()> withJob(const RestContext& context, const std::string& id,
                                      Make make) {
  return [&context, id, make]() -> RestResponse {
    const auto job = context.store->job(id);
    if (!job) return refuse(404, "there is no job " + id);
    return make(*job);
  };
}

std::optional<Route> routeOf(const RestRequest& request, const std::vector<std::string>& parts,
                             const RestContext& context) {
  const auto is = [&](std::size_t place, const char* name) { return parts[place] == name; };
  if (parts.size() == 2 && is(1, "jobs")) {
    return Route{"GET", [&] { return listJobs(request, *context.store); }};
  }
  if (parts.size() == 3 && is(1, "jobs")) {
    return Route{"GET", withJob(context, parts[2],
                                [&context](const JobRecord& job) { return oneJob(job, context); })};
  }
  if (parts.size() == 4 && is(1, "jobs") && is(3, "results")) {
    return Route{"GET", withJob(context, parts[2], results)};
  }
  if (parts.size() == 4 && is(1, "jobs") && (is(3, "retry") || is(3, "cancel"))) {
    const std::string verb = parts[3];
    return Route{"POST", withJob(context, parts[2], [&context, verb](const JobRecord& job) {
                   return change(job, verb, context);
                 })};
  }
  if (parts.size() == 2 && is(1, "skipped")) {
    return Route{"GET", [&] { return listSkipped(request, *context.store); }};
  }
  if (parts.size() == 3 && is(1, "studies")) {
    return Route{"GET", [&] { return oneStudy(parts[2], context); }};
  }
  if (parts.size() == 4 && is(1, "studies") && is(3, "haematocrit")) {
    return Route{"PUT", [&] { return stateHaematocrit(request, parts[2], context); }};
  }
  if (parts.size() == 4 && is(1, "studies") && is(3, "report")) {
    return Route{"POST", [&] { return askForReport(parts[2], context); }};
  }
  if (parts.size() == 3 && is(1, "series")) {
    return Route{"GET", [&] { return explain(parts[2], context); }};
  }
  if (parts.size() == 4 && is(1, "series") && is(3, "analyze")) {
    return Route{"POST", [&] { return analyze(parts[2], request, context); }};
  }
  return rulesRouteOf(request, parts, context);
}

Role neededFor(const Route& route) {
  if (route.needs) return *route.needs;
  return route.verb == "GET" ? Role::viewer : Role::operatorRole;
}

// Those that answer in every state of the service.
std::optional<Route> standingRouteOf(const std::vector<std::string>& parts,
                                     const RestContext& context, const Visitor& visitor) {
  if (parts.size() != 2) return std::nullopt;
  if (parts[1] == "status") {
    return Route{"GET", [&] { return answer(200, context.status()); }, false};
  }
  if (parts[1] == "access") {
    return Route{"GET", [&] { return answer(200, visitorJson(visitor, context.access)); }, false,
                 Role::none};
  }
  return std::nullopt;
}

// Every route is asked for here, so nothing is done for somebody who may not. The pages themselves
// hold nothing of a patient and tell everybody why they may not see more.
RestResponse dispatch(const RestRequest& request, const RestContext& given) {
  if (isAppPath(request.path)) return appPage(request);
  if (!mayChangeState(request.method, request.headers)) {
    return refuse(403,
                  "a browser has to send the header X-CMR-Request with what changes something");
  }
  const std::vector<std::string> parts = partsOf(request.path);
  if (parts.empty() || parts[0] != "cmr") return refuse(404, "there is nothing at this path");
  const Visitor visitor = visitorOf(given.access, request.headers);
  RestContext context = given;
  context.by = {visitor.user, roleName(visitor.role)};
  std::optional<Route> route = standingRouteOf(parts, context, visitor);
  if (!route) route = queueRouteOf(request, parts, context);
  if (!route) route = deliveryRouteOf(request, parts, context);
  if (!route) route = auditRouteOf(request, parts, context);
  if (!route) route = worklistRouteOf(request, parts, context);
  if (!route) route = packageRouteOf(request, parts, context);
  if (!route) route = routeOf(request, parts, context);
  if (!route) return refuse(404, "there is nothing at " + request.path);
  if (request.method != route->verb) {
    RestResponse response = refuse(405, request.path + " takes " + route->verb + " only");
    response.allow = route->verb;
    return response;
  }
  const std::string refusal = whyRefused(visitor, neededFor(*route));
  if (!refusal.empty()) return refuse(visitor.isKnown ? 403 : 401, refusal);
  if (route->needsService && (context.store == nullptr || context.planner == nullptr)) {
    const Json status = context.status();
    return refuse(503, "the service is " + status.value("state", "not running") + ": " +
                           status.value("reason", ""));
  }
  return route->act();
}

}  // namespace

RestResponse answerRest(const RestRequest& request, const RestContext& context) noexcept {
  try {
    try {
      return dispatch(request, context);
    } catch (const InputError& error) {
      return refuse(400, error.what());
    } catch (const std::exception& error) {
      return refuse(500, error.what());
    }
  } catch (...) {  // no memory to say so: nothing here takes any
    return {500, {}, {}, {}, {}};
  }
}

}  // namespace cmr
