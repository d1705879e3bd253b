#include "plugin/orthanc_worklist.h"

#include <orthanc/OrthancCPlugin.h>

#include <exception>
#include <memory>
#include <string>

#include "analysis/errors.h"
#include "plugin/orthanc_archive.h"
#include "plugin/service_host.h"
#include "plugin/worklist_entry.h"
#include "plugin/worklist_query.h"

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
      throw ResourceError("the archive could not write a worklist entry or query as DICOM");
    }
  }
  explicit DicomFile(const OrthancPluginWorklistQuery* query) {
    if (OrthancPluginWorklistGetDicomQuery(context, &buffer_, query) !=
        OrthancPluginErrorCode_Success) {
      throw ResourceError("the archive did not show a worklist query");
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

nlohmann::json shown(const DicomFile& query) {
  // Private keys stand in it as what they are, whatever they hold.
  constexpr auto flags =
      static_cast<OrthancPluginDicomToJsonFlags>(OrthancPluginDicomToJsonFlags_IncludePrivateTags |
                                                 OrthancPluginDicomToJsonFlags_ConvertBinaryToNull |
                                                 OrthancPluginDicomToJsonFlags_SkipGroupLengths);
  const std::unique_ptr<char, void (*)(char*)> text(
      OrthancPluginDicomBufferToJson(context, query.data(), query.size(),
                                     OrthancPluginDicomToJsonFormat_Short, flags, 0),
      [](char* given) { OrthancPluginFreeString(context, given); });
  if (!text) throw ResourceError("the archive could not read a worklist query");
  return nlohmann::json::parse(text.get());
}

bool hasCodes(const nlohmann::json& dataset) {
  return dataset.at("ScheduledProcedureStepSequence")
      .front()
      .contains("ScheduledProtocolCodeSequence");
}

// Orthanc's matcher as the callback offers it takes a private key, and the creator's name that
// stands before it, as conditions that no entry of ours meets. An optional key that a server does
// not know is to be ignored instead (PS3.4 C.2.2.1.3): such a question is put to another matcher,
// without them.
class Matcher {
 public:
  explicit Matcher(const OrthancPluginWorklistQuery* query) : query_(query) {
    const auto asked = shown(DicomFile(query));
    namesACode_ = cmr::namesACode(asked);
    if (!hasPrivateKeys(asked)) return;
    const DicomFile publicPart(withoutPrivateKeys(asked).dump());
    own_.reset(OrthancPluginCreateFindMatcher(context, publicPart.data(), publicPart.size()));
    if (!own_) throw ResourceError("the archive could not match a worklist query");
  }

  bool matches(const nlohmann::json& dataset, const DicomFile& entry) const {
    if (namesACode_ && !hasCodes(dataset)) return false;
    return own_ ? OrthancPluginFindMatcherIsMatch(context, own_.get(), entry.data(),
                                                  entry.size()) != 0
                : OrthancPluginWorklistIsMatch(context, query_, entry.data(), entry.size()) != 0;
  }

 private:
  struct Free {
    void operator()(OrthancPluginFindMatcher* matcher) const {
      OrthancPluginFreeFindMatcher(context, matcher);
    }
  };

  const OrthancPluginWorklistQuery* query_;
  bool namesACode_ = false;
  std::unique_ptr<OrthancPluginFindMatcher, Free> own_;
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
  const Matcher matcher(query);
  for (const JobStore::ScheduledExam& exam : exams) {
    if (settings.onlyOwnStation && !isFor(exam, asker)) continue;
    const nlohmann::json dataset = worklistDataset(exam);
    const DicomFile file(dataset.dump());
    if (!matcher.matches(dataset, file)) continue;
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
