#include "analysis/sax_measurements.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "analysis/evidence.h"
#include "analysis/measurement_verdict.h"
#include "analysis/site_release.h"
#include "analysis/ventricle_measurements.h"
#include "analysis/wall_segments.h"

namespace cmr {
namespace {

// "right ventricle", as sentences name it.
std::string wordsOf(Structure structure) {
  switch (structure) {
    case Structure::lvCavity:
      return "left ventricle's cavity";
    case Structure::lvMyocardium:
      return "left ventricle's myocardium";
    case Structure::rvCavity:
      return "right ventricle";
    case Structure::background:
      break;
  }
  return "heart";
}

void applyRelease(Measurement& m, const PackageIdentity& package, Structure structure) {
  const auto at = static_cast<std::size_t>(structure);
  if (isUnreleased(package, structure)) {
    m.reason.clear();  // whatever else there is to say, this comes first
    worsen(m, Quality::unmeasurable, whyUnreleased(package, structure));
    m.sourceFrames.clear();
  } else if (package.release[at] == releasedBySite) {
    worsen(m, Quality::uncertain,
           "Reported because this site's configuration asks for it. " +
               whyUnreleased(package, structure));
  } else if (package.evidence[at] == "phantom") {
    worsen(m, Quality::uncertain,
           "The model learned the " + wordsOf(structure) + " from synthetic images only.");
  } else if (package.evidence[at] == nonExpertEvidence) {
    worsen(m, Quality::uncertain,
           "The model learned the " + wordsOf(structure) +
               " from a few outlines of a non-expert; no expert has checked it.");
  } else if (package.release[at] == "flag") {
    worsen(m, Quality::uncertain,
           "The model package releases the " + wordsOf(structure) + " with reservation.");
  }
}

void applyFindings(Measurement& m, const std::vector<Finding>& findings, bool Finding::*doubt) {
  for (const Finding& finding : findings) {
    if (finding.*doubt && finding.flag.severity != Severity::note) {
      worsen(m, Quality::uncertain, finding.flag.text);
    }
  }
}

bool Finding::*doubtOf(Structure structure) {
  return structure == Structure::lvCavity       ? &Finding::doubtsLv
         : structure == Structure::lvMyocardium ? &Finding::doubtsMyocardium
                                                : &Finding::doubtsRv;
}

}  // namespace

bool isUnreleased(const PackageIdentity& package, Structure structure) {
  return structure != Structure::background &&
         package.release[static_cast<std::size_t>(structure)] == "off";
}

std::string whyUnreleased(const PackageIdentity& package, Structure structure) {
  const std::string& evidence = package.evidence[static_cast<std::size_t>(structure)];
  return "The model package does not release the " + wordsOf(structure) +
         (evidence == "phantom"           ? ": it was learned from synthetic images only."
          : evidence == nonExpertEvidence ? ": it was learned from a few outlines of a non-expert, "
                                            "and no expert has checked it."
                                          : ".");
}

std::vector<Measurement> measureExperimental(const MeasuredSeries& series,
                                             const std::vector<Finding>& findings,
                                             Structure structure) {
  std::vector<Measurement> all = measureStructure(series, structure);
  for (Measurement& m : all) {
    worsen(m, Quality::uncertain, whyUnreleased(series.package, structure));
    applyFindings(m, findings, doubtOf(structure));
  }
  return all;
}

std::vector<Measurement> measureSax(const MeasuredSeries& series,
                                    const std::vector<Finding>& findings) {
  std::vector<Finding> said;
  std::copy_if(
      findings.begin(), findings.end(), std::back_inserter(said),
      [&](const Finding& finding) { return !isUnreleased(series.package, finding.about); });
  std::vector<Measurement> all;
  for (const Structure structure :
       {Structure::lvCavity, Structure::lvMyocardium, Structure::rvCavity, Structure::background}) {
    for (Measurement& m : measureStructure(series, structure)) {
      if (structure == Structure::background) {
        all.push_back(std::move(m));
        continue;
      }
      applyRelease(m, series.package, structure);
      applyFindings(m, said, doubtOf(structure));
      if (isWallSegment(m)) {
        applyRelease(m, series.package, Structure::rvCavity);
        applyFindings(m, said, &Finding::doubtsRv);
      }
      all.push_back(std::move(m));
    }
  }
  return all;
}

}  // namespace cmr
