#include "plugin/archive_answers.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "config/rule_clause.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

template <typename Reader>
auto read(std::string_view text, const char* what, Reader reader) {
  try {
    return reader(Json::parse(text));
  } catch (const Json::exception& error) {
    throw ResourceError(std::string("the archive's answer about ") + what +
                        " is not understood: " + error.what());
  }
}

// Missing or null values of main DICOM tags are the same as empty ones.
std::string textOr(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

int framesOf(const Json& tags) {
  const std::string text = textOr(tags, "NumberOfFrames");
  int frames = 1;
  std::from_chars(text.data(), text.data() + text.size(), frames);
  return frames < 1 ? 1 : frames;
}

ChangeKind kindOf(const std::string& name) {
  if (name == "NewInstance") return ChangeKind::newInstance;
  if (name == "CompletedSeries") return ChangeKind::completedSeries;
  if (name == "StableSeries") return ChangeKind::stableSeries;
  if (name == "StableStudy") return ChangeKind::stableStudy;
  return ChangeKind::other;
}

bool namesUs(const Json& object) {
  return object.is_object() && textOr(object, "ManufacturerModelName") == programName;
}

bool isOurs(const Json& tags) {
  if (namesUs(tags)) return true;
  const auto contributors = tags.find("ContributingEquipmentSequence");
  if (contributors == tags.end() || !contributors->is_array()) return false;
  return std::any_of(contributors->begin(), contributors->end(), namesUs);
}

}  // namespace

ChangePage parseChanges(std::string_view json) {
  return read(json, "changes", [](const Json& answer) {
    ChangePage page;
    for (const Json& line : answer.at("Changes")) {
      page.changes.push_back({line.at("Seq").get<std::int64_t>(),
                              kindOf(line.at("ChangeType").get<std::string>()),
                              line.at("ID").get<std::string>()});
    }
    page.last = answer.at("Last").get<std::int64_t>();
    page.done = answer.at("Done").get<bool>();
    return page;
  });
}

std::vector<std::string> parseIdentifiers(std::string_view json) {
  return read(json, "a list",
              [](const Json& answer) { return answer.get<std::vector<std::string>>(); });
}

ArchivedStudy parseStudy(std::string_view json) {
  return read(json, "a study", [](const Json& answer) {
    ArchivedStudy study;
    study.id = answer.at("ID").get<std::string>();
    study.StudyInstanceUID = textOr(answer.at("MainDicomTags"), "StudyInstanceUID");
    study.stable = answer.at("IsStable").get<bool>();
    study.seriesIds = answer.at("Series").get<std::vector<std::string>>();
    return study;
  });
}

ArchivedSeries parseSeries(std::string_view json) {
  return read(json, "a series", [](const Json& answer) {
    ArchivedSeries series;
    series.id = answer.at("ID").get<std::string>();
    series.studyId = answer.at("ParentStudy").get<std::string>();
    series.SeriesInstanceUID = textOr(answer.at("MainDicomTags"), "SeriesInstanceUID");
    series.Modality = textOr(answer.at("MainDicomTags"), "Modality");
    series.stable = answer.at("IsStable").get<bool>();
    series.instanceIds = answer.at("Instances").get<std::vector<std::string>>();
    return series;
  });
}

std::vector<ArchivedInstance> parseInstances(std::string_view json) {
  return read(json, "instances", [](const Json& answer) {
    std::vector<ArchivedInstance> instances;
    for (const Json& item : answer) {
      const Json& tags = item.at("MainDicomTags");
      ArchivedInstance instance;
      instance.id = item.at("ID").get<std::string>();
      instance.SOPInstanceUID = textOr(tags, "SOPInstanceUID");
      instance.ImagePositionPatient = textOr(tags, "ImagePositionPatient");
      instance.ImageOrientationPatient = textOr(tags, "ImageOrientationPatient");
      instance.numberOfFrames = framesOf(tags);
      instance.bytes = item.at("FileSize").get<std::uint64_t>();
      instances.push_back(std::move(instance));
    }
    return instances;
  });
}

std::string parseParentSeries(std::string_view json) {
  return read(json, "an instance",
              [](const Json& answer) { return answer.at("ParentSeries").get<std::string>(); });
}

std::vector<std::string> parseLookup(std::string_view json, const std::string& type) {
  return read(json, "an identifier", [&](const Json& answer) {
    std::vector<std::string> ids;
    for (const Json& item : answer) {
      if (item.at("Type").get<std::string>() == type) {
        ids.push_back(item.at("ID").get<std::string>());
      }
    }
    return ids;
  });
}

std::map<std::string, std::string> parseSource(std::string_view json) {
  return read(json, "metadata", [](const Json& answer) {
    std::map<std::string, std::string> source;
    for (const std::string& name : sourceNames()) {
      const std::string value = textOr(answer, name.c_str());
      if (!value.empty()) source.emplace(name, value);
    }
    return source;
  });
}

std::optional<std::int64_t> parseReception(std::string_view text) {
  std::tm time{};
  std::istringstream in{std::string(text)};
  in >> std::get_time(&time, "%Y%m%dT%H%M%S");
  if (in.fail()) return std::nullopt;
  const std::time_t seconds = ::timegm(&time);
  return seconds < 0 ? std::nullopt : std::optional(std::int64_t{seconds} * 1000);
}

InstanceTags parseTags(std::string_view json) {
  return read(json, "tags", [](const Json& answer) {
    InstanceTags tags;
    for (const auto& [keyword, value] : answer.items()) {
      if (value.is_string()) tags.values.emplace(keyword, value.get<std::string>());
    }
    tags.writtenByUs = isOurs(answer);
    return tags;
  });
}

std::string whyTagsAreNotOurs(std::string_view json, const std::string& SOPInstanceUID,
                              const std::string& StudyInstanceUID) {
  const InstanceTags tags = parseTags(json);
  const auto is = [&](const char* keyword, const std::string& expected) {
    const auto found = tags.values.find(keyword);
    return found != tags.values.end() && found->second == expected;
  };
  if (!is("SOPInstanceUID", SOPInstanceUID)) return "its SOPInstanceUID is another one";
  if (!is("StudyInstanceUID", StudyInstanceUID)) return "it belongs to another study";
  if (!tags.writtenByUs) return "it does not say that this program wrote it";
  return {};
}

StoredInstance parseStored(std::string_view json) {
  return read(json, "storing", [](const Json& answer) {
    StoredInstance stored;
    stored.id = answer.at("ID").get<std::string>();
    stored.seriesId = answer.at("ParentSeries").get<std::string>();
    stored.studyId = answer.at("ParentStudy").get<std::string>();
    const std::string status = answer.at("Status").get<std::string>();
    stored.already = status == "AlreadyStored";
    if (!stored.already && status != "Success") {
      throw ResourceError("the archive did not store an object: " + status);
    }
    return stored;
  });
}

std::string parseJobId(std::string_view json) {
  return read(json, "sending",
              [](const Json& answer) { return answer.at("ID").get<std::string>(); });
}

SendingProgress parseSending(std::string_view json) {
  return read(json, "what it sends", [](const Json& answer) -> SendingProgress {
    const std::string state = answer.at("State").get<std::string>();
    if (state == "Success") return {SendingProgress::State::sent};
    if (state != "Failure") return {};
    std::string problem = textOr(answer, "ErrorDescription");
    const std::string details = textOr(answer, "ErrorDetails");
    if (!details.empty()) problem += (problem.empty() ? "" : ": ") + details;
    return {SendingProgress::State::failed, problem.empty() ? "no reason is given" : problem};
  });
}

}  // namespace cmr
