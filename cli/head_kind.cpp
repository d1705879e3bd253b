#include "cli/head_kind.h"

#include "analysis/right_ventricle.h"
#include "analysis/tasks.h"

namespace cmr {

HeadKind headKind(const std::string& task) {
  if (task == "seg_cine_sax") return HeadKind::network;
  return taskById(task).answer == AnswerKind::classification ? HeadKind::classifier
                                                             : HeadKind::decoder;
}

const std::vector<std::string>& trainableTasks() {
  static const std::vector<std::string> tasks{
      "seg_cine_sax", rightVentricleTask, "seg_cine_lax", "seg_lge_sax",  "seg_map_sax",
      "landmarks",    "sequence",         "view",         "lge_presence", "disease"};
  return tasks;
}

}  // namespace cmr
