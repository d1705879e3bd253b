#include "cli/package_text.h"

#include <cmath>
#include <cstdio>
#include <sstream>

#include "analysis/evidence.h"
#include "analysis/script_permission.h"
#include "analysis/tasks.h"

namespace cmr {
namespace {

using nlohmann::json;

std::string megabytes(std::uintmax_t bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text.data();
}

std::uintmax_t sizeOf(const ModelPackage& package) {
  std::uintmax_t bytes = 0;
  for (const PackageFile& file : package.files) bytes += file.bytes;
  return bytes;
}

template <typename List>
std::string joined(const List& list) {
  std::ostringstream out;
  const char* separator = "";
  for (const auto& item : list) {
    out << separator << item;
    separator = ", ";
  }
  return out.str();
}

std::string plain(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number_float()) return value.dump();
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value.get<double>());
  return text.data();
}

// Objects become "key value, key value", one within another "key (...)", lists "a, b".
std::string sentence(const json& value) {
  if (value.is_array()) {
    std::vector<std::string> items;
    for (const json& item : value) items.push_back(sentence(item));
    return joined(items);
  }
  if (!value.is_object()) return plain(value);
  std::vector<std::string> items;
  for (const auto& [key, item] : value.items()) {
    items.push_back(item.is_structured() ? key + " (" + sentence(item) + ")"
                                         : key + " " + plain(item));
  }
  return joined(items);
}

void field(std::ostream& out, const std::string& indent, const std::string& name,
           const std::string& text) {
  out << indent << name << std::string(name.size() < 14 ? 14 - name.size() : 1, ' ') << text
      << "\n";
}

std::string evidenceText(const std::string& evidence) {
  if (evidence == nonExpertEvidence)
    return "drawn images and outlines of a non-expert on real ones";
  if (evidence == "both") return "real and drawn images";
  return evidence == "real" ? "real images" : "drawn images alone";
}

std::string releaseText(const std::string& release) {
  if (release == "report") return "reported";
  return release == "flag" ? "reported with a reservation" : "not reported (off)";
}

std::string codeText(const json& entry) {
  if (!entry.contains("code")) return "";
  const json& code = entry.at("code");
  return "  (" + code.value("value", "") + ", " + code.value("scheme", "") + ", \"" +
         code.value("meaning", "") + "\")";
}

void writeClasses(std::ostream& out, const HeadDescription& head, const json& entry) {
  const json& listed = entry.contains("classes") ? entry.at("classes") : entry.at("labels");
  for (std::size_t i = 0; i < head.classes.size(); ++i) {
    const HeadClass& c = head.classes[i];
    field(out, "      ", c.name,
          "learned from " + evidenceText(c.evidence) + "; " + releaseText(c.release) +
              codeText(listed.at(i)));
  }
}

// One line for each set of images.
void writeMeasured(std::ostream& out, const json& measured, const char* key, const char* title) {
  const bool known = measured.is_object() && measured.contains(key);
  if (!known || measured.at(key).empty()) {
    out << "    measured on " << title << ": nothing is stated\n";
    return;
  }
  out << "    measured on " << title << ":\n";
  const json& sets = measured.at(key);
  if (!sets.is_object()) {
    out << "      " << sentence(sets) << "\n";
    return;
  }
  for (const auto& [name, figures] : sets.items()) {
    out << "      " << name << ": " << sentence(figures) << "\n";
  }
}

std::string appliesTo(const HeadDescription& head) {
  std::vector<std::string> of = head.sequences;
  of.insert(of.end(), head.views.begin(), head.views.end());
  return of.empty() ? "every image" : joined(of);
}

std::string readsText(const HeadDescription& head, const json& manifest) {
  const bool isScript = !scriptOf(head).empty();
  std::string text = nameOf(head.architecture);
  std::vector<int> layers = head.layers;
  const json network = manifest.value("network", json::object());
  if (layers.empty() && network.contains("head")) {
    layers = network.at("head").value("layers", layers);
  }
  if (!layers.empty()) text += ", reads layers " + joined(layers);
  if (head.architecture == HeadArchitecture::pooled) {
    text += isScript            ? ", TorchScript"
            : head.queries == 0 ? ", mean of the patches"
                                : ", attention of " + std::to_string(head.queries) + " queries";
    std::array<char, 80> rest{};
    std::snprintf(rest.data(), rest.size(), "; temperature %.3g, uncertain below %.2f",
                  head.temperature, head.leastProbability);
    text += rest.data();
  }
  return text;
}

