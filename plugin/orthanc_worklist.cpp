#include "plugin/orthanc_worklist.h"

#include <orthanc/OrthancCPlugin.h>

#include <exception>

#include "analysis/errors.h"
#include "plugin/orthanc_archive.h"
#include "plugin/service_host.h"
#include "plugin/worklist_entry.h"

namespace cmr {
namespace {

constexpr std::size_t mostOffered = 10000;

OrthancPluginContext* context = nullptr;
ServiceHost* host = nullptr;

class DicomFile {
 public:
  explicit DicomFile(const std::string& json) {
    const OrthancPluginErrorCode code = OrthancPluginCreateDicom(
        context, &buffer_, json.c_str(), nullptr, OrthancPluginCreateDicomFlags_None);
    if (code != OrthancPluginErrorCode_Success) {
      throw ResourceError("the archive could not write a worklist entry as DICOM");
    }
  }
  ~DicomFile() { OrthancPluginFreeMemoryBuffer(context, &buffer_); }
  DicomFile(const DicomFile&) = delete;
  DicomFile& operator=(const DicomFile&) = delete;
  const void* data() const { return buffer_.data; }
  std::uint32_t size() const { return buffer_.size; }

 private:
  OrthancPluginMemoryBuffer buffer_{nullptr, 0};
};

bool isFor(const JobStore::ScheduledExam& exam, const std::string& asker) {
  const auto attributes = nlohmann::json::parse(exam.attributesJson);
  const std::string station = attributes.value("ScheduledStationAETitle", std::string());
  return station.empty() || station == asker;
}

void answerQuery(OrthancPluginWorklistAnswers* answers, const OrthancPluginWorklistQuery* query,
                 const std::string& asker) {
  const auto service = host->service();
  if (!service) throw ResourceError("the service does not run");
  const WorklistSettings& settings = service->worklist();
  const auto exams =
      service->store().openExams(dateBeforeToday(settings.expireDays), mostOffered + 1);
  if (exams.size() > mostOffered) OrthancPluginWorklistMarkIncomplete(context, answers);
  for (const JobStore::ScheduledExam& exam : exams) {
    if (settings.onlyOwnStation && !isFor(exam, asker)) continue;
    const DicomFile file(worklistDataset(exam).dump());
    if (OrthancPluginWorklistIsMatch(context, query, file.data(), file.size()) == 0) continue;
    if (OrthancPluginWorklistAddAnswer(context, answers, query, file.data(), file.size()) !=
        OrthancPluginErrorCode_Success) {
      throw ResourceError("the archive did not take a worklist entry");
    }
  }
}

OrthancPluginErrorCode onQuery(OrthancPluginWorklistAnswers* answers,
                               const OrthancPluginWorklistQuery* query, const char* askerAeTitle,
                               const char* /*calledAeTitle*/) {
  try {
    answerQuery(answers, query, askerAeTitle == nullptr ? "" : askerAeTitle);
    return OrthancPluginErrorCode_Success;
  } catch (const std::exception& error) {
    try {
      logToOrthanc(context, LogLevel::error,
                   std::string("a worklist query could not be answered: ") + error.what());
    } catch (...) {  // the asker is told anyway
    }
    return OrthancPluginErrorCode_Plugin;
  }
}

}  // namespace

void serveWorklist(_OrthancPluginContext_t* given, ServiceHost& givenHost) {
  context = given;
  host = &givenHost;
  if (OrthancPluginRegisterWorklistCallback(context, onQuery) != OrthancPluginErrorCode_Success) {
    givenHost.worklistRefused(
        "the worklist is served by another plugin, and Orthanc takes one only: remove that plugin "
        "(ModalityWorklists, say) or set Worklist.Enable to false. All else runs");
  }
}

}  // namespace cmr
