#include "plugin/rest_answer.h"

#include "plugin/job_json.h"

namespace cmr {

RestResponse answer(int status, const nlohmann::json& body) { return {status, dumpJson(body), {}}; }

RestResponse refuse(int status, const std::string& sentence) {
  return answer(status, {{"error", sentence}});
}

}  // namespace cmr
