#include "models/orthanc_rest.h"

#include <curl/curl.h>

#include <array>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "analysis/errors.h"

namespace cmr {
namespace {

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, CloseHandle>;

constexpr long connectSeconds = 15;
constexpr long stalledSeconds = 60;  // without a byte: the archive is gone, however large the file

std::size_t append(char* data, std::size_t size, std::size_t count, void* to) {
  auto& bytes = *static_cast<std::string*>(to);
  try {
    bytes.append(data, size * count);
  } catch (...) {
    return 0;  // no memory: libcurl ends the transfer with an error
  }
  return size * count;
}

Handle openHandle() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  Handle handle(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) throw ResourceError("libcurl cannot be started");
  CURL* h = handle.get();
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);  // several threads use it
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, connectSeconds);
  curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, stalledSeconds);
  curl_easy_setopt(h, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
  if (const char* file = std::getenv("NETRC")) curl_easy_setopt(h, CURLOPT_NETRC_FILE, file);
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, append);
  return handle;
}

void requireAnswer(const std::string& address, CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200) return;
  if (status == 401 || status == 403) {
    throw ResourceError(address + " refuses access (" + std::to_string(status) +
                        "): put its name and password into ~/.netrc, or the file that NETRC names");
  }
  const std::string what = address + " answers with status " + std::to_string(status);
  if (status >= 500) throw ResourceError(what);
  throw InputError(what);
}

}  // namespace

class OrthancRest::Connections {
 public:
  Handle take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return openHandle();
    Handle handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
  }

  void giveBack(Handle handle) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
  }

 private:
  std::mutex mutex_;
  std::vector<Handle> idle_;
};

OrthancRest::OrthancRest(const std::string& url)
    : url_(url), connections_(std::make_unique<Connections>()) {
  while (!url_.empty() && url_.back() == '/') url_.pop_back();
  if (url_.rfind("http://", 0) != 0 && url_.rfind("https://", 0) != 0) {
    throw InputError("'" + url +
                     "' is no address of an archive: it begins with http:// or https://");
  }
  if (url_.find('@') != std::string::npos) {
    throw InputError("put name and password of the archive into ~/.netrc, not into its address");
  }
}

OrthancRest::~OrthancRest() = default;

std::string OrthancRest::get(const std::string& path) const {
  Handle handle = connections_->take();
  const std::string address = url_ + path;
  std::string bytes;
  std::array<char, CURL_ERROR_SIZE> reason{};
  curl_easy_setopt(handle.get(), CURLOPT_URL, address.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &bytes);
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, reason.data());
  const CURLcode ended = curl_easy_perform(handle.get());
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, nullptr);
  if (ended != CURLE_OK) {
    throw ResourceError(address + ": " +
                        (reason[0] != '\0' ? reason.data() : curl_easy_strerror(ended)));
  }
  requireAnswer(address, handle.get());
  connections_->giveBack(std::move(handle));
  return bytes;
}

}  // namespace cmr
