#include "dicom_sr/key_segments.h"

#include <array>

#include "analysis/errors.h"
#include "analysis/site_release.h"
#include "dicom_sr/codes.h"

namespace cmr {
namespace {

struct StructureNames {
  Structure structure;
  const char* label;
  const char* kind;
  const char* sentence;
  const char* papillaries;  // said of a package that tells where it counts them
  const Code& type;
};

const std::array<StructureNames, 3>& structureNames() {
  static const std::array<StructureNames, 3> names{{
      {Structure::lvCavity, "LV cavity", "lv-cavity", "Blood pool of the left ventricle",
       ", papillary muscles included", codes::leftVentricle},
      {Structure::lvMyocardium, "LV myocardium", "lv-myocardium",
       "Myocardium of the left ventricle", ", papillary muscles excluded", codes::lvMyocardium},
      {Structure::rvCavity, "RV cavity", "rv-cavity", "Blood pool of the right ventricle", "",
       codes::rightVentricle},
  }};
  return names;
}

const std::string& releaseOf(const SaxAnalysis& analysis, Structure structure) {
  return analysis.package.release.at(static_cast<std::size_t>(structure));
}

std::string reservationOf(const SaxAnalysis& analysis, Structure structure) {
  const std::string& release = releaseOf(analysis, structure);
  const bool isTurnedOn = release == releasedBySite;
  if (release != "flag" && !isTurnedOn) return {};
  const std::string& evidence = analysis.package.evidence.at(static_cast<std::size_t>(structure));
  if (isExperimentalTask(analysis.task) && isTurnedOn) {
    return std::string(" Check with care: ") + experimentalNotice +
           "; reported because this site's configuration asks for it.";
  }
  return std::string(isTurnedOn
                         ? " Check with care: reported because this site's configuration asks for "
                           "it, the model package does not release this structure"
                         : " Check with care: the model package releases this structure with a "
                           "reservation") +
         (evidence.empty() ? std::string() : " (evidence: " + evidence + ")") + ".";
}

std::string sentenceOf(const SaxAnalysis& analysis, const StructureNames& names) {
  const auto at = static_cast<std::size_t>(names.structure);
  const bool isStated = analysis.package.papillaryMuscles.at(at) == PapillaryConvention::inCavity;
  return std::string(names.sentence) + (isStated ? names.papillaries : "");
}

bool isPresent(const SaxAnalysis& analysis, Structure structure, int phase) {
  for (int slice = 0; slice < analysis.labels.sliceCount; ++slice) {
    for (const std::uint8_t label : analysis.labels.frame(slice, phase)) {
      if (label == static_cast<std::uint8_t>(structure)) return true;
    }
  }
  return false;
}

KeySegment keySegment(const SaxAnalysis& analysis, const StructureNames& names,
                      bool isEndDiastole) {
  KeySegment segment;
  segment.structure = names.structure;
  segment.isEndDiastole = isEndDiastole;
  segment.phase = isEndDiastole ? analysis.endDiastolePhase : analysis.endSystolePhase;
  const bool isStill = analysis.isStill;
  segment.label = std::string(names.label) + (isStill ? "" : isEndDiastole ? " ED" : " ES");
  segment.kind = std::string(names.kind) + (isStill ? "" : isEndDiastole ? "-ed" : "-es");
  segment.type = names.type;
  segment.description =
      sentenceOf(analysis, names) +
      (isStill         ? "."
       : isEndDiastole ? ", end-diastole."
                       : ", end-systole.") +
      (isPresent(analysis, names.structure, segment.phase) ? "" : " Looked for, not found.") +
      reservationOf(analysis, names.structure);
  return segment;
}

bool holds(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

bool isReleased(const SaxAnalysis& analysis, Structure structure) {
  const std::string& release = releaseOf(analysis, structure);
  return release == "report" || release == "flag" || release == releasedBySite;
}

bool isReleased(const SaxAnalysis& analysis, const Measurement& measurement) {
  const std::string& id = measurement.id;
  if (id.starts_with("rv")) return isReleased(analysis, Structure::rvCavity);
  const bool isOfStill = id.starts_with("lge.") || id.starts_with("t1") || id.starts_with("t2") ||
                         id.starts_with("ecv.");
  if (isOfStill || holds(id, "mass") || holds(id, "wall") || holds(id, "myo")) {
    return isReleased(analysis, Structure::lvMyocardium) &&
           isReleased(analysis, Structure::lvCavity);
  }
  const bool isOfAtrium = id.starts_with("lax.la.") || id.starts_with("lax.ra.");
  if (isOfAtrium && analysis.package.release[atriaPlace] == "off") return false;
  if (id.starts_with("lv") || id.starts_with("lax.")) {
    return isReleased(analysis, Structure::lvCavity);
  }
  return true;
}

std::vector<KeySegment> keySegments(const SaxAnalysis& analysis) {
  std::vector<KeySegment> segments;
  for (const bool isEndDiastole : {true, false}) {
    if (analysis.isStill && !isEndDiastole) break;
    for (const StructureNames& names : structureNames()) {
      if (isReleased(analysis, names.structure)) {
        segments.push_back(keySegment(analysis, names, isEndDiastole));
      }
    }
  }
  return segments;
}

std::string trackingKeyOf(const KeySegment& segment) { return "tracking/" + segment.kind; }

std::vector<KeySegment> wholeCineSegments(const SaxAnalysis& analysis) {
  std::vector<KeySegment> segments;
  for (const StructureNames& names : structureNames()) {
    if (!isReleased(analysis, names.structure)) continue;
    KeySegment segment;
    segment.structure = names.structure;
    segment.label = names.label;
    segment.kind = std::string(names.kind) + "-cine";
    segment.type = names.type;
    segment.description =
        std::string(names.sentence) + ", every phase." + reservationOf(analysis, names.structure);
    segments.push_back(std::move(segment));
  }
  return segments;
}

void requireFit(const SeriesStack& source, const SaxAnalysis& analysis) {
  const ImageStack& stack = source.stack;
  const LabelStack& labels = analysis.labels;
  if (labels.rows != stack.rows || labels.columns != stack.columns ||
      labels.sliceCount != stack.sliceCount || labels.phaseCount != stack.phaseCount) {
    throw InputError("the labels do not lie on the grid of the images");
  }
  const auto isPhase = [&](int phase) { return phase >= 0 && phase < stack.phaseCount; };
  if (!isPhase(analysis.endDiastolePhase) || !isPhase(analysis.endSystolePhase) ||
      analysis.keySlice < 0 || analysis.keySlice >= stack.sliceCount) {
    throw InputError("the key phases or the key slice lie outside the stack");
  }
  for (const StackFrame& frame : stack.frames) {
    if (frame.sourceIndex >= source.sources.size()) {
      throw InputError("an image of the stack names no image of the source");
    }
  }
}

const SourceFrame& sourceOf(const SeriesStack& source, int slice, int phase) {
  return source.sources.at(source.stack.frame(slice, phase).sourceIndex);
}

std::string packageTitle(const PackageIdentity& package) {
  return package.version.empty() ? package.name : package.name + " " + package.version;
}

}  // namespace cmr
