// The tasks that heads on one backbone serve: their names in manifests, configurations and
// results.json, what kind of answer each gives, and the names of its classes.
#pragma once

#include <string>
#include <vector>

namespace cmr {

enum class AnswerKind { classification, segmentation, landmarks };

struct Task {
  std::string id;  // "sequence"
  AnswerKind answer = AnswerKind::classification;
  // In their order: classes, structures without the background, or landmarks.
  std::vector<std::string> classes;
};

// sequence, view, seg_cine_sax, seg_cine_lax, seg_lge_sax, seg_map_sax, landmarks, lge_presence and
// disease; and seg_cine_sax_rv, the right ventricle of seg_cine_sax (right_ventricle.h).
const std::vector<Task>& knownTasks();

// Throws PackageError naming the tasks that there are.
const Task& taskById(const std::string& id);

}  // namespace cmr
