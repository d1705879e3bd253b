#include "analysis/still_measurements.h"

#include <algorithm>

#include "analysis/measurement_verdict.h"
#include "analysis/sax_measurements.h"
#include "analysis/site_release.h"

namespace cmr {
namespace {

bool isExperimental(const PackageIdentity& release, Structure structure) {
  const auto at = static_cast<std::size_t>(structure);
  return release.release.at(at) == releasedBySite || release.evidence.at(at) == "phantom";
}

void applyRelease(Measurement& m, const PackageIdentity& release) {
  for (const Structure structure : {Structure::lvCavity, Structure::lvMyocardium}) {
    if (isUnreleased(release, structure)) {
      m.reason.clear();  // whatever else there is to say, this comes first
      worsen(m, Quality::unmeasurable, whyUnreleased(release, structure));
      m.sourceFrames.clear();
      return;
    }
  }
  if (isExperimental(release, Structure::lvCavity) ||
      isExperimental(release, Structure::lvMyocardium)) {
    worsen(m, Quality::uncertain, std::string("The outlines are ") + experimentalNotice + ".");
  }
}

void applyFindings(Measurement& m, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.flag.severity == Severity::note) continue;
    if (finding.doubtsLv || finding.doubtsMyocardium) {
      worsen(m, Quality::uncertain, finding.flag.text);
    }
  }
}

}  // namespace

std::string wordsOf(const StillContent& content) {
  if (content.sequence == "lge") {
    return content.lge == LgeImage::phaseSensitive ? "phase-sensitive late enhancement"
           : content.lge == LgeImage::magnitude    ? "late enhancement, magnitude images"
                                                   : "late enhancement";
  }
  switch (content.map) {
    case MapKind::t1Native:
      return "native T1 map";
    case MapKind::t1AfterContrast:
      return "T1 map after contrast agent";
    case MapKind::t1:
      return "T1 map";
    case MapKind::t2:
      break;
  }
  return "T2 map";
}

std::vector<Measurement> measureStill(const ImageStack& stack, const LabelStack& labels,
                                      const StillContent& content,
                                      const std::vector<std::optional<SeptumDirections>>& septum,
                                      const std::vector<Finding>& findings,
                                      const PackageIdentity& release) {
  std::vector<Measurement> all = content.sequence == "lge"
                                     ? lgeMeasurements(stack, labels, septum, content.lge)
                                     : mapMeasurements(stack, labels, content.map, septum);
  for (Measurement& m : all) {
    if (content.sequence != "lge" && content.map == MapKind::t1) {
      worsen(m, Quality::uncertain,
             "The header does not say whether contrast agent had been given.");
    }
    applyFindings(m, findings);
    applyRelease(m, release);
  }
  return all;
}

}  // namespace cmr
