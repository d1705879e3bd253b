#include "plugin/orthanc_archive.h"

#include <orthanc/OrthancCPlugin.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "plugin/archive_answers.h"

namespace cmr {
namespace {

// Numbers from 1024 on are free for users; this one is ours, as a name needs configuration.
constexpr const char* ownMark = "4519";

// Of the archive's own jobs (0 is their default): whoever sends by hand goes first.
constexpr int sendingPriority = -10;

std::string sendingPath(const Destination& to) {
  switch (to.kind) {
    case DestinationKind::modality:
      return "/modalities/" + to.target + "/store";
    case DestinationKind::peer:
      return "/peers/" + to.target + "/store";
    case DestinationKind::dicomWeb:
      return "/dicom-web/servers/" + to.target + "/stow";
  }
  return {};
}

class Buffer {
 public:
  explicit Buffer(OrthancPluginContext* context) : context_(context) {}
  ~Buffer() { OrthancPluginFreeMemoryBuffer(context_, &buffer_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  OrthancPluginMemoryBuffer* get() { return &buffer_; }
  std::string text() const {
    if (buffer_.data == nullptr) return {};
    return {static_cast<const char*>(buffer_.data), buffer_.size};
  }

 private:
  OrthancPluginContext* context_;
  OrthancPluginMemoryBuffer buffer_{nullptr, 0};
};

bool isMissing(OrthancPluginErrorCode code) {
  return code == OrthancPluginErrorCode_UnknownResource ||
         code == OrthancPluginErrorCode_InexistentItem ||
         code == OrthancPluginErrorCode_InexistentFile;
}

class OrthancArchive : public Archive {
 public:
  explicit OrthancArchive(OrthancPluginContext* context) : context_(context) {}

  ChangePage changesSince(std::int64_t sequence, std::size_t limit) override {
    return parseChanges(
        must("/changes?since=" + std::to_string(sequence) + "&limit=" + std::to_string(limit)));
  }

  std::int64_t lastChange() override { return parseChanges(must("/changes?last")).last; }

  std::vector<std::string> seriesIds(std::size_t offset, std::size_t limit) override {
    return parseIdentifiers(
        must("/series?since=" + std::to_string(offset) + "&limit=" + std::to_string(limit)));
  }

  std::vector<std::string> seriesOfDays(const std::string& from, const std::string& to,
                                        std::size_t limit) override {
    const std::string body = nlohmann::json{
        {"Level", "Series"},
        {"Query", {{"StudyDate", from + "-" + to}}},
        {"Limit", limit}}.dump();
    return parseIdentifiers(send("/tools/find", body, OrthancPluginRestApiPost, "POST"));
  }

  std::optional<ArchivedStudy> study(const std::string& id) override {
    const auto answer = get("/studies/" + id);
    return answer ? std::optional(parseStudy(*answer)) : std::nullopt;
  }

  std::optional<ArchivedSeries> series(const std::string& id) override {
    const auto answer = get("/series/" + id);
    return answer ? std::optional(parseSeries(*answer)) : std::nullopt;
  }

  std::vector<ArchivedInstance> instances(const std::string& seriesId) override {
    const auto answer = get("/series/" + seriesId + "/instances");
    return answer ? parseInstances(*answer) : std::vector<ArchivedInstance>{};
  }

  std::optional<std::string> seriesOfInstance(const std::string& instanceId) override {
    const auto answer = get("/instances/" + instanceId);
    return answer ? std::optional(parseParentSeries(*answer)) : std::nullopt;
  }

  std::vector<std::string> instancesOf(const std::string& SOPInstanceUID) override {
    return lookUp(SOPInstanceUID, "Instance");
  }

  std::vector<std::string> studiesNamed(const std::string& identifier) override {
    return lookUp(identifier, "Study");
  }

  std::optional<InstanceTags> tags(const std::string& instanceId) override {
    const auto answer = get("/instances/" + instanceId + "/simplified-tags");
    return answer ? std::optional(parseTags(*answer)) : std::nullopt;
  }

  std::map<std::string, std::string> sourceOf(const std::string& instanceId) override {
    const auto answer = get("/instances/" + instanceId + "/metadata?expand");
    return answer ? parseSource(*answer) : std::map<std::string, std::string>{};
  }

  std::optional<std::int64_t> receivedMs(const std::string& instanceId) override {
    const auto answer = get("/instances/" + instanceId + "/metadata/ReceptionDate");
    return answer ? parseReception(*answer) : std::nullopt;
  }

  // MD5 that Orthanc computed when it stored the file. Sites may switch it off
  // (StoreMD5ForAttachments); then the identifier of the file stands in.
  std::optional<std::string> contentHash(const std::string& instanceId) override {
    const std::string path = "/instances/" + instanceId;
    const auto md5 = get(path + "/attachments/dicom/md5");
    if (md5 && !md5->empty()) return md5;
    return get(path);
  }

  std::optional<std::string> download(const std::string& instanceId) override {
    return get("/instances/" + instanceId + "/file");
  }

  std::string whyNotOurs(const std::string& bytes, const std::string& SOPInstanceUID,
                         const std::string& StudyInstanceUID) override {
    constexpr std::uint32_t longestValue = 256;  // identifiers and names are shorter
    if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) return "it is above 4 GiB";
    const std::unique_ptr<char, std::function<void(char*)>> tags(
        OrthancPluginDicomBufferToJson(
            context_, bytes.data(), static_cast<std::uint32_t>(bytes.size()),
            OrthancPluginDicomToJsonFormat_Human, OrthancPluginDicomToJsonFlags_None, longestValue),
        [this](char* text) { OrthancPluginFreeString(context_, text); });
    if (tags == nullptr) return "the archive cannot read it";
    return whyTagsAreNotOurs(tags.get(), SOPInstanceUID, StudyInstanceUID);
  }

  StoredInstance store(const std::string& bytes) override {
    return parseStored(send("/instances", bytes, OrthancPluginRestApiPost, "POST"));
  }

  void remove(const std::string& instanceId) override {
    const std::string path = "/instances/" + instanceId;
    const OrthancPluginErrorCode code = OrthancPluginRestApiDelete(context_, path.c_str());
    if (code != OrthancPluginErrorCode_Success && !isMissing(code)) fail("DELETE " + path, code);
  }

  // Asynchronous: Orthanc waits for the node, we do not.
  std::string beginSending(const Destination& to, const std::string& instanceId) override {
    const std::string body = nlohmann::json{
        {"Resources", {instanceId}},
        {"Synchronous", false},
        {"Priority",
         sendingPriority}}.dump();
    return parseJobId(send(sendingPath(to), body, OrthancPluginRestApiPostAfterPlugins, "POST"));
  }

  // Orthanc forgets jobs that ended long ago (JobsHistorySize).
  SendingProgress sending(const std::string& name) override {
    const auto answer = get("/jobs/" + name);
    if (answer) return parseSending(*answer);
    return {SendingProgress::State::failed, "the archive does not know any more how it ended"};
  }

  void stopSending(const std::string& name) override {
    Buffer answer(context_);
    const std::string path = "/jobs/" + name + "/cancel";
    OrthancPluginRestApiPost(context_, answer.get(), path.c_str(), "", 0);  // it may have ended
  }

  void markOwn(const std::string& seriesId, const std::string& jobId) override {
    send("/series/" + seriesId + "/metadata/" + ownMark, jobId, OrthancPluginRestApiPut, "PUT");
  }

  bool isMarkedOwn(const std::string& seriesId) override {
    const auto answer = get("/series/" + seriesId + "/metadata");
    if (!answer) return false;
    const std::vector<std::string> names = parseIdentifiers(*answer);
    return std::find(names.begin(), names.end(), ownMark) != names.end();
  }

 private:
  [[noreturn]] void fail(const std::string& what, OrthancPluginErrorCode code) {
    const char* description = OrthancPluginGetErrorDescription(context_, code);
    throw ResourceError("the archive refused " + what + ": " +
                        (description == nullptr ? "unknown error" : description));
  }

  std::optional<std::string> get(const std::string& path) {
    Buffer answer(context_);
    const OrthancPluginErrorCode code =
        OrthancPluginRestApiGet(context_, answer.get(), path.c_str());
    if (isMissing(code)) return std::nullopt;
    if (code != OrthancPluginErrorCode_Success) fail("GET " + path, code);
    return answer.text();
  }

  std::string must(const std::string& path) {
    auto answer = get(path);
    if (!answer) throw ResourceError("the archive knows no " + path);
    return *std::move(answer);
  }

  std::vector<std::string> lookUp(const std::string& identifier, const std::string& type) {
    return parseLookup(send("/tools/lookup", identifier, OrthancPluginRestApiPost, "POST"), type);
  }

  template <typename Call>
  std::string send(const std::string& path, const std::string& body, Call call, const char* verb) {
    if (body.size() > std::numeric_limits<std::uint32_t>::max()) {
      throw ResourceError("an object above 4 GB cannot be given to the archive");
    }
    Buffer answer(context_);
    const OrthancPluginErrorCode code = call(context_, answer.get(), path.c_str(), body.data(),
                                             static_cast<std::uint32_t>(body.size()));
    if (code != OrthancPluginErrorCode_Success) fail(std::string(verb) + " " + path, code);
    return answer.text();
  }

  OrthancPluginContext* context_;
};

}  // namespace

std::unique_ptr<Archive> makeOrthancArchive(_OrthancPluginContext_t* context) {
  return std::make_unique<OrthancArchive>(context);
}

void logToOrthanc(_OrthancPluginContext_t* context, LogLevel level, const std::string& text) {
  std::string line = "CMR: " + text;
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  switch (level) {
    case LogLevel::info:
      OrthancPluginLogInfo(context, line.c_str());
      break;
    case LogLevel::warning:
      OrthancPluginLogWarning(context, line.c_str());
      break;
    case LogLevel::error:
      OrthancPluginLogError(context, line.c_str());
      break;
  }
}

}  // namespace cmr