void writeTrainedOn(std::ostream& out, const std::string& indent, const json& training) {
  if (training.contains("trained")) {
    const json& trained = training.at("trained");
    std::string text;
    for (const auto& [key, value] : trained.items()) {
      if (value.is_array()) {
        text += (text.empty() ? "" : ", ") + std::to_string(value.size()) + " " + key;
      } else {
        text += (text.empty() ? "" : ", ") + plain(value) + " " + key;
      }
    }
    field(out, indent, "trained on", text);
  }
  if (training.contains("command")) field(out, indent, "command", plain(training.at("command")));
}

void writeHead(std::ostream& out, const ModelPackage& package, const HeadDescription& head) {
  const json& entry = package.manifest.at("heads").at(head.task);
  out << "\n  " << head.task << "\n";
  field(out, "    ", "for", appliesTo(head));
  field(out, "    ", "is", readsText(head, package.manifest));
  if (!scriptOf(head).empty()) {
    const PackageFile& file = scriptFile(package.files, head);
    field(out, "    ", "code",
          file.path +
              ", which runs only where AllowedScripts or --allow-script names its SHA-256 " +
              file.sha256);
  }
  writeClasses(out, head, entry);
  writeMeasured(out, head.measured, "real", "real images");
  writeMeasured(out, head.measured, "phantom", "drawn images (which say nothing about patients)");
  const json training = package.manifest.value("training", json::object());
  const json ofHeads = training.value("heads", json::object());
  if (ofHeads.contains(head.task)) writeTrainedOn(out, "    ", ofHeads.at(head.task));
}

std::string backboneText(const json& network) {
  if (!network.contains("backbone")) return "none (" + network.value("architecture", "?") + ")";
  const json& b = network.at("backbone");
  return "vision transformer, patches of " + plain(b.at("patchSize")) + " pixels, " +
         plain(b.at("depth")) + " layers of width " + plain(b.at("width")) + ", " +
         plain(b.at("heads")) + " attention heads";
}

std::string missingTasks(const ModelPackage& package) {
  std::vector<std::string> missing;
  for (const Task& task : knownTasks()) {
    if (package.heads.count(task.id) == 0) missing.push_back(task.id);
  }
  return missing.empty() ? "none is missing" : joined(missing);
}

std::string unlikeText(const json& manifest) {
  if (!manifest.contains("unlikeTraining"))
    return "images unlike those of the training are not told by this package";
  const json& unlike = manifest.at("unlikeTraining");
  return "flagged above a distance of " + plain(unlike.at("threshold")) + "; " +
         plain(unlike.value("note", ""));
}

}  // namespace

std::string packageText(const ModelPackage& package) {
  const json& m = package.manifest;
  std::ostringstream out;
  out << package.identity.name << " " << package.identity.version << "\n";
  field(out, "  ", "identity", package.identity.sha256);
  field(out, "  ", "folder", package.folder);
  field(out, "  ", "size",
        megabytes(sizeOf(package)) + " in " + std::to_string(package.files.size()) + " files");
  field(out, "  ", "licence", m.value("licence", "not stated"));
  field(out, "  ", "use", m.value("intendedUse", "not stated"));
  field(out, "  ", "program", m.value("lowestProgramVersion", "") + " or later");
  field(out, "  ", "backbone", backboneText(m.value("network", json::object())));
  std::array<char, 160> input{};
  std::snprintf(input.data(), input.size(),
                "%d x %d pixels; a crop of %.3g mm a pixel, the whole field for the first look",
                package.input.size, package.input.size, package.input.spacingMm);
  field(out, "  ", "input", input.data());
  field(out, "  ", "outliers", unlikeText(m));
  writeTrainedOn(out, "  ", m.value("training", json::object()));
  out << "\nheads (" << package.heads.size() << " of " << knownTasks().size()
      << " tasks; without: " << missingTasks(package) << ")\n";
  for (const auto& [task, head] : package.heads) writeHead(out, package, head);
  return out.str();
}

std::string packageLine(const ModelPackage& package) {
  std::vector<std::string> tasks;
  for (const auto& [task, head] : package.heads) tasks.push_back(task);
  return package.identity.name + " " + package.identity.version + "  " +
         megabytes(sizeOf(package)) + "  " + joined(tasks);
}

}  // namespace cmr
