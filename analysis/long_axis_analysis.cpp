#include "analysis/long_axis_analysis.h"

#include <algorithm>
#include <array>
#include <utility>

#include "analysis/cardiac_timing.h"
#include "analysis/edge_contact.h"
#include "analysis/errors.h"
#include "analysis/evidence.h"
#include "analysis/label_regions.h"
#include "analysis/measurement_verdict.h"
#include "analysis/rhythm.h"
#include "analysis/sax_measurements.h"
#include "analysis/site_release.h"

namespace cmr {
namespace {

constexpr std::array chambers{LongAxisStructure::lvCavity, LongAxisStructure::lvMyocardium,
                              LongAxisStructure::rvCavity, LongAxisStructure::leftAtrium,
                              LongAxisStructure::rightAtrium};

double areaOf(const LabelStack& labels, int phase, LongAxisStructure chamber) {
  const auto frame = labels.frame(0, phase);
  return static_cast<double>(
      std::count(frame.begin(), frame.end(), static_cast<std::uint8_t>(chamber)));
}

void findKeyPhases(const LabelStack& labels, SaxAnalysis& result) {
  double largest = -1;
  double smallest = -1;
  for (int phase = 0; phase < labels.phaseCount; ++phase) {
    const double area = areaOf(labels, phase, LongAxisStructure::lvCavity);
    if (area > largest) {
      largest = area;
      result.endDiastolePhase = phase;
    }
    if (smallest < 0 || area < smallest) {
      smallest = area;
      result.endSystolePhase = phase;
    }
  }
}

std::vector<double> volumeCurve(const ImageStack& stack, const LabelStack& labels) {
  std::vector<double> curve;
  for (int phase = 0; phase < labels.phaseCount; ++phase) {
    const auto shape = chamberShape(stack.planes.at(0), labels.frame(0, phase), labels.rows,
                                    labels.columns, LongAxisStructure::lvCavity);
    if (!shape) return {};
    curve.push_back(discsMl(*shape));
  }
  return curve;
}

bool isTurnedOn(const PackageIdentity& release) {
  return std::find(release.release.begin(), release.release.end(), releasedBySite) !=
         release.release.end();
}

bool areAtriaReleased(const PackageIdentity& release) {
  return release.release[atriaPlace] != "off";
}

bool isOfAtrium(const Measurement& m) {
  return m.id.rfind("lax.la", 0) == 0 || m.id.rfind("lax.ra", 0) == 0;
}

// Why what is released is doubted all the same; empty: no reason. Of what numbers are made of:
// where the base of the ventricle lies depends on the atrium as well.
std::string reservation(const PackageIdentity& release) {
  if (isTurnedOn(release)) return std::string("The outlines are ") + experimentalNotice + ".";
  std::string found;
  for (const std::size_t at : {static_cast<std::size_t>(Structure::lvCavity), atriaPlace}) {
    if (release.release[at] == "off") continue;
    const std::string& evidence = release.evidence[at];
    if (evidence == "phantom") return "The model learned the chambers from synthetic images only.";
    if (evidence == nonExpertEvidence) {
      found =
          "The model learned the chambers from a few outlines of a non-expert; no expert has "
          "checked it.";
    } else if (release.release[at] == "flag" && found.empty()) {
      found = "The model package releases the chambers of the long axis with reservation.";
    }
  }
  return found;
}

void applyRelease(std::vector<Measurement>& all, const PackageIdentity& release) {
  const std::string doubt = reservation(release);
  for (Measurement& m : all) {
    if (isUnreleased(release, Structure::lvCavity)) {
      m.reason.clear();  // whatever else there is to say, this comes first
      worsen(m, Quality::unmeasurable, whyUnreleased(release, Structure::lvCavity));
      m.sourceFrames.clear();
    } else if (isOfAtrium(m) && !areAtriaReleased(release)) {
      m.reason.clear();
      worsen(m, Quality::unmeasurable, "The model package does not release the atria.");
      m.sourceFrames.clear();
    } else if (!doubt.empty()) {
      worsen(m, Quality::uncertain, doubt);
    }
  }
}

// What pictures and segmentation show: the ventricles that are released.
LabelStack shownLabels(LabelStack labels, const PackageIdentity& release) {
  for (std::uint8_t& label : labels.labels) {
    const bool isVentricle = label <= static_cast<std::uint8_t>(LongAxisStructure::rvCavity);
    if (!isVentricle || isUnreleased(release, static_cast<Structure>(label))) label = 0;
  }
  return labels;
}

struct CutChamber {
  LongAxisStructure label;
  const char* name;
  std::vector<const char*> ids;  // how those of its numbers begin
};

const CutChamber cutChambers[] = {
    {LongAxisStructure::lvCavity, "left ventricle's cavity", {"lax.lv", "lax.gls"}},
    {LongAxisStructure::lvMyocardium, "left ventricle's myocardium", {"lax.gls"}},
    {LongAxisStructure::rvCavity, "right ventricle", {}},
    {LongAxisStructure::leftAtrium, "left atrium", {"lax.la"}},
    {LongAxisStructure::rightAtrium, "right atrium", {"lax.ra"}}};

bool isReleased(const PackageIdentity& release, LongAxisStructure chamber) {
  if (chamber > LongAxisStructure::rvCavity) return areAtriaReleased(release);
  return !isUnreleased(release, static_cast<Structure>(chamber));
}

void doubtWhatIsCut(const LabelStack& labels, const std::vector<PixelWindow>& seen,
                    const PackageIdentity& release, SaxAnalysis& result) {
  for (const CutChamber& chamber : cutChambers) {
    if (!isReleased(release, chamber.label)) continue;
    const EdgeContact contact = edgeContact(labels, seen, static_cast<std::uint8_t>(chamber.label));
    for (const bool isOfCrop : {false, true}) {
      const std::vector<int>& slices = isOfCrop ? contact.ofCrop : contact.ofImage;
      if (slices.empty()) continue;
      const std::string text = saidOfEdge(chamber.name, slices, labels.sliceCount, isOfCrop);
      result.flags.push_back({Severity::warning, isOfCrop ? cutByCrop : cutByImage, text});
      for (Measurement& m : result.measurements) {
        const bool isMeant =
            std::any_of(chamber.ids.begin(), chamber.ids.end(),
                        [&](const char* start) { return m.id.rfind(start, 0) == 0; });
        if (m.value && isMeant) worsen(m, Quality::uncertain, text);
      }
    }
  }
}

}  // namespace

int keepLargestParts(LabelStack& labels) {
  int changed = 0;
  for (int phase = 0; phase < labels.phaseCount; ++phase) {
    const auto frame = labels.frame(0, phase);
    bool isChanged = false;
    for (const LongAxisStructure chamber : chambers) {
      const std::vector<Region> parts = connectedRegions(
          pixelsOf(frame, labels.rows, labels.columns, static_cast<std::uint8_t>(chamber)));
      for (std::size_t i = 1; i < parts.size(); ++i) {
        for (const std::size_t pixel : parts[i].pixels) frame[pixel] = 0;
        isChanged = true;
      }
    }
    changed += isChanged ? 1 : 0;
  }
  return changed;
}

std::string longAxisName(const std::string& view) {
  return view == "2ch" ? "two-chamber" : "four-chamber";
}

SaxAnalysis analyzeLongAxis(const ImageStack& stack, const std::string& view,
                            const PackageIdentity& release, FrameSegmenter& segmenter,
                            const ProgressCallback& progress) {
  if (stack.sliceCount != 1) throw InputError("the series is a stack of several long axes");
  if (stack.phaseCount < 2) throw InputError("the series is no cine: it has a single phase");
  progress(0.05, "segmentation");
  Segmentation raw = segmenter.segmentLongAxis(stack);
  progress(0.95, "measurement");
  const int repaired = keepLargestParts(raw.labels);
  SaxAnalysis result;
  result.task = "seg_cine_lax";
  result.longAxisView = view;
  result.package = release;
  result.firstLook = raw.firstLook;
  result.pathology = raw.cropAnswers;
  result.phaseTimesMs = phaseTimesMs(stack);
  findKeyPhases(raw.labels, result);
  result.lvVolumeMl = volumeCurve(stack, raw.labels);
  if (isTurnedOn(release)) {
    result.flags.push_back(
        {Severity::warning, "experimental",
         std::string("These outlines and numbers are ") + experimentalNotice + "."});
  } else if (!isUnreleased(release, Structure::lvCavity) && !reservation(release).empty()) {
    result.flags.push_back({Severity::warning, "reservation", reservation(release)});
  }
  result.flags.push_back({Severity::note, "one-plane",
                          "Volumes of one plane take the chamber to be round about its axis; two "
                          "planes or a short-axis stack measure them better."});
  if (repaired > 0) {
    result.flags.push_back({Severity::note, "parts-removed",
                            "Parts apart from a chamber were removed from " +
                                std::to_string(repaired) +
                                (repaired == 1 ? " image." : " images.")});
  }
  const LongAxisView seen{&stack, &raw.labels};
  result.measurements = view == "2ch" ? longAxisMeasurements(seen, std::nullopt)
                                      : longAxisMeasurements(std::nullopt, seen);
  applyRelease(result.measurements, release);
  doubtWhatIsCut(raw.labels, raw.seen, release, result);
  const Rhythm rhythm = examineRhythm(stack);
  doubtForRhythm(rhythm, result.measurements);
  if (rhythm.contradictory) result.flags.push_back(*rhythm.contradictory);
  if (!isUnreleased(release, Structure::lvCavity)) {
    result.leftVentricle = chamberCycle(seen, LongAxisStructure::lvCavity);
    if (areAtriaReleased(release)) {
      result.leftAtrium = chamberCycle(seen, LongAxisStructure::leftAtrium);
    }
  }
  result.labels = shownLabels(std::move(raw.labels), release);
  progress(1, "done");
  return result;
}

}  // namespace cmr
