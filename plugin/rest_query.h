// Parameters of a GET. Each throws InputError naming the parameter that means nothing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "plugin/rest_routes.h"

namespace cmr {

// A whole number from 0 to `largest`; `otherwise` when it is not given.
std::size_t numberIn(const RestRequest& request, const std::string& name, std::size_t otherwise,
                     std::size_t largest);
std::string textIn(const RestRequest& request, const char* name);  // empty when it is not given
// One of `known`, empty when it is not given; `what` begins the refusal ("no job state").
std::string wordIn(const RestRequest& request, const char* name,
                   const std::vector<std::string>& known, const std::string& what);
// What a list does not know it would leave out, and show more than was asked for. "limit" and
// "offset" are known.
void refuseOtherParameters(const RestRequest& request, std::vector<std::string> known);

// "limit" (100, at most 1000) and "offset" of a list.
struct ListPart {
  std::size_t limit;
  std::size_t offset;
};
ListPart listPartIn(const RestRequest& request);

}  // namespace cmr
