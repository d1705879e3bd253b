#include "analysis/still_analysis.h"

#include <algorithm>

#include "analysis/edge_contact.h"
#include "analysis/errors.h"
#include "analysis/plausibility.h"
#include "analysis/sax_measurements.h"
#include "analysis/septum_from_labels.h"
#include "analysis/site_release.h"
#include "analysis/volumes.h"
#include "analysis/wall_pixels.h"

namespace cmr {
namespace {

int largestCavity(const ImageStack& stack, const LabelStack& labels) {
  int best = labels.sliceCount / 2;
  double largest = 0;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    const double area = labelAreaMm2(stack, labels, slice, 0, Structure::lvCavity);
    if (area <= largest) continue;
    largest = area;
    best = slice;
  }
  return best;
}

void leaveOutUnreleased(SaxAnalysis& result) {
  for (const Structure structure :
       {Structure::lvCavity, Structure::lvMyocardium, Structure::rvCavity}) {
    if (!isUnreleased(result.package, structure)) continue;
    std::replace(result.labels.labels.begin(), result.labels.labels.end(),
                 static_cast<std::uint8_t>(structure),
                 static_cast<std::uint8_t>(Structure::background));
  }
}

}  // namespace

bool isAnythingReleased(const PackageIdentity& release) {
  return std::any_of(release.release.begin() + 1, release.release.end(),
                     [](const std::string& one) { return one != "off"; });
}

SaxAnalysis analyzeStill(const ImageStack& stack, const std::string& task,
                         const StillContent& content, const PackageIdentity& release,
                         FrameSegmenter& segmenter) {
  if (stack.phaseCount != 1) throw InputError("the series has several images at each place");
  const Segmentation raw = segmenter.segmentStill(stack, task, content.sequence);
  PlausibleLabels plausible = makePlausible(stack, raw);
  for (const Finding& cut : checkEdges(plausible.labels, raw.seen)) {
    plausible.findings.push_back(cut);
  }
  SaxAnalysis result;
  result.task = task;
  result.isStill = true;
  result.stillWords = wordsOf(content);
  result.labels = std::move(plausible.labels);
  result.keySlice = largestCavity(stack, result.labels);
  result.firstLook = raw.firstLook;
  result.pathology = raw.cropAnswers;
  result.package = release;
  if (std::find(release.release.begin(), release.release.end(), releasedBySite) !=
      release.release.end()) {
    result.flags.push_back(
        {Severity::warning, "experimental",
         std::string("These outlines and numbers are ") + experimentalNotice + "."});
  }
  for (const Finding& finding : plausible.findings) {
    if (!isUnreleased(release, finding.about)) result.flags.push_back(finding.flag);
  }
  result.septum = septumFromLabels(stack, result.labels, 0);
  result.measurements =
      measureStill(stack, result.labels, content, result.septum, plausible.findings, release);
  leaveOutUnreleased(result);
  if (content.sequence == "lge") {
    result.enhancedPixels =
        lgeExtent(stack, result.labels, wallPixels(stack, result.labels, 0, result.septum),
                  content.lge, LgeMethod::fiveSd)
            .enhancedPixels;
  }
  return result;
}

}  // namespace cmr
