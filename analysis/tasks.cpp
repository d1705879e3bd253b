#include "analysis/tasks.h"

#include <algorithm>

#include "analysis/errors.h"
#include "analysis/right_ventricle.h"

namespace cmr {

const std::vector<Task>& knownTasks() {
  using enum AnswerKind;
  static const std::vector<Task> tasks{
      {"sequence", classification, {"cine", "lge", "t1_map", "t2_map", "other"}},
      {"view", classification, {"sax", "2ch", "3ch", "4ch", "aorta", "other"}},
      {"seg_cine_sax", segmentation, {"lv_cavity", "lv_myocardium", "rv_cavity"}},
      {rightVentricleTask, segmentation, {"lv_cavity", "lv_myocardium", "rv_cavity"}},
      {"seg_cine_lax",
       segmentation,
       {"lv_cavity", "lv_myocardium", "rv_cavity", "left_atrium", "right_atrium"}},
      {"seg_lge_sax", segmentation, {"lv_cavity", "lv_myocardium", "rv_cavity"}},
      {"seg_map_sax", segmentation, {"lv_cavity", "lv_myocardium", "rv_cavity"}},
      {"landmarks",
       landmarks,
       {"anterior_rv_insertion", "inferior_rv_insertion", "mitral_annulus_1", "mitral_annulus_2",
        "lv_apex"}},
      {"lge_presence", classification, {"absent", "present"}},
      {"disease", classification, {"normal", "dilated", "hypertrophic", "infarct", "abnormal_rv"}}};
  return tasks;
}

const Task& taskById(const std::string& id) {
  const auto& tasks = knownTasks();
  const auto found =
      std::find_if(tasks.begin(), tasks.end(), [&](const Task& t) { return t.id == id; });
  if (found != tasks.end()) return *found;
  std::string known;
  for (const Task& task : tasks) known += (known.empty() ? "" : ", ") + task.id;
  throw PackageError("there is no task '" + id + "'; known are " + known);
}

}  // namespace cmr
