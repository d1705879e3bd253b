// What a package's manifest says of one of its heads: an entry of "heads". docs/training.md holds
// the fields with their meaning. Plain data, no LibTorch.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/papillary_convention.h"
#include "analysis/tasks.h"

namespace cmr {

enum class HeadArchitecture { dense, pooled, heatmap };
const char* nameOf(HeadArchitecture architecture);

// The pictures that a classification head sees: the whole field of the first look, or the crops
// about the heart that are segmented.
enum class HeadLook { field, crop };
const char* nameOf(HeadLook look);

// A coded concept; no value: none is known.
struct HeadCode {
  std::string value;  // "87878005"
  std::string scheme = "SCT";
  std::string meaning;
};

// A class, a structure or a landmark.
struct HeadClass {
  std::string name;      // one of the task's
  std::string evidence;  // what it was learned from and measured on, see evidence.h
  std::string release;   // "report", "flag" or "off"
  HeadCode code = {};
};

struct HeadAnswer {
  double tolerance = 0;
  std::vector<double> logits;  // of the synthetic image of package_weights.h
};

struct HeadDescription {
  std::string task;
  HeadArchitecture architecture = HeadArchitecture::dense;
  std::vector<int> layers;  // of the backbone, from 1; empty: those of the manifest's "network"
  int queries = 0;          // of a pooled head: 0 takes the mean of the patches, see pooled_head.h
  HeadLook look = HeadLook::field;  // of a pooled head
  std::vector<HeadClass> classes;
  std::vector<std::string> sequences;  // that it applies to; empty: all
  std::vector<std::string> views;
  double temperature = 1;       // logits are divided by it before the softmax
  double leastProbability = 0;  // operating point: below it an answer is "uncertain"
  PapillaryConvention papillaryMuscles = PapillaryConvention::unknown;
  HeadAnswer knownAnswer;   // no logits: none is stored
  nlohmann::json network;   // further geometry, as the architecture wants it; or null
  nlohmann::json measured;  // {"real": ..., "phantom": ...}; or null
};

// Whether it is for images of this sequence and view; an empty list of the head fits all.
bool appliesTo(const HeadDescription& head, const std::string& sequence, const std::string& view);

// Whether it is a dense or heat-map head beside the network's own, see decoder_description.h.
bool sharesADecoder(const HeadDescription& head);

// The heads of a manifest by task. Throws PackageError naming head and fault: an unknown task,
// architecture, release or papillary convention, a class that the task does not have, layers that
// the backbone does not have.
std::map<std::string, HeadDescription> headsOf(const nlohmann::json& manifest);

// The entry of the manifest.
nlohmann::json toJson(const HeadDescription& head);

}  // namespace cmr
