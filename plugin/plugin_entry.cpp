// libOrthancCMR.so: the four functions that Orthanc looks for, and its callbacks. No exception
// leaves this file, and nothing in it can keep Orthanc from starting or from storing.
#include <orthanc/OrthancCPlugin.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "analysis/program.h"
#include "plugin/app_pages.h"
#include "plugin/metrics_text.h"
#include "plugin/orthanc_archive.h"
#include "plugin/orthanc_worklist.h"
#include "plugin/rest_routes.h"
#include "plugin/service_host.h"

namespace {

using namespace cmr;

OrthancPluginContext* context = nullptr;
std::unique_ptr<ServiceHost> host;

std::string taken(char* text) {
  if (text == nullptr) return {};
  std::string copy(text);
  OrthancPluginFreeString(context, text);
  return copy;
}

// The first of these keys of the configuration that is there: a folder of Orthanc's.
std::string folderOf(const std::string& configuration, const std::vector<const char*>& keys) {
  try {
    const auto json = nlohmann::json::parse(configuration);
    std::filesystem::path folder = "OrthancStorage";
    for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
      folder = json.value(*key, folder.string());
    }
    // Orthanc takes relative paths from the folder of its configuration.
    const std::filesystem::path origin = taken(OrthancPluginGetConfigurationPath(context));
    const bool isFolder = std::filesystem::is_directory(origin);
    return ((isFolder ? origin : origin.parent_path()) / folder).string();
  } catch (const std::exception&) {
    return "OrthancStorage";
  }
}

// The folder that Orthanc was started with; empty: it was a file.
std::string configurationFolder() {
  const std::string origin = taken(OrthancPluginGetConfigurationPath(context));
  std::error_code unknown;
  return std::filesystem::is_directory(origin, unknown) ? origin : std::string();
}

std::string lowerCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

const char* verbOf(OrthancPluginHttpMethod method) {
  switch (method) {
    case OrthancPluginHttpMethod_Get:
      return "GET";
    case OrthancPluginHttpMethod_Post:
      return "POST";
    case OrthancPluginHttpMethod_Put:
      return "PUT";
    case OrthancPluginHttpMethod_Delete:
      return "DELETE";
    default:
      return "";
  }
}

// Orthanc ends at a status that it does not know: only these are ever handed to it.
std::uint16_t knownStatus(int status) {
  constexpr std::array known{200, 202, 400, 401, 403, 404, 405, 409, 500, 503};
  const bool isKnown = std::find(known.begin(), known.end(), status) != known.end();
  return static_cast<std::uint16_t>(isKnown ? status : 500);
}

void send(OrthancPluginRestOutput* output, const RestResponse& response) {
  const auto size = static_cast<std::uint32_t>(response.body.size());
  for (const auto& [name, value] : response.headers) {
    OrthancPluginSetHttpHeader(context, output, name.c_str(), value.c_str());
  }
  if (response.status == 200) {
    OrthancPluginAnswerBuffer(context, output, response.body.data(), size,
                              response.contentType.c_str());
    return;
  }
  if (response.status == 405) {  // Orthanc insists on its own answer, which has no body
    OrthancPluginSendMethodNotAllowed(context, output, response.allow.c_str());
    return;
  }
  OrthancPluginSetHttpHeader(context, output, "Content-Type", "application/json");
  OrthancPluginSendHttpStatus(context, output, knownStatus(response.status), response.body.data(),
                              size);
}

OrthancPluginErrorCode onRest(OrthancPluginRestOutput* output, const char* url,
                              const OrthancPluginHttpRequest* http) {
  try {
    RestRequest request;
    request.method = verbOf(http->method);
    request.path = url;
    for (std::uint32_t i = 0; i < http->getCount; ++i) {
      request.query[http->getKeys[i]] = http->getValues[i];
    }
    for (std::uint32_t i = 0; i < http->headersCount; ++i) {
      request.headers[lowerCase(http->headersKeys[i])] = http->headersValues[i];
    }
    if (http->body != nullptr)
      request.body.assign(static_cast<const char*>(http->body), http->bodySize);
    const auto service = host->service();  // held while the answer is made
    RestContext work;
    work.access = host->access();
    work.status = [] { return host->status(); };
    work.metrics = [] { return prometheusText(host->measures()); };
    if (service) {
      work.store = &service->store();
      work.planner = &service->planner();
      work.deliveries = &service->deliveries();
      work.destinations = service->destinations();
      work.rules = &service->rules();
      work.worklist = service->worklist();
      work.packageFolders = service->packageFolders();
      work.packageChoice = &service->packageChoice();
      work.ring = [&service] { service->ring(); };
      work.backfill = [&service](const std::vector<std::string>& seriesIds) {
        service->intake().backfill(seriesIds);
      };
    }
    send(output, answerRest(request, work));
    return OrthancPluginErrorCode_Success;
  } catch (...) {
    return OrthancPluginErrorCode_InternalError;
  }
}

