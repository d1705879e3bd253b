// Parameters of a GET. Each throws InputError naming the parameter that means nothing.
#pragma once

#include <cstddef>
#include <string>

#include "plugin/rest_routes.h"

namespace cmr {

// A whole number from 0 to `largest`; `otherwise` when it is not given.
std::size_t numberIn(const RestRequest& request, const std::string& name, std::size_t otherwise,
                     std::size_t largest);
std::string textIn(const RestRequest& request, const char* name);  // empty when it is not given

// "limit" (100, at most 1000) and "offset" of a list.
struct ListPart {
  std::size_t limit;
  std::size_t offset;
};
ListPart listPartIn(const RestRequest& request);

}  // namespace cmr
