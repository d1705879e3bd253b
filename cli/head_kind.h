// How the head of a task is trained and measured: the one place that `cmr finetune` and
// `cmr evaluate` ask before they branch.
#pragma once

#include <string>
#include <vector>

namespace cmr {

enum class HeadKind {
  network,     // seg_cine_sax: trained together with its backbone, from drawn outlines
  decoder,     // a further dense head, on the frozen backbone and decoder of a package
  classifier,  // a classification head, on the frozen backbone of a package
};

// Throws InputError for a task that is unknown.
HeadKind headKind(const std::string& task);

// The tasks that heads can be trained for and measured on.
const std::vector<std::string>& trainableTasks();

}  // namespace cmr
