// Reading from an Orthanc over its REST API: GET only, one connection kept for each caller at work.
#pragma once

#include <memory>
#include <string>

namespace cmr {

// Thread ownership: get() may be called from any thread.
//
// Name and password come from ~/.netrc, or the file that the variable NETRC names, as `curl
// --netrc` reads them: nothing secret stands in a command line, a run folder or a log. Certificates
// of https are verified.
class OrthancRest {
 public:
  // url: "http://host:8042", with a path where a proxy puts Orthanc below one. Throws InputError
  // when it is not http or https, or holds a name and password.
  explicit OrthancRest(const std::string& url);
  ~OrthancRest();
  OrthancRest(const OrthancRest&) = delete;
  OrthancRest& operator=(const OrthancRest&) = delete;

  const std::string& url() const { return url_; }

  // The body of the answer to GET url + path. Throws InputError where there is nothing to be had
  // (not found), ResourceError where the archive gives no answer, fails or refuses access: of that
  // nothing is learned about what was asked for. Both name the address.
  std::string get(const std::string& path) const;

 private:
  class Connections;
  std::string url_;
  std::unique_ptr<Connections> connections_;
};

}  // namespace cmr
