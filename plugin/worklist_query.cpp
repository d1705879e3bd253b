#include "plugin/worklist_query.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "plugin/worklist_attributes.h"

namespace cmr {
namespace {

using Json = nlohmann::json;
namespace tags = worklist_tag;

// No attribute of a worklist is of this VR. Orthanc copies an element into an answer only if its VR
// is the attribute's and leaves it empty otherwise, but compares its text all the same.
constexpr const char* emptiedVr = "UT";

bool isPrivateKey(const std::string& tag) {
  constexpr std::string_view oddDigits = "13579bBdDfF";
  return oddDigits.find(tag[3]) != std::string_view::npos;
}

// Attributes that worklists have are of these groups. Orthanc makes none whose VR follows from
// others (US or SS), and none of a manufacturer's: it would give up the whole answer.
bool canBeAdded(const std::string& tag) {
  constexpr std::array groups{"0008", "0010", "0018", "0020", "0032", "0038", "0040"};
  constexpr std::array ofNoVr{"0018,9810", "0040,9211", "0040,9216"};
  return std::find(groups.begin(), groups.end(), tag.substr(0, 4)) != groups.end() &&
         std::find(ofNoVr.begin(), ofNoVr.end(), tag) == ofNoVr.end();
}

// File and command groups, the character set, group lengths: about the query, not keys of it.
bool isQueryKey(const std::string& tag) {
  return tag.size() == 9 && tag.compare(0, 4, "0008") >= 0 && tag != tags::SpecificCharacterSet &&
         tag.compare(5, 4, "0000") != 0;
}

std::string keyText(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

// What stands behind a key with the tag in the first item of a sequence; null: nothing does.
const Json* firstItemOfKey(const Json* item, const char* sequence) {
  if (item == nullptr) return nullptr;
  const auto found = item->find(sequence);
  if (found == item->end() || !found->is_array() || found->empty()) return nullptr;
  return &found->front();
}

bool asksForAll(const Json& sequence) { return sequence.empty() || sequence.front().empty(); }

Json matchedCodeKeys(const Json& sequence) {
  Json kept = Json::array();
  for (const Json& item : sequence) {
    Json code = Json::object();
    for (const WorklistCodePart& part : worklistCodeParts) {
      if (item.contains(part.tag)) code[part.tag] = keyText(item.at(part.tag));
    }
    kept.push_back(code);
  }
  return kept;
}

Json matchedKeys(const Json& item, bool isStep) {
  Json kept = Json::object();
  for (const WorklistAttribute& one : worklistAttributes) {
    if (one.inStep == isStep && item.contains(one.tag)) kept[one.tag] = keyText(item.at(one.tag));
  }
  return kept;
}

Json matchedStepKeys(const Json& item) {
  Json kept = matchedKeys(item, true);
  const auto codes = item.find(tags::ScheduledProtocolCodeSequence);
  if (codes != item.end() && codes->is_array()) kept[codes.key()] = matchedCodeKeys(*codes);
  return kept;
}

bool namesPartOfCode(const Json& code) {
  return std::any_of(worklistCodeParts.begin(), worklistCodeParts.end(), [&](const auto& part) {
    return code.contains(part.tag) && !keyText(code.at(part.tag)).empty();
  });
}

// A text that meets the key by Orthanc's rules: one of a list, the end of a range of dates or
// times, or what a pattern stands for.
std::string textThatMeets(const std::string& tag, const std::string& key) {
  // Of what a step may have by PS3.3 table C.4-10 and was not asked of AskedStart.
  constexpr std::array periods{"0040,0002", "0040,0003", "0040,0004", "0040,0005",
                               "0040,4005", "0040,4008", "0040,4010", "0040,4011"};
  std::string text = key.substr(0, key.find('\\'));
  const std::size_t dash = text.find('-');
  const bool isPeriod = std::find(periods.begin(), periods.end(), tag) != periods.end();
  if (isPeriod && dash != std::string::npos) {
    return dash > 0 ? text.substr(0, dash) : text.substr(1);
  }
  text.erase(std::remove(text.begin(), text.end(), '*'), text.end());
  std::replace(text.begin(), text.end(), '?', '_');
  return text;
}

WorklistElement emptiedElement(const std::string& tag, const std::string& key) {
  return {emptiedVr, textThatMeets(tag, key)};
}

void addToItem(const Json& asked, WorklistItem& item);

void addSequence(const std::string& tag, const Json& asked, WorklistItem& item) {
  const auto held = item.find(tag);
  if (held == item.end()) {
    if (asksForAll(asked)) item[tag] = {"SQ"};
  } else if (!asksForAll(asked)) {
    for (WorklistItem& nested : held->second.items) addToItem(asked.front(), nested);
  }
}

// To an item that Orthanc compares once more.
void addToItem(const Json& asked, WorklistItem& item) {
  for (const auto& [tag, value] : asked.items()) {
    if (!isQueryKey(tag) || !canBeAdded(tag)) continue;
    if (value.is_array()) {
      addSequence(tag, value, item);
      continue;
    }
    if (item.count(tag) == 0) item[tag] = emptiedElement(tag, keyText(value));
  }
}

// The creator's name, which stands before them, is a value as well.
bool namesPrivateValue(const Json& item) {
  const auto keys = item.items();
  return std::any_of(keys.begin(), keys.end(), [](const auto& key) {
    const Json& value = key.value();
    return value.is_array() ? std::any_of(value.begin(), value.end(), namesPrivateValue)
                            : isPrivateKey(key.key()) && !keyText(value).empty();
  });
}

}  // namespace

WorklistQuery::WorklistQuery(Json asked) : asked_(std::move(asked)) {
  forOrthanc_ = matchedKeys(asked_, false);
  forOrthanc_[tags::SpecificCharacterSet] = "ISO_IR 192";
  const Json* step = firstItemOfKey(&asked_, tags::ScheduledProcedureStepSequence);
  if (step == nullptr) return;
  Json keys = matchedStepKeys(*step);
  start_ = AskedStart::read(keyOfStep(tags::ScheduledProcedureStepStartDate),
                            keyOfStep(tags::ScheduledProcedureStepStartTime));
  if (start_) {
    keys.erase(tags::ScheduledProcedureStepStartDate);
    keys.erase(tags::ScheduledProcedureStepStartTime);
  }
  const Json* code = firstItemOfKey(step, tags::ScheduledProtocolCodeSequence);
  namesACode_ = code != nullptr && namesPartOfCode(*code);
  forOrthanc_[tags::ScheduledProcedureStepSequence] = Json::array({keys});
}

std::string WorklistQuery::keyOfStep(const char* tag) const {
  const Json* step = firstItemOfKey(&asked_, tags::ScheduledProcedureStepSequence);
  return step != nullptr && step->contains(tag) ? keyText(step->at(tag)) : std::string();
}

bool WorklistQuery::hidesSteps() const {
  const Json* step = firstItemOfKey(&asked_, tags::ScheduledProcedureStepSequence);
  return step != nullptr && namesPrivateValue(*step);
}

bool WorklistQuery::isMetBy(const WorklistItem& entry) const {
  const WorklistItem& step = stepOf(entry);
  if (namesACode_ && step.count(tags::ScheduledProtocolCodeSequence) == 0) return false;
  return !start_ || start_->holds(step.at(tags::ScheduledProcedureStepStartDate).text,
                                  step.at(tags::ScheduledProcedureStepStartTime).text);
}

WorklistItem WorklistQuery::answer(WorklistItem entry) const {
  // Nothing of the data set itself is compared once more.
  for (const auto& [tag, value] : asked_.items()) {
    if (!isQueryKey(tag) || !canBeAdded(tag) || entry.count(tag) != 0) continue;
    entry[tag] = value.is_array() ? WorklistElement{"SQ"} : WorklistElement{emptiedVr};
  }
  const Json* asked = firstItemOfKey(&asked_, tags::ScheduledProcedureStepSequence);
  if (asked == nullptr) return entry;
  WorklistItem& step = stepOf(entry);
  const std::string timeKey = keyOfStep(tags::ScheduledProcedureStepStartTime);
  if (start_ && !timeKey.empty()) {
    WorklistElement& time = step.at(tags::ScheduledProcedureStepStartTime);
    const std::string written = timeWrittenFor(timeKey, time.text);
    if (written.empty()) {
      time = emptiedElement(tags::ScheduledProcedureStepStartTime, timeKey);
    } else {
      time.text = written;
    }
  }
  addToItem(*asked, step);
  return entry;
}

}  // namespace cmr
