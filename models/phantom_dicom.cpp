#include "models/phantom_dicom.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "dicom_sr/identity.h"
#include "models/phantom_headers.h"
#include "models/phantom_truth.h"
#include "models/png_file.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string numbered(int number, int digits) {
  std::string text = std::to_string(number);
  return std::string(static_cast<std::size_t>(std::max(0, digits - static_cast<int>(text.size()))),
                     '0') +
         text;
}

std::string fileName(const std::string& text) {
  std::string name = text;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_') c = '_';
  }
  return name;
}

void writeBytes(const fs::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  out.flush();
  if (!out) throw ResourceError("cannot write " + path.string());
}

// Everything tells apart what a UID is for; the same exam gives the same UIDs.
std::string uidOf(const PhantomExam& exam, const std::string& kind) {
  return uidFromParts({"phantom", std::to_string(exam.seed), diseaseName(exam.body.heart.disease),
                       vendorName(exam.vendor), kind});
}

json landmarksJson(const ExamFrame& frame) {
  json all = json::object();
  for (const PhantomLandmark& mark : frame.landmarks) {
    if (mark.visible) all[landmarkName(mark.kind)] = {mark.column, mark.row};
  }
  return all;
}

json heartJson(const PhantomExam& exam) {
  const PhantomTruth t = measurePhantom(exam.body);
  const auto once = [](double v) { return std::round(v * 100) / 100; };
  json tissues = json::object();
  for (const PhantomTissue tissue : {PhantomTissue::myocardium, PhantomTissue::scar,
                                     PhantomTissue::lvBlood, PhantomTissue::rvBlood}) {
    const TissueProperties& p = exam.tissues[static_cast<std::size_t>(tissue)];
    tissues[tissueName(tissue)] = {
        {"t1Ms", once(p.t1)}, {"t2Ms", once(p.t2)}, {"t1AfterContrastMs", once(p.t1After)}};
  }
  return {{"lvEdvMl", once(t.lvEdvMl)},
          {"lvEsvMl", once(t.lvEsvMl)},
          {"lvEjectionFractionPercent", once(t.lvEjectionFraction)},
          {"lvMassG", once(t.lvMassG)},
          {"papillaryMassG", once(t.papillaryMassG)},
          {"rvEdvMl", once(t.rvEdvMl)},
          {"rvEsvMl", once(t.rvEsvMl)},
          {"rvEjectionFractionPercent", once(t.rvEjectionFraction)},
          {"laMaxMl", once(t.laMaxMl)},
          {"scarMassG", once(t.scarMassG)},
          {"scarPercent", once(t.scarPercent)},
          {"endSystolePhase", once(exam.body.heart.endSystole)},
          {"tissues", tissues}};
}

json tissueNumbers() {
  json names = json::object();
  for (std::size_t t = 0; t < phantomTissueCount; ++t) {
    names[tissueName(static_cast<PhantomTissue>(t))] = t;
  }
  return names;
}

class StudyWriter {
 public:
  StudyWriter(const PhantomExam& exam, const std::string& folder,
              const PhantomStudyOptions& options)
      : exam_(exam), folder_(folder), options_(options) {
    std::error_code ignored;
    if (fs::exists(folder_, ignored) && !fs::is_empty(folder_, ignored)) {
      throw InputError(folder + " is not empty: name a new folder for the study");
    }
  }

  PhantomStudySummary write() {
    for (const ExamSeries& series : exam_.series) writeSeries(series);
    const json truth{{"format", "orthanc-cmr phantom study, version 1"},
                     {"seed", exam_.seed},
                     {"condition", diseaseName(exam_.body.heart.disease)},
                     {"vendor", vendorName(exam_.vendor)},
                     {"fieldTesla", exam_.fieldTesla},
                     {"heart", heartJson(exam_)},
                     {"labels", tissueNumbers()},
                     {"series", described_}};
    writeBytes(folder_ / "truth.json", truth.dump(1) + "\n");
    return {number_, instances_};
  }

 private:
  void writeSeries(const ExamSeries& series) {
    const bool split = options_.seriesPerSlice && series.view == PhantomView::sax &&
                       series.sequence == PhantomSequence::cine;
    int written = -1;
    int instance = 0;
    for (std::size_t i = 0; i < series.frames.size(); ++i) {
      const ExamFramePlan& plan = series.frames[i];
      if (written < 0 || (split && plan.slice != written)) {
        begin(series, split ? "_b" + std::to_string(plan.slice + 1) : "");
        instance = 0;
      }
      written = plan.slice;
      writeFrame(series, i, ++instance);
    }
  }

  void begin(const ExamSeries& series, const std::string& suffix) {
    ++number_;
    ids_.description = series.description + suffix;
    ids_.seriesNumber = number_;
    ids_.StudyInstanceUID = uidOf(exam_, "study");
    ids_.FrameOfReferenceUID = uidOf(exam_, "frame of reference");
    ids_.SeriesInstanceUID = uidOf(exam_, "series " + std::to_string(number_) + suffix);
    name_ = numbered(number_, 2) + "_" + fileName(ids_.description);
    std::error_code failed;
    for (const char* part : {"dicom", "labels"}) {
      fs::create_directories(folder_ / part / name_, failed);
      if (failed) throw ResourceError("cannot make " + (folder_ / part / name_).string());
    }
    described_.push_back({{"folder", "dicom/" + name_},
                          {"SeriesInstanceUID", ids_.SeriesInstanceUID},
                          {"SeriesDescription", ids_.description},
                          {"view", viewClass(series.view)},
                          {"sequence", sequenceClass(series.sequence)},
                          {"kind", sequenceName(series.sequence)},
                          {"frames", json::array()}});
  }

  void writeFrame(const ExamSeries& series, std::size_t index, int instance) {
    const ExamFrame frame = acquireFrame(exam_, series, index);
    ids_.instanceNumber = instance;
    ids_.SOPInstanceUID =
        uidOf(exam_, "instance " + ids_.SeriesInstanceUID + " " + std::to_string(instance));
    const std::string stem = name_ + "/" + numbered(instance, 4);
    writeBytes(folder_ / "dicom" / (stem + ".dcm"),
               encodePhantomFrame(exam_, series, series.frames[index], frame, ids_));
    writePngGray((folder_ / "labels" / (stem + ".png")).string(), series.columns, series.rows,
                 frame.tissues);
    const ExamFramePlan& plan = series.frames[index];
    described_.back()["frames"].push_back({{"file", stem + ".dcm"},
                                           {"labels", stem + ".png"},
                                           {"SOPInstanceUID", ids_.SOPInstanceUID},
                                           {"slice", plan.slice},
                                           {"phase", plan.phase},
                                           {"landmarks", landmarksJson(frame)}});
    ++instances_;
  }

  const PhantomExam& exam_;
  fs::path folder_;
  PhantomStudyOptions options_;
  FrameIdentity ids_;
  std::string name_;
  int number_ = 0;
  int instances_ = 0;
  json described_ = json::array();
};

}  // namespace

PhantomStudySummary writePhantomStudy(const PhantomExam& exam, const std::string& folder,
                                      const PhantomStudyOptions& options) {
  return StudyWriter(exam, folder, options).write();
}

}  // namespace cmr
