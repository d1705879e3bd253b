#include "models/archive_images.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "models/dicom_images.h"
#include "models/orthanc_rest.h"

namespace cmr {
namespace {

using nlohmann::json;

constexpr std::size_t studiesAtOnce = 100;

json ask(const OrthancRest& archive, const std::string& path) {
  const std::string body = archive.get(path);
  try {
    return json::parse(body);
  } catch (const json::exception&) {
    throw InputError(archive.url() + path + " does not answer as an Orthanc does: no JSON");
  }
}

// A name in paths: what an identifier holds must not look like a folder of its own.
std::string part(const json& tags, const char* keyword) {
  std::string value = tags.value(keyword, "");
  std::replace(value.begin(), value.end(), '/', '_');
  std::erase(value, '\0');
  return value.empty() ? "-" : value;
}

void addStudy(const OrthancRest& archive, const json& study, std::vector<ImageGroup>& groups) {
  const std::string name = part(study.at("PatientMainDicomTags"), "PatientID") + "/" +
                           part(study.at("MainDicomTags"), "StudyInstanceUID");
  const std::string path = "/studies/" + study.at("ID").get<std::string>() + "/series?expand";
  for (const json& series : ask(archive, path)) {
    const json& tags = series.at("MainDicomTags");
    if (tags.value("Modality", "") != "MR") continue;
    ImageGroup group{name + "/" + part(tags, "SeriesInstanceUID"),
                     series.at("Instances").get<std::vector<std::string>>()};
    std::sort(group.names.begin(), group.names.end());
    groups.push_back(std::move(group));
  }
}

void addStudies(const OrthancRest& archive, std::vector<ImageGroup>& groups) {
  for (std::size_t since = 0;; since += studiesAtOnce) {
    const json page = ask(archive, "/studies?expand&limit=" + std::to_string(studiesAtOnce) +
                                       "&since=" + std::to_string(since));
    for (const json& study : page) addStudy(archive, study, groups);
    if (page.size() < studiesAtOnce) return;
  }
}

}  // namespace

std::vector<ImageGroup> listArchive(const OrthancRest& archive) {
  std::vector<ImageGroup> groups;
  try {
    addStudies(archive, groups);
  } catch (const json::exception& error) {
    throw InputError(archive.url() + " does not answer as an Orthanc does: " + error.what());
  }
  std::sort(groups.begin(), groups.end(),
            [](const ImageGroup& a, const ImageGroup& b) { return a.folder < b.folder; });
  return groups;
}

ImageFormat archiveImages(std::shared_ptr<const OrthancRest> archive) {
  const auto read = [archive](const std::string& path, std::uint64_t pick) {
    const std::string instance = path.substr(path.rfind('/') + 1);
    return decodeDicomImage({path, archive->get("/instances/" + instance + "/file")}, pick);
  };
  return {"DICOM in an archive", [](const std::string&) { return true; }, read};
}

}  // namespace cmr
