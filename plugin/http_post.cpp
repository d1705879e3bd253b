#include "plugin/http_post.h"

#include <curl/curl.h>

#include <array>
#include <memory>

#include "analysis/program.h"

namespace cmr {
namespace {

constexpr long connectSeconds = 10;

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, CloseHandle>;

class Headers {
 public:
  ~Headers() { curl_slist_free_all(list_); }
  Headers() = default;
  Headers(const Headers&) = delete;
  Headers& operator=(const Headers&) = delete;
  void add(const std::string& line) {
    curl_slist* const longer = curl_slist_append(list_, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    list_ = longer;
  }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

// Called about once a second, also while nothing moves; not 0 ends the request.
int isStopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

HttpAnswer postHttp(const HttpPost& post, const std::stop_token& stop) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  const Handle handle(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) return {0, "libcurl cannot be used"};
  CURL* const h = handle.get();
  Headers headers;
  headers.add("Content-Type: application/json");
  headers.add("Expect:");  // no question before so small a body
  if (!post.bearer.empty()) headers.add("Authorization: Bearer " + post.bearer);
  std::array<char, CURL_ERROR_SIZE> reason{};
  std::stop_token mayStop = stop;
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);  // several threads use it
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, connectSeconds);
  curl_easy_setopt(h, CURLOPT_TIMEOUT, static_cast<long>(post.longest.count()));
  curl_easy_setopt(h, CURLOPT_URL, post.url.c_str());
  curl_easy_setopt(h, CURLOPT_USERAGENT, programName);
  curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.body.size()));
  curl_easy_setopt(h, CURLOPT_POSTFIELDS, post.body.data());
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, ignore);
  curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, isStopped);
  curl_easy_setopt(h, CURLOPT_XFERINFODATA, &mayStop);
  curl_easy_setopt(h, CURLOPT_ERRORBUFFER, reason.data());
  const CURLcode ended = curl_easy_perform(h);
  if (ended != CURLE_OK) {
    return {0, reason[0] != '\0' ? reason.data() : curl_easy_strerror(ended)};
  }
  long status = 0;
  curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
  return {static_cast<int>(status), {}};
}

}  // namespace cmr
