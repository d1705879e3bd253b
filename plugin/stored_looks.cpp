#include "plugin/stored_looks.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "config/classified_clause.h"
#include "config/explain_rules.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr std::size_t mostJobsOfSeries = 20;  // of one series, its newest

bool isOf(const Json& look, const std::string& SeriesInstanceUID) {
  const auto uids = look.find("SeriesInstanceUIDs");
  return uids != look.end() && uids->is_array() &&
         std::find(uids->begin(), uids->end(), SeriesInstanceUID) != uids->end();
}

// The look at the largest stack of the series (largestStack of sort_by_pictures.h). Throws what the
// JSON library throws for a document of another form.
const Json* lookIn(const Json& results, const std::string& SeriesInstanceUID) {
  const Json* largest = nullptr;
  int most = 0;
  for (const Json& look : results.at("firstLooks")) {
    if (!isOf(look, SeriesInstanceUID)) continue;
    const int images = look.at("slices").get<int>() * look.at("phases").get<int>();
    if (largest != nullptr && images <= most) continue;
    largest = &look;
    most = images;
  }
  return largest;
}

// How sure the package wants to be is not kept, only whether it was.
ClassifierAnswer answerOf(const Json& answer) {
  ClassifierAnswer made;
  made.value = answer.at("takenFor").get<std::string>();
  made.probability = answer.at("probability").get<double>();
  made.leastProbability = answer.at("isCertain").get<bool>() ? 0 : 2;
  made.released = answer.at("release").get<std::string>() != "off";
  return made;
}

struct StoredLook {
  std::string jobId;
  std::string packageSha256;
  std::map<std::string, ClassifierAnswer> classified;
};

std::optional<StoredLook> storedLook(const JobRecord& job, const std::string& SeriesInstanceUID) {
  try {
    const Json results = Json::parse(job.resultsJson);
    const Json* const look = lookIn(results, SeriesInstanceUID);
    if (look == nullptr) return std::nullopt;
    StoredLook stored{job.id, job.submission.packageSha256, {}};
    for (const std::string& task : classifiers()) {
      if (look->contains(task)) stored.classified[task] = answerOf(look->at(task));
    }
    return stored;
  } catch (const Json::exception&) {  // forgotten (RetentionDays), or of a job that failed
    return std::nullopt;
  }
}

std::optional<StoredLook> newestLook(const SeriesLook& series, JobStore& store) {
  JobStore::ListFilter filter;
  filter.orthancSeriesId = series.series.id;
  filter.limit = mostJobsOfSeries;
  for (const JobRecord& job : store.list(filter)) {
    if (job.submission.scope != JobScope::series) continue;
    if (auto look = storedLook(job, series.series.SeriesInstanceUID)) return look;
  }
  return std::nullopt;
}

Json answersJson(const StoredLook& look) {
  Json answers = Json::object();
  for (const auto& [task, answer] : look.classified) {
    answers[task] = {{"takenFor", answer.value},
                     {"probability", answer.probability},
                     {"isCertain", answer.probability >= answer.leastProbability},
                     {"isReleased", answer.released}};
  }
  return answers;
}

}  // namespace

Json decidedByStoredLook(const SeriesLook& series, const RuleSet& rules, JobStore& store) {
  if (series.decision.sorting.empty()) return nullptr;
  const auto look = newestLook(series, store);
  if (!look) return nullptr;
  SeriesFacts facts = series.facts;
  facts.classified = look->classified;
  const RoutingDecision decision = rules.decide(facts);
  return {{"job", look->jobId},
          {"packageSha256", look->packageSha256},
          {"answers", answersJson(*look)},
          {"action", series.barred.empty() ? actionName(decision.action) : "never"},
          {"rule", decision.rule},
          {"verdict", verdictOf(decision, series.barred)},
          {"rules", explanationJson(rules.tryAll(facts))}};
}

}  // namespace cmr
