#include "plugin/worklist_entry.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "config/known_keys.h"
#include "config/rule_clause.h"
#include "config/strict_json.h"
#include "plugin/exam_uid.h"
#include "plugin/job_json.h"
#include "plugin/worklist_attributes.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

const std::vector<std::string> codeKeys{"CodeValue", "CodingSchemeDesignator", "CodeMeaning"};
constexpr std::size_t mostCodes = 20;

[[noreturn]] void refuseKey(const std::string& keyword, const std::string& sentence) {
  throw InputError("\"" + keyword + "\" " + sentence);
}

std::size_t characters(const std::string& utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool areDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isDate(const std::string& text) {
  if (text.size() != 8 || !areDigits(text)) return false;
  const std::chrono::year_month_day day{
      std::chrono::year(std::stoi(text.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(std::stoi(text.substr(4, 2)))),
      std::chrono::day(static_cast<unsigned>(std::stoi(text.substr(6, 2))))};
  return day.ok();
}

// Whole seconds: matching compares texts, and texts of one length are in the order of time.
std::string wholeTime(const std::string& text) {
  const bool fits = (text.size() == 2 || text.size() == 4 || text.size() == 6) && areDigits(text);
  const std::string whole = text + std::string(fits ? 6 - text.size() : 0, '0');
  if (!fits || whole.substr(0, 2) > "23" || whole.substr(2, 2) > "59" ||
      whole.substr(4, 2) > "59") {
    refuseKey("ScheduledProcedureStepStartTime",
              "must be a time such as 0830 or 083000, not " + inQuotes(text));
  }
  return whole;
}

bool isUid(const std::string& text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('.', start), text.size());
    const std::string part = text.substr(start, end - start);
    if (!areDigits(part) || (part.size() > 1 && part.front() == '0')) return false;
    start = end + 1;
  }
  return true;
}

void checkText(const std::string& keyword, const std::string& text, std::size_t longest) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) refuseKey(keyword, "must not contain control characters");
    if (c == '\\') refuseKey(keyword, "must not contain a backslash, which parts values in DICOM");
    if (c == '*' || c == '?')
      refuseKey(keyword, "must not contain * or ?, which stand for others in queries");
  }
  if (characters(text) > longest) {
    refuseKey(keyword, "has more than " + std::to_string(longest) + " characters");
  }
}

std::string readText(const std::string& keyword, const Json& value, std::size_t longest) {
  if (!value.is_string()) refuseKey(keyword, "must be a text");
  std::string text = value.get<std::string>();
  const std::size_t first = text.find_first_not_of(' ');
  text =
      first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
  checkText(keyword, text, longest);
  return text;
}

// PS3.5 6.2, PN: each group has so many characters and components at most.
void checkName(const WorklistAttribute& attribute, const std::string& text) {
  int groups = 0;
  for (std::size_t start = 0; start <= text.size(); ++groups) {
    const std::size_t end = std::min(text.find('=', start), text.size());
    const std::string group = text.substr(start, end - start);
    if (characters(group) > attribute.longest) {
      refuseKey(attribute.keyword,
                "has more than " + std::to_string(attribute.longest) + " characters in a group");
    }
    if (std::count(group.begin(), group.end(), '^') > 4)
      refuseKey(attribute.keyword, "has more than five components, which ^ parts");
    start = end + 1;
  }
  if (groups > 3) refuseKey(attribute.keyword, "has more than three groups, which = parts");
}

std::string readValue(const WorklistAttribute& attribute, const Json& value) {
  const std::size_t groups = attribute.kind == WorklistKind::name ? 3 : 1;
  std::string text = readText(attribute.keyword, value, groups * (attribute.longest + 1) - 1);
  if (text.empty()) return text;
  switch (attribute.kind) {
    case WorklistKind::date:
      if (!isDate(text))
        refuseKey(attribute.keyword, "must be a date such as 20260131, not " + inQuotes(text));
      break;
    case WorklistKind::time:
      return wholeTime(text);
    case WorklistKind::uid:
      if (!isUid(text)) refuseKey(attribute.keyword, "must be a UID, not " + inQuotes(text));
      break;
    case WorklistKind::code:
      if (text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ") != std::string::npos) {
        refuseKey(attribute.keyword,
                  "must be of capital letters, digits and _, not " + inQuotes(text));
      }
      break;
    case WorklistKind::aeTitle:
      if (characters(text) != text.size()) refuseKey(attribute.keyword, "must be ASCII");
      break;
    case WorklistKind::sex:
      if (text != "M" && text != "F" && text != "O")
        refuseKey(attribute.keyword, "must be M, F or O, not " + inQuotes(text));
      break;
    case WorklistKind::name:
      checkName(attribute, text);
      break;
    case WorklistKind::text:
      break;
  }
  return text;
}

Json readCodes(const Json& list) {
  if (!list.is_array() || list.size() > mostCodes)
    refuseKey(worklistCodesKeyword, "must be a list of at most 20 codes");
  Json codes = Json::array();
  for (const Json& item : list) {
    if (!item.is_object()) refuseKey(worklistCodesKeyword, "must be a list of objects");
    for (const auto& [key, value] : item.items()) {
      if (std::find(codeKeys.begin(), codeKeys.end(), key) == codeKeys.end()) {
        refuseKey(worklistCodesKeyword,
                  "has a code with the unknown key " + inQuotes(key) + hintAt(key, codeKeys));
      }
    }
    Json code;
    for (const std::string& key : codeKeys) {
      if (!item.contains(key)) refuseKey(worklistCodesKeyword, "has a code without " + key);
      code[key] = readText(key, item.at(key), key == "CodeMeaning" ? 64 : 16);
      if (code[key] == "") refuseKey(worklistCodesKeyword, "has a code with an empty " + key);
    }
    codes.push_back(code);
  }
  return codes;
}

