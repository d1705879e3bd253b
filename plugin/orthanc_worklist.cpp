#include "plugin/orthanc_worklist.h"

#include <orthanc/OrthancCPlugin.h>

#include <exception>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "analysis/errors.h"
#include "plugin/orthanc_archive.h"
#include "plugin/service_host.h"
#include "plugin/worklist_attributes.h"
#include "plugin/worklist_dataset.h"
#include "plugin/worklist_entry.h"
#include "plugin/worklist_query.h"

namespace cmr {
namespace {

constexpr std::size_t mostOffered = 10000;
constexpr std::size_t mostWarned = 1000;

OrthancPluginContext* context = nullptr;
ServiceHost* host = nullptr;

class DicomBuffer {
 public:
  DicomBuffer() = default;
  ~DicomBuffer() { OrthancPluginFreeMemoryBuffer(context, &buffer_); }
  DicomBuffer(const DicomBuffer&) = delete;
  DicomBuffer& operator=(const DicomBuffer&) = delete;
  OrthancPluginMemoryBuffer* get() { return &buffer_; }
  const void* data() const { return buffer_.data; }
  std::uint32_t size() const { return buffer_.size; }

 private:
  OrthancPluginMemoryBuffer buffer_{nullptr, 0};
};

WorklistQuery shown(const OrthancPluginWorklistQuery* query) {
  // Private keys stand in it as what they are, whatever they hold.
  constexpr auto flags =
      static_cast<OrthancPluginDicomToJsonFlags>(OrthancPluginDicomToJsonFlags_IncludePrivateTags |
                                                 OrthancPluginDicomToJsonFlags_ConvertBinaryToNull |
                                                 OrthancPluginDicomToJsonFlags_SkipGroupLengths);
  DicomBuffer dicom;
  if (OrthancPluginWorklistGetDicomQuery(context, dicom.get(), query) !=
      OrthancPluginErrorCode_Success) {
    throw ResourceError("the archive did not show a worklist query");
  }
  const std::unique_ptr<char, void (*)(char*)> text(
      OrthancPluginDicomBufferToJson(context, dicom.data(), dicom.size(),
                                     OrthancPluginDicomToJsonFormat_Short, flags, 0),
      [](char* given) { OrthancPluginFreeString(context, given); });
  if (!text) throw ResourceError("the archive could not read a worklist query");
  return WorklistQuery(nlohmann::json::parse(text.get()));
}

struct FreeMatcher {
  void operator()(OrthancPluginFindMatcher* matcher) const {
    OrthancPluginFreeFindMatcher(context, matcher);
  }
};
using Matcher = std::unique_ptr<OrthancPluginFindMatcher, FreeMatcher>;

Matcher matcherOf(const WorklistQuery& query) {
  DicomBuffer dicom;
  if (OrthancPluginCreateDicom(context, dicom.get(), query.forOrthanc().dump().c_str(), nullptr,
                               OrthancPluginCreateDicomFlags_None) !=
      OrthancPluginErrorCode_Success) {
    throw ResourceError("the archive could not write a worklist query as DICOM");
  }
  Matcher matcher(OrthancPluginCreateFindMatcher(context, dicom.data(), dicom.size()));
  if (!matcher) throw ResourceError("the archive could not match a worklist query");
  return matcher;
}

bool matches(const Matcher& matcher, const WorklistItem& entry) {
  const std::string file = dicomFileOf(entry);
  return OrthancPluginFindMatcherIsMatch(context, matcher.get(), file.data(),
                                         static_cast<std::uint32_t>(file.size())) != 0;
}

bool isFor(const WorklistItem& entry, const std::string& asker) {
  const std::string& station = stepOf(entry).at(worklist_tag::ScheduledStationAETitle).text;
  return station.empty() || station == asker;
}

// Once for each asker: scanners ask every few minutes.
void warnOfHiddenSteps(const std::string& asker) {
  static std::mutex mutex;
  static std::set<std::string> warned;
  const std::lock_guard guard(mutex);
  if (warned.size() >= mostWarned || !warned.insert(asker).second) return;
  logToOrthanc(context, LogLevel::warning,
               "worklist answers to " + asker +
                   " lack the scheduled step: its queries hold a manufacturer's own keys within "
                   "the step. docs/worklist.md has the script that takes them out");
}

void answerQuery(OrthancPluginWorklistAnswers* answers, const OrthancPluginWorklistQuery* given,
                 const std::string& asker) {
  const auto service = host->service();
  if (!service) throw ResourceError("the service does not run");
  const WorklistSettings& settings = service->worklist();
  const auto exams =
      service->store().openExams(dateBeforeToday(settings.expireDays), mostOffered + 1);
  if (exams.size() > mostOffered) OrthancPluginWorklistMarkIncomplete(context, answers);
  const WorklistQuery query = shown(given);
  const Matcher matcher = matcherOf(query);
  if (query.hidesSteps()) warnOfHiddenSteps(asker);
  for (const JobStore::ScheduledExam& exam : exams) {
    const WorklistItem entry = worklistDataset(exam);
    if (settings.onlyOwnStation && !isFor(entry, asker)) continue;
    if (!query.isMetBy(entry) || !matches(matcher, entry)) continue;
    const std::string file = dicomFileOf(query.answer(entry));
    if (OrthancPluginWorklistAddAnswer(context, answers, given, file.data(),
                                       static_cast<std::uint32_t>(file.size())) !=
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
