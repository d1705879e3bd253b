#include "plugin/study_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "analysis/program.h"
#include "plugin/chamber_json.h"
#include "plugin/json_parts.h"
#include "plugin/study_biplane.h"
#include "plugin/study_completeness.h"
#include "plugin/study_ecv.h"

namespace cmr {
namespace {

using Json = nlohmann::json;
using Entry = StudyReport::Entry;
using Number = StudyReport::Number;

int countOf(const Json& object, const char* key) {
  const Json& value = partOf(object, key);
  return value.is_number_integer() ? value.get<int>() : 0;
}

// One result that stands, with what the choice between several rests on.
struct Result {
  Entry entry;
  std::vector<Number> numbers;
  std::vector<std::string> doubts;
  StudySeriesNumbers compared;
  std::string what;
  std::string package;
  std::string packageSha256;
  std::optional<DiseaseAnswer> disease;
  std::optional<LongAxisChambers> chambers;  // of a long axis
  int unmeasured = 0;
  int uncertain = 0;
  int serious = 0;
  int warnings = 0;
  int slices = 0;
  int phases = 0;
};

std::string verdictOf(JobState state) {
  switch (state) {
    case JobState::done:
      return "analysed";
    case JobState::notAnalysable:
      return "notAnalysable";
    case JobState::dead:
      return "failed";
    case JobState::cancelled:
      return "cancelled";
    case JobState::queued:
    case JobState::leased:
    case JobState::storing:
    case JobState::retry:
      break;
  }
  return "waiting";
}

Entry entryOf(const JobRecord& job, const Json& results) {
  Entry entry;
  entry.verdict = verdictOf(job.state);
  entry.reason = job.reason;
  entry.jobId = job.id;
  entry.orthancSeriesIds = job.submission.orthancSeriesIds;
  entry.SeriesInstanceUIDs = job.submission.SeriesInstanceUIDs;
  entry.task = textAt(results, "task");
  entry.name = textAt(partOf(results, "source"), "SeriesDescription");
  if (entry.name.empty() && !entry.SeriesInstanceUIDs.empty()) {
    entry.name = "series " + entry.SeriesInstanceUIDs.front();
  }
  return entry;
}

std::optional<double> finite(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

void readNumbers(const Json& results, Result& result) {
  for (const Json& m : partOf(results, "measurements")) {
    if (partOf(m, "reported") != true) continue;  // what a package keeps back reaches no report
    Number number{textAt(m, "id"),      textAt(m, "label"),  textAt(partOf(m, "unit"), "value"),
                  textAt(m, "quality"), textAt(m, "reason"), finite(partOf(m, "value"))};
    if (!number.value && number.reason.empty()) number.reason = "no reason given";
    // Segments are many and of few phases or slices: a choice by them would be theirs alone.
    if (number.id.find(".segment.") == std::string::npos) {
      result.unmeasured += number.value ? 0 : 1;
      result.uncertain += number.quality == "uncertain" ? 1 : 0;
    }
    result.numbers.push_back(std::move(number));
  }
}

void readDoubts(const Json& results, Result& result) {
  for (const Json& flag : partOf(results, "flags")) {
    const std::string severity = textAt(flag, "severity");
    result.serious += severity == "serious" ? 1 : 0;
    result.warnings += severity == "warning" ? 1 : 0;
    if (severity != "note") result.doubts.push_back(severity + ": " + textAt(flag, "text"));
  }
}

std::optional<double> valueOf(const Result& result, const char* id) {
  for (const Number& number : result.numbers) {
    if (number.id == id) return number.value;
  }
  return std::nullopt;
}

void readChambers(const Json& results, Result& result) {
  const Json& json = partOf(results, "longAxisChambers");
  if (!json.is_object()) return;
  result.chambers = LongAxisChambers{chamberFromJson(partOf(json, "leftVentricle")),
                                     chamberFromJson(partOf(json, "leftAtrium"))};
}

bool startsWith(const std::string& text, const char* start) { return text.rfind(start, 0) == 0; }

// The first that was measured of those whose identifiers begin so.
std::optional<double> valueOfAny(const Result& result, const char* start) {
  for (const Number& number : result.numbers) {
    if (number.value && startsWith(number.id, start)) return number.value;
  }
  return std::nullopt;
}

// What results are chosen among: of one task, view and quantity.
std::string whatOf(const Result& result, const Json& results) {
  const std::string& task = result.entry.task;
  if (task == "seg_cine_sax") return "Short-axis cine";
  if (task == "seg_lge_sax") return "Late enhancement";
  if (task == "seg_cine_lax") {
    const std::string view = textAt(results, "longAxisView");
    if (view == "2ch") return "Two-chamber cine";
    return view == "4ch" ? "Four-chamber cine" : "Long-axis cine";
  }
  if (task == "seg_map_sax" && !result.numbers.empty()) {
    const std::string& id = result.numbers.front().id;
    if (startsWith(id, "t1post")) return "T1 map after contrast";
    if (startsWith(id, "t1")) return "T1 map";
    if (startsWith(id, "t2")) return "T2 map";
  }
  return task;
}

Result resultOf(const JobRecord& job, const Json& results) {
  Result result;
  result.entry = entryOf(job, results);
  readNumbers(results, result);
  readDoubts(results, result);
  readChambers(results, result);
  const Json& source = partOf(results, "source");
  result.slices = countOf(source, "slices");
  result.phases = countOf(source, "phases");
  StudySeriesNumbers& compared = result.compared;
  compared.name = result.entry.name;
  compared.isShortAxis = result.entry.task == "seg_cine_sax";
  compared.isLongAxis = result.entry.task == "seg_cine_lax";
  result.what = whatOf(result, results);
  const Json& package = partOf(results, "package");
  result.package = textAt(package, "name") + " " + textAt(package, "version");
  result.packageSha256 = textAt(package, "sha256");
  result.disease = diseaseAnswerOf(results, result.entry.name);
  compared.lvEfPercent =
      compared.isLongAxis ? valueOfAny(result, "lax.lv.ef") : valueOf(result, "lv.ef");
  compared.lvEdvMl = valueOf(result, "lv.edv");
  compared.lvSvMl = valueOf(result, "lv.sv");
  compared.rvSvMl = valueOf(result, "rv.sv");
  compared.heartRateBpm = valueOf(result, "heart.rate");
  if (!compared.heartRateBpm) compared.heartRateBpm = finite(partOf(source, "heartRateBpm"));
  return result;
}

// Smaller is better; the last word makes the choice the same every time.
auto rankOf(const Result& result) {
  return std::tuple(result.unmeasured, result.serious, result.uncertain, result.warnings,
                    -result.slices, -result.phases, result.entry.SeriesInstanceUIDs);
}

std::string counted(int count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string whyChosen(const Result& best, std::size_t candidates) {
  if (candidates == 1) return "the only result of its kind";
  return "of " + std::to_string(candidates) +
         " results the one with the fewest numbers missing, then the fewest doubts, then the most "
         "images: " +
         counted(best.unmeasured, "number", "numbers") + " missing, " +
         counted(best.serious + best.warnings, "doubt", "doubts") + ", " +
         counted(best.slices, "slice", "slices") + " of " + counted(best.phases, "phase", "phases");
}

// As a reader goes through a study; what has no place here comes last.
std::size_t placeOf(const StudyReport::Best& best) {
  static constexpr std::array order{"Short-axis cine",
                                    "Two- and four-chamber cine together",
                                    "Four-chamber cine",
                                    "Two-chamber cine",
                                    "Long-axis cine",
                                    "Late enhancement",
                                    "T1 map",
                                    "T1 map after contrast",
                                    "Extracellular volume",
                                    "T2 map"};
  return static_cast<std::size_t>(std::find(order.begin(), order.end(), best.what) - order.begin());
}

std::vector<StudyReport::Best> chooseBest(const std::vector<Result>& results) {
  std::map<std::pair<std::string, std::string>, std::vector<const Result*>> byKind;
  for (const Result& result : results) {
    byKind[{result.entry.task, result.what}].push_back(&result);
  }
  std::vector<StudyReport::Best> chosen;
  for (const auto& [kind, candidates] : byKind) {
    const Result& best = **std::min_element(
        candidates.begin(), candidates.end(),
        [](const Result* a, const Result* b) { return rankOf(*a) < rankOf(*b); });
    chosen.push_back({kind.first, kind.second, best.entry.jobId, best.entry.name,
                      whyChosen(best, candidates.size()), best.numbers, best.doubts, best.package,
                      best.packageSha256});
  }
  return chosen;
}

// Of the results that were chosen: one for each view.
std::vector<DiseaseAnswer> answersOfBest(const std::vector<Result>& results,
                                         const std::vector<StudyReport::Best>& best) {
  std::vector<DiseaseAnswer> answers;
  for (const Result& result : results) {
    const bool isBest = std::any_of(best.begin(), best.end(), [&](const StudyReport::Best& one) {
      return one.jobId == result.entry.jobId;
    });
    if (isBest && result.disease) answers.push_back(*result.disease);
  }
  return answers;
}

// Two views of a long axis where both are there.
void addBiplane(const std::vector<Result>& results, std::vector<StudyReport::Best>& best) {
  std::map<std::string, LongAxisChambers> chambers;
  for (const Result& result : results) {
    if (result.chambers) chambers[result.entry.jobId] = *result.chambers;
  }
  if (auto both = biplaneVolumes(best, chambers)) best.push_back(*std::move(both));
}

// What the series are compared by. Where two planes gave an ejection fraction, those of one plane
// alone say nothing more of the same heart.
std::vector<StudySeriesNumbers> comparedNumbers(const std::vector<Result>& results,
                                                const std::vector<StudyReport::Best>& best) {
  StudySeriesNumbers biplane;
  biplane.isLongAxis = true;
  for (const StudyReport::Best& one : best) {
    if (one.task != "biplane") continue;
    biplane.name = one.name;
    for (const Number& number : one.numbers) {
      if (number.id == "lax.lv.ef") biplane.lvEfPercent = number.value;
    }
  }
  std::vector<StudySeriesNumbers> compared;
  for (const Result& result : results) {
    compared.push_back(result.compared);
    if (biplane.lvEfPercent && result.compared.isLongAxis) compared.back().lvEfPercent.reset();
  }
  if (biplane.lvEfPercent) compared.push_back(std::move(biplane));
  return compared;
}

// Jobs that say something which no later one replaced.
std::vector<const JobRecord*> standing(const std::vector<JobRecord>& jobs) {
  std::vector<const JobRecord*> kept;
  std::set<std::string> seen;
  for (const JobRecord& job : jobs) {
    if (!job.supersededBy.empty() || job.submission.scope != JobScope::series) continue;
    const auto& ids = job.submission.orthancSeriesIds;
    const bool isCovered = !ids.empty() && std::all_of(ids.begin(), ids.end(), [&](const auto& id) {
      return seen.count(id) != 0;
    });
    if (isCovered && job.state != JobState::done) continue;
    seen.insert(ids.begin(), ids.end());
    kept.push_back(&job);
  }
  return kept;
}

Entry leftAlone(const std::string& id, const std::string& uid, const std::string& why) {
  Entry entry;
  entry.verdict = "skipped";
  entry.reason = why;
  entry.name = "series " + uid;
  entry.orthancSeriesIds = {id};
  entry.SeriesInstanceUIDs = {uid};
  return entry;
}

void takeJob(const JobRecord& job, StudyReport& report, std::vector<Result>& results) {
  const Json document = Json::parse(job.resultsJson, nullptr, false);
  Entry entry = entryOf(job, document);
  if (entry.verdict == "waiting") report.isComplete = false;
  if (job.state == JobState::done) {
    if (document.is_object() && document.contains("measurements")) {
      results.push_back(resultOf(job, document));
    } else {
      report.isForgotten = report.isForgotten || job.resultsJson.empty();
      entry.reason = job.resultsJson.empty() ? "its numbers are no longer kept here (RetentionDays)"
                                             : "its results hold no measurements";
    }
  }
  report.series.push_back(std::move(entry));
}

Json numberJson(const Number& number) {
  return {{"id", number.id},
          {"label", number.label},
          {"value", number.value ? Json(*number.value) : Json()},
          {"unit", number.unit},
          {"quality", number.quality},
          {"reason", number.reason}};
}

Json bestJson(const StudyReport::Best& best) {
  Json numbers = Json::array();
  for (const Number& number : best.numbers) numbers.push_back(numberJson(number));
  return {{"task", best.task}, {"what", best.what},  {"job", best.jobId},    {"series", best.name},
          {"why", best.why},   {"numbers", numbers}, {"doubts", best.doubts}};
}

Json diseaseJson(const std::optional<DiseaseSuggestion>& disease) {
  if (!disease) return nullptr;
  return {{"disease", disease->disease},
          {"probability", disease->probability},
          {"isCertain", disease->isCertain},
          {"evidence", disease->evidence},
          {"series", disease->series}};
}

Json entryJson(const Entry& entry) {
  return {{"verdict", entry.verdict},
          {"reason", entry.reason},
          {"name", entry.name},
          {"task", entry.task},
          {"job", entry.jobId},
          {"series", entry.orthancSeriesIds},
          {"SeriesInstanceUIDs", entry.SeriesInstanceUIDs}};
}

}  // namespace

StudyReport studyReport(const StudyReportInput& input) {
  StudyReport report;
  report.orthancStudyId = input.orthancStudyId;
  report.StudyInstanceUID = input.StudyInstanceUID;
  report.isComplete = true;
  std::vector<Result> results;
  for (const JobRecord* job : standing(input.jobs)) takeJob(*job, report, results);
  for (const JobStore::SkippedSeries& one : input.skipped) {
    report.series.push_back(leftAlone(one.orthancSeriesId, one.SeriesInstanceUID, one.reason));
  }
  for (const UndecidedSeries& one : input.undecided) {
    report.series.push_back(leftAlone(one.orthancSeriesId, one.SeriesInstanceUID, one.why));
    report.series.back().verdict = one.isArriving ? "waiting" : "notAsked";
    report.isComplete = report.isComplete && !one.isArriving;
  }
  std::sort(report.series.begin(), report.series.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.SeriesInstanceUIDs, a.jobId) < std::tie(b.SeriesInstanceUIDs, b.jobId);
  });
  std::sort(results.begin(), results.end(), [](const Result& a, const Result& b) {
    return std::tie(a.entry.SeriesInstanceUIDs, a.entry.jobId) <
           std::tie(b.entry.SeriesInstanceUIDs, b.entry.jobId);
  });
  report.best = chooseBest(results);
  addBiplane(results, report.best);
  if (auto ecv = extracellularVolume(report.best, input.haematocrit)) {
    report.best.push_back(*std::move(ecv));
  }
  std::stable_sort(report.best.begin(), report.best.end(),
                   [](const StudyReport::Best& a, const StudyReport::Best& b) {
                     return placeOf(a) < placeOf(b);
                   });
  report.disease = suggestedDisease(answersOfBest(results, report.best));
  report.checks = crossCheckStudy(comparedNumbers(results, report.best));
  report.completeness = completenessOf(input);
  return report;
}

Json studyReportJson(const StudyReport& report) {
  Json series = Json::array(), best = Json::array(), checks = Json::array();
  for (const Entry& entry : report.series) series.push_back(entryJson(entry));
  for (const StudyReport::Best& one : report.best) best.push_back(bestJson(one));
  for (const CrossCheck& check : report.checks) {
    checks.push_back({{"id", check.id}, {"agrees", check.agrees}, {"text", check.text}});
  }
  return {{"study", report.orthancStudyId},
          {"StudyInstanceUID", report.StudyInstanceUID},
          {"notice", researchNotice},
          {"complete", report.isComplete},
          {"series", series},
          {"best", best},
          {"checks", checks},
          {"disease", diseaseJson(report.disease)},
          {"completeness", completenessJson(report.completeness)}};
}

}  // namespace cmr