const WorklistAttribute* find(const std::string& keyword) {
  const auto found =
      std::find_if(worklistAttributes.begin(), worklistAttributes.end(),
                   [&](const WorklistAttribute& one) { return keyword == one.keyword; });
  return found == worklistAttributes.end() ? nullptr : &*found;
}

Json readAttributes(const Json& body) {
  if (!body.is_object()) throw InputError("the body has to be a JSON object");
  Json read = Json::object();
  std::vector<std::string> known{worklistCodesKeyword};
  for (const WorklistAttribute& one : worklistAttributes) known.emplace_back(one.keyword);
  for (const auto& [keyword, value] : body.items()) {
    const WorklistAttribute* attribute = find(keyword);
    if (keyword == worklistCodesKeyword) {
      read[keyword] = readCodes(value);
    } else if (attribute == nullptr) {
      throw InputError("a worklist entry has no " + inQuotes(keyword) + hintAt(keyword, known));
    } else {
      read[keyword] = readValue(*attribute, value);
    }
  }
  for (const WorklistAttribute& one : worklistAttributes) {
    if (one.needed && read.value(one.keyword, "").empty()) refuseKey(one.keyword, "is needed");
  }
  return read;
}

}  // namespace

JobStore::ScheduledExam readWorklistEntry(const std::string& body) {
  Json read = readAttributes(parseStrictJson(body, "the body"));
  const auto text = [&](const char* keyword) { return read.value(keyword, std::string()); };
  const std::string hash = sha256Hex(text("AccessionNumber") + "\n" + text("PatientID") + "\n" +
                                     text("ScheduledProcedureStepID"));
  if (text("StudyInstanceUID").empty()) {
    read["StudyInstanceUID"] = madeStudyUid(text("AccessionNumber"), text("PatientID"));
  }
  JobStore::ScheduledExam exam;
  exam.id = hash.substr(0, 16);
  exam.PatientID = text("PatientID");
  exam.AccessionNumber = text("AccessionNumber");
  exam.StudyInstanceUID = text("StudyInstanceUID");
  exam.startDate = text("ScheduledProcedureStepStartDate");
  exam.attributesJson = read.dump();
  return exam;
}

JobStore::ScheduledExam worklistEntryOfFile(const Json& entry) {
  Json known = Json::object();
  for (const WorklistAttribute& one : worklistAttributes) {
    const auto found = entry.find(one.keyword);
    if (found == entry.end() || !found->is_string()) continue;
    const std::string text = found->get<std::string>();
    known[one.keyword] = one.kind == WorklistKind::time ? text.substr(0, text.find('.')) : text;
  }
  Json codes = Json::array();
  for (const Json& code : entry.value(worklistCodesKeyword, Json::array())) {
    Json parts;
    for (const std::string& key : codeKeys) {
      if (code.contains(key)) parts[key] = code.at(key);
    }
    codes.push_back(parts);
  }
  if (!codes.empty()) known[worklistCodesKeyword] = codes;
  return readWorklistEntry(known.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json worklistEntryJson(const JobStore::ScheduledExam& exam) {
  return {{"id", exam.id},
          {"version", sha256Hex(exam.attributesJson).substr(0, 16)},
          {"state", exam.state},
          {"study", exam.orthancStudyId},
          {"conflict", exam.conflict},
          {"file", exam.file},
          {"created", isoTime(exam.createdMs)},
          {"updated", isoTime(exam.updatedMs)},
          {"attributes", Json::parse(exam.attributesJson)}};
}

std::map<std::string, std::string> scheduledFacts(
    const std::vector<JobStore::ScheduledExam>& exams) {
  std::map<std::string, std::string> facts;
  const auto take = [&](const Json& from) {
    for (const std::string& name : scheduledNames()) {
      const std::string value = from.value(name, std::string());
      if (value.empty()) continue;
      std::string& values = facts[name];
      values += (values.empty() ? "" : "\\") + value;
    }
  };
  for (const JobStore::ScheduledExam& exam : exams) {
    const Json read = Json::parse(exam.attributesJson);
    take(read);
    for (const Json& code : read.value(worklistCodesKeyword, Json::array())) take(code);
  }
  return facts;
}

std::string dateBeforeToday(int days) {
  // Calendar days without mktime: that sets the process's time zone anew, which is Orthanc's, too.
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  const std::chrono::year_month_day today{
      std::chrono::year(local.tm_year + 1900),
      std::chrono::month(static_cast<unsigned>(local.tm_mon) + 1),
      std::chrono::day(static_cast<unsigned>(local.tm_mday))};
  const std::chrono::year_month_day then{std::chrono::sys_days(today) - std::chrono::days(days)};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d%02u%02u", static_cast<int>(then.year()),
                static_cast<unsigned>(then.month()), static_cast<unsigned>(then.day()));
  return text.data();
}

}  // namespace cmr
