#include "analysis/head_description.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "analysis/decoder_description.h"
#include "analysis/errors.h"
#include "analysis/evidence.h"
#include "analysis/script_permission.h"

namespace cmr {
namespace {

using nlohmann::json;

constexpr std::array<HeadArchitecture, 3> architectures{
    HeadArchitecture::dense, HeadArchitecture::pooled, HeadArchitecture::heatmap};

HeadArchitecture architectureOf(const json& head, const Task& task) {
  // Packages from before there were several heads do not say it.
  if (!head.contains("architecture")) {
    if (task.answer == AnswerKind::segmentation) return HeadArchitecture::dense;
    throw PackageError("the manifest's head " + task.id + " names no architecture");
  }
  const auto name = head.at("architecture").get<std::string>();
  const auto* const found = std::find_if(architectures.begin(), architectures.end(),
                                         [&](HeadArchitecture a) { return name == nameOf(a); });
  if (found == architectures.end()) {
    throw PackageError("the manifest's head " + task.id + " has the unknown architecture '" + name +
                       "'; known are dense, pooled and heatmap");
  }
  const bool fits =
      (task.answer == AnswerKind::classification) == (*found == HeadArchitecture::pooled);
  if (!fits) {
    throw PackageError("the manifest's head " + task.id + " cannot be of the architecture '" +
                       name + "'");
  }
  return *found;
}

const json& classList(const json& head) {
  return head.contains("classes") ? head.at("classes") : head.at("labels");
}

HeadCode codeOf(const json& entry) {
  if (!entry.contains("code")) return {};
  const json& code = entry.at("code");
  return {code.at("value").get<std::string>(), code.at("scheme").get<std::string>(),
          code.at("meaning").get<std::string>()};
}

std::vector<HeadClass> classesOf(const json& head, const Task& task) {
  std::vector<HeadClass> classes;
  std::set<std::string> names;
  for (const json& entry : classList(head)) {
    HeadClass one{entry.at("name").get<std::string>(), entry.at("evidence").get<std::string>(),
                  entry.at("release").get<std::string>(), codeOf(entry)};
    if (std::find(task.classes.begin(), task.classes.end(), one.name) == task.classes.end()) {
      throw PackageError("the manifest's head " + task.id + " has '" + one.name +
                         "', which is nothing of that task");
    }
    if (!names.insert(one.name).second) {
      throw PackageError("the manifest's head " + task.id + " has '" + one.name + "' twice");
    }
    if (one.release != "report" && one.release != "flag" && one.release != "off") {
      throw PackageError("the manifest's head " + task.id + " gives '" + one.name +
                         "' the release '" + one.release + "'; known are report, flag and off");
    }
    if (one.evidence != "real" && one.evidence != "phantom" && one.evidence != "both" &&
        one.evidence != nonExpertEvidence) {
      throw PackageError("the manifest's head " + task.id + " gives '" + one.name +
                         "' the evidence '" + one.evidence +
                         "'; known are real, phantom, both and non-expert");
    }
    // Results of other heads do not tell this evidence apart.
    if (one.evidence == nonExpertEvidence && task.id.rfind("seg_cine_", 0) != 0) {
      throw PackageError("the manifest's head " + task.id + " gives '" + one.name +
                         "' the evidence non-expert, which heads of cines alone can have");
    }
    classes.push_back(std::move(one));
  }
  if (classes.empty()) {
    throw PackageError("the manifest's head " + task.id + " has no class");
  }
  return classes;
}

// One name or a list of them.
std::vector<std::string> namesIn(const json& appliesTo, const char* key) {
  if (!appliesTo.contains(key)) return {};
  const json& value = appliesTo.at(key);
  if (value.is_string()) return {value.get<std::string>()};
  return value.get<std::vector<std::string>>();
}

HeadLook lookOf(const json& head, const Task& task) {
  const auto name = head.value("look", std::string(nameOf(HeadLook::field)));
  for (const HeadLook look : {HeadLook::field, HeadLook::crop}) {
    if (name == nameOf(look)) return look;
  }
  throw PackageError("the manifest's head " + task.id + " has the unknown look '" + name +
                     "'; known are field and crop");
}

PapillaryConvention papillariesOf(const json& head, const Task& task) {
  const auto at = head.find("papillaryMuscles");
  if (at == head.end() || at->is_null()) return PapillaryConvention::unknown;
  if (*at == papillariesInCavity) return PapillaryConvention::inCavity;
  throw PackageError("the manifest's head " + task.id + " has papillary muscles " + at->dump() +
                     "; this program can honour \"" + papillariesInCavity + "\" alone");
}

int depthOf(const json& manifest) {
  const json network = manifest.value("network", json::object());
  return network.contains("backbone") ? network.at("backbone").at("depth").get<int>() : 0;
}

void checkPooled(const HeadDescription& head, int depth) {
  if (depth == 0) {
    throw PackageError("the manifest's head " + head.task +
                       " reads a backbone, and the package's network has none");
  }
  if (head.layers.empty()) {
    throw PackageError("the manifest's head " + head.task + " reads no layer of the backbone");
  }
  for (const int layer : head.layers) {
    if (layer < 1 || layer > depth) {
      throw PackageError("the manifest's head " + head.task + " reads layer " +
                         std::to_string(layer) + " of " + std::to_string(depth));
    }
  }
  if (head.queries < 0 || head.queries > 64) {
    throw PackageError("the manifest's head " + head.task + " has " + std::to_string(head.queries) +
                       " queries, outside 0 to 64");
  }
  if (head.classes.size() < 2) {
    throw PackageError("the manifest's head " + head.task + " has fewer than two classes");
  }
}

HeadDescription headFromJson(const std::string& id, const json& entry, int depth) {
  const Task& task = taskById(id);
  HeadDescription head;
  head.task = id;
  head.architecture = architectureOf(entry, task);
  head.classes = classesOf(entry, task);
  head.layers = entry.value("layers", std::vector<int>{});
  head.queries = entry.value("queries", 0);
  head.look = lookOf(entry, task);
  const json appliesTo = entry.value("appliesTo", json::object());
  head.sequences = namesIn(appliesTo, "sequence");
  head.views = namesIn(appliesTo, "view");
  head.temperature = entry.value("temperature", 1.0);
  head.leastProbability = entry.value("leastProbability", 0.0);
  if (!(head.temperature > 0 && std::isfinite(head.temperature)) ||
      !(head.leastProbability >= 0 && head.leastProbability <= 1)) {
    throw PackageError("the manifest's head " + id +
                       " has a temperature or an operating point out of bounds");
  }
  head.papillaryMuscles = papillariesOf(entry, task);
  if (entry.contains("knownAnswer")) {
    head.knownAnswer.tolerance = entry.at("knownAnswer").at("tolerance").get<double>();
    head.knownAnswer.logits = entry.at("knownAnswer").at("logits").get<std::vector<double>>();
  }
  head.network = entry.value("network", json());
  head.measured = entry.value("measured", json());
  if (head.architecture == HeadArchitecture::pooled) checkPooled(head, depth);
  scriptOf(head);  // throws where it cannot be one
  if (sharesADecoder(head)) decoderFromJson(head.network, id);
  return head;
}

}  // namespace

const char* nameOf(HeadArchitecture architecture) {
  switch (architecture) {
    case HeadArchitecture::dense:
      return "dense";
    case HeadArchitecture::pooled:
      return "pooled";
    case HeadArchitecture::heatmap:
      break;
  }
  return "heatmap";
}

const char* nameOf(HeadLook look) { return look == HeadLook::crop ? "crop" : "field"; }

bool appliesTo(const HeadDescription& head, const std::string& sequence, const std::string& view) {
  const auto fits = [](const std::vector<std::string>& names, const std::string& name) {
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
  };
  return fits(head.sequences, sequence) && fits(head.views, view);
}

bool sharesADecoder(const HeadDescription& head) {
  return head.architecture != HeadArchitecture::pooled && head.task != "seg_cine_sax";
}

std::map<std::string, HeadDescription> headsOf(const json& manifest) {
  std::map<std::string, HeadDescription> heads;
  const int depth = depthOf(manifest);
  for (const auto& [id, entry] : manifest.at("heads").items()) {
    try {
      heads.emplace(id, headFromJson(id, entry, depth));
    } catch (const json::exception& e) {
      throw PackageError("the manifest's head " + id + " cannot be used: " + e.what());
    }
  }
  return heads;
}

json toJson(const HeadDescription& head) {
  json classes = json::array();
  for (const HeadClass& c : head.classes) {
    json one = {{"name", c.name}, {"evidence", c.evidence}, {"release", c.release}};
    if (!c.code.value.empty()) {
      one["code"] = {
          {"value", c.code.value}, {"scheme", c.code.scheme}, {"meaning", c.code.meaning}};
    }
    classes.push_back(std::move(one));
  }
  json entry = {{"task", head.task},
                {"architecture", nameOf(head.architecture)},
                {"layers", head.layers},
                {"classes", classes},
                {"temperature", head.temperature},
                {"leastProbability", head.leastProbability}};
  if (head.architecture == HeadArchitecture::pooled) {
    entry["queries"] = head.queries;
    entry["look"] = nameOf(head.look);
  }
  json appliesTo = json::object();
  if (!head.sequences.empty()) appliesTo["sequence"] = head.sequences;
  if (!head.views.empty()) appliesTo["view"] = head.views;
  if (!appliesTo.empty()) entry["appliesTo"] = appliesTo;
  if (head.papillaryMuscles == PapillaryConvention::inCavity) {
    entry["papillaryMuscles"] = papillariesInCavity;
  }
  if (!head.knownAnswer.logits.empty()) {
    entry["knownAnswer"] = {{"tolerance", head.knownAnswer.tolerance},
                            {"logits", head.knownAnswer.logits}};
  }
  if (!head.network.is_null()) entry["network"] = head.network;
  if (!head.measured.is_null()) entry["measured"] = head.measured;
  return entry;
}

}  // namespace cmr
