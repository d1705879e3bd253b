// Inside the reader, what does not fit is thrown with the id of its verdict; readInstances turns it
// into a Verdict that names the instance.
#pragma once

#include <string>

#include "analysis/errors.h"

namespace cmr {

class VerdictError : public InputError {
 public:
  VerdictError(std::string id, const std::string& reason)
      : InputError(reason), id_(std::move(id)) {}
  const std::string& id() const { return id_; }

 private:
  std::string id_;
};

}  // namespace cmr
