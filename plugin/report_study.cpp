#include "plugin/report_study.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "dicom_sr/source_date.h"
#include "dicom_sr/study_report.h"
#include "plugin/study_comments.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

// Throws what the JSON library throws for a document that is not as study_document.cpp makes it.
StudyReportContent contentOf(const std::string& text) {
  const Json document = Json::parse(text);
  StudyReportContent content;
  content.StudyInstanceUID = document.at("StudyInstanceUID").get<std::string>();
  content.fingerprint = sha256Hex(text);
  for (const Json& best : document.at("best")) {
    const Json& package = best.at("package");
    if (content.packageSha256.empty()) {
      content.package = package.at("title").get<std::string>();
      content.packageSha256 = package.at("sha256").get<std::string>();
    }
    if (best.at("report").is_null()) continue;
    content.parts.push_back(
        {best.at("report").get<std::string>(), best.at("what").get<std::string>()});
  }
  content.comments = studyComments(document);
  content.isPartial = document.contains("missing");
  const Json& before = document.at("predecessor");
  if (!before.is_null()) {
    content.predecessor = {before.at("SOPClassUID").get<std::string>(),
                           before.at("SOPInstanceUID").get<std::string>(),
                           before.at("SeriesInstanceUID").get<std::string>()};
  }
  return content;
}

// As for the other objects; jobs always have a date.
std::string dateTimeOf(const AnalysisRequest& request) {
  const std::string whole = wholeDateTime(request.dateTime);
  if (whole.empty()) throw InputError("'" + request.dateTime + "' is no DICOM date and time");
  return whole;
}

}  // namespace

AnalysisOutcome reportStudy(const AnalysisRequest& request) {
  AnalysisOutcome outcome;
  try {
    const StudyReportContent content = contentOf(request.studyDocument);
    outcome.objects.push_back(writeStudyReport(content, request.instances, dateTimeOf(request)));
    outcome.kind = OutcomeKind::analysed;
    outcome.resultsJson = request.studyDocument;
  } catch (const Json::exception& error) {
    outcome.kind = OutcomeKind::notAnalysable;
    outcome.reason = std::string("what the report is made of cannot be read: ") + error.what();
  } catch (const InputError& error) {
    outcome.kind = OutcomeKind::notAnalysable;
    outcome.reason = error.what();
  }
  return outcome;
}

}  // namespace cmr
