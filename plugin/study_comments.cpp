#include "plugin/study_comments.h"

#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include "analysis/program.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

std::string text(const Json& object, const char* key) { return object.at(key).get<std::string>(); }

// As on pages: whole numbers from 10 on, one decimal below.
std::string shown(double value) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, std::abs(value) < 10 ? "%.1f" : "%.0f", value);
  return buffer;
}

// Names hold commas of their own.
std::string joined(const std::string& before, const std::string& next) {
  return before.empty() ? next : before + "; " + next;
}

// First of all, as whoever reads numbers has to know that others are to come.
void addMissing(const Json& document, std::vector<std::string>& comments) {
  const auto missing = document.find("missing");
  if (missing == document.end()) return;
  std::string all;
  for (const Json& one : *missing) all = joined(all, one.get<std::string>());
  comments.push_back("Partial: missing " + all +
                     ". The rules expect it in a study; this report is made of what there was.");
}

void addChecks(const Json& checks, std::vector<std::string>& comments) {
  for (const Json& check : checks) {
    const bool agrees = check.at("agrees").get<bool>();
    comments.push_back(std::string(agrees ? "Series agree: " : "Series differ: ") +
                       text(check, "text"));
  }
}

void addDisease(const Json& disease, std::vector<std::string>& comments) {
  if (disease.is_null()) return;
  const double percent = 100 * disease.at("probability").get<double>();
  std::string series;
  for (const Json& one : disease.at("series")) series = joined(series, one.get<std::string>());
  comments.push_back("Disease suggested by series " + series + ": " + text(disease, "disease") +
                     ", probability " + shown(percent) + " %" +
                     (disease.at("isCertain").get<bool>() ? "" : ", uncertain") +
                     ". Evidence behind this head: " + text(disease, "evidence") + ".");
}

// Numbers that share a reason share a sentence.
void addReasons(const Json& best, std::vector<std::string>& comments) {
  const std::string what = text(best, "what");
  std::map<std::pair<bool, std::string>, std::string> labels;  // measured, reason -> labels
  for (const Json& number : best.at("numbers")) {
    const bool isMeasured = !number.at("value").is_null();
    if (isMeasured && text(number, "quality") != "uncertain") continue;
    std::string& of = labels[{isMeasured, text(number, "reason")}];
    of = joined(of, text(number, "label"));
  }
  for (const auto& [why, of] : labels) {
    comments.push_back(what + ": " + (why.first ? "uncertain: " : "not measured: ") + of + ": " +
                       why.second);
  }
}

// Where no report with outlines was stored the numbers have no other place.
void addNumbers(const Json& best, std::vector<std::string>& comments) {
  if (!best.at("report").is_null()) return;
  std::string all;
  for (const Json& number : best.at("numbers")) {
    if (number.at("value").is_null()) continue;
    all = joined(all, text(number, "label") + " " + shown(number.at("value").get<double>()) + " " +
                          text(number, "unit"));
  }
  if (!all.empty()) comments.push_back(text(best, "what") + ": " + all + ".");
}

void addBest(const Json& best, std::vector<std::string>& comments) {
  const std::string what = text(best, "what");
  comments.push_back(what + ": from series " + text(best, "series") + ", " + text(best, "why") +
                     ".");
  addNumbers(best, comments);
  for (const Json& doubt : best.at("doubts")) {
    comments.push_back(what + ": " + doubt.get<std::string>());
  }
  addReasons(best, comments);
}

std::string wordFor(const std::string& verdict) {
  if (verdict == "notAnalysable") return "Not analysable";
  if (verdict == "failed") return "Analysis failed";
  if (verdict == "cancelled") return "Analysis was cancelled";
  return "Not analysed";
}

void addOthers(const Json& series, std::vector<std::string>& comments) {
  std::map<std::pair<std::string, std::string>, std::string> names;  // verdict, reason -> series
  for (const Json& entry : series) {
    const std::string verdict = text(entry, "verdict");
    if (verdict == "analysed") continue;
    std::string& of = names[{wordFor(verdict), text(entry, "reason")}];
    of = joined(of, text(entry, "name"));
  }
  for (const auto& [why, of] : names) {
    comments.push_back(why.first + ": " + of + ": " +
                       (why.second.empty() ? "no reason given" : why.second));
  }
}

}  // namespace

std::vector<std::string> studyComments(const Json& document) {
  std::vector<std::string> comments{
      std::string(researchNotice) +
      ". Brought together by a program from the results of the study's series, verified by nobody. "
      "Numbers without a comment here passed the automatic checks."};
  addMissing(document, comments);
  addChecks(document.at("checks"), comments);
  addDisease(document.at("disease"), comments);
  for (const Json& best : document.at("best")) addBest(best, comments);
  addOthers(document.at("series"), comments);
  return comments;
}

}  // namespace cmr