// Orthanc asks when somebody reads its own metrics (/tools/metrics-prometheus).
void onRefreshMetrics() {
  try {
    for (const auto& [name, value] : plainMetrics(host->measures())) {
      OrthancPluginSetMetricsValue(context, name.c_str(), static_cast<float>(value),
                                   OrthancPluginMetricsType_Default);
    }
  } catch (...) {  // the values of before stay
  }
}

// All listeners of Orthanc share one thread: this one only rings.
OrthancPluginErrorCode onChange(OrthancPluginChangeType change, OrthancPluginResourceType resource,
                                const char* resourceId) {
  try {
    switch (change) {
      case OrthancPluginChangeType_OrthancStarted:
        host->start();
        break;
      case OrthancPluginChangeType_OrthancStopped:
        host->stop();
        break;
      case OrthancPluginChangeType_CompletedSeries:
      case OrthancPluginChangeType_StableSeries:
      case OrthancPluginChangeType_StableStudy:
      case OrthancPluginChangeType_StablePatient:  // the last of the stable ones
        host->changed();
        break;
      case OrthancPluginChangeType_Deleted:
        if (resourceId != nullptr && (resource == OrthancPluginResourceType_Study ||
                                      resource == OrthancPluginResourceType_Series)) {
          host->deleted(resourceId);
        }
        break;
      default:
        break;
    }
  } catch (...) {  // out of memory: the change log and the check at the claim make up for it
  }
  return OrthancPluginErrorCode_Success;
}

void initialize() {
  host = std::make_unique<ServiceHost>(
      makeOrthancArchive(context), [](LogLevel level, const std::string& text) {
        try {
          logToOrthanc(context, level, text);
        } catch (...) {  // a line that is not logged must not end anything
        }
      });
  const std::string configuration = taken(OrthancPluginGetConfiguration(context));
  // The job store lies beside Orthanc's index when the settings name no folder.
  host->configure(configuration,
                  {folderOf(configuration, {"IndexDirectory", "StorageDirectory"}),
                   folderOf(configuration, {"StorageDirectory"}), configurationFolder()});
  if (host->asksForWorklist()) serveWorklist(context, *host);
  OrthancPluginRegisterRestCallbackNoLock(context, "/cmr(/.*)?", onRest);
  OrthancPluginRegisterOnChangeCallback(context, onChange);
  OrthancPluginRegisterRefreshMetricsCallback(context, onRefreshMetrics);
  OrthancPluginExtendOrthancExplorer(context, explorerExtension().c_str());
}

}  // namespace

extern "C" {

ORTHANC_PLUGINS_API int32_t OrthancPluginInitialize(OrthancPluginContext* given) {
  context = given;
  if (OrthancPluginCheckVersion(context) == 0) {
    OrthancPluginLogError(context, "CMR: this Orthanc is too old; nothing is analysed");
    return 0;  // -1 would keep Orthanc from starting
  }
  OrthancPluginSetDescription(context,
                              "Analyses cardiac MR series. Research use, not for diagnosis.");
  try {
    initialize();
  } catch (...) {
    OrthancPluginLogError(context, "CMR: the plugin could not be set up; nothing is analysed");
  }
  return 0;
}

ORTHANC_PLUGINS_API void OrthancPluginFinalize() { host.reset(); }

ORTHANC_PLUGINS_API const char* OrthancPluginGetName() { return "cmr"; }

ORTHANC_PLUGINS_API const char* OrthancPluginGetVersion() { return programVersion; }

}  // extern "C"
