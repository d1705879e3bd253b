// The structures that reach a patient's record: which ones the package releases, at which of the
// two key phases, under which names and tracking identifiers. Segmentation and report agree on
// them through this list alone.
#pragma once

#include <string>
#include <vector>

#include "analysis/sax_analysis.h"
#include "dicom_sr/source.h"

namespace cmr {

struct KeySegment {
  Structure structure = Structure::background;
  int phase = 0;
  bool isEndDiastole = true;  // of a still series: the only moment that there is
  std::string label;          // "LV cavity ED"
  std::string kind;           // "lv-cavity-ed": stable, part of tracking UIDs
  std::string description;    // one sentence, with the package's reservation where it has one
  Code type;                  // segmented property type, also the finding of the report
};

// LV cavity, LV myocardium and RV cavity at ED, then the same at ES. Structures whose release is
// neither "report" nor "flag" nor "site" are left out: what was never shown to work reaches no
// patient unless the site asks for it.
std::vector<KeySegment> keySegments(const SaxAnalysis& analysis);

// Of outputUid: the segment's tracking UID, the same in segmentation and reports.
std::string trackingKeyOf(const KeySegment& segment);

// The same structures once each, for every phase: of a segmentation of the whole cine.
std::vector<KeySegment> wholeCineSegments(const SaxAnalysis& analysis);

bool isReleased(const SaxAnalysis& analysis, Structure structure);

// Whether a measurement may be reported, judged by the structures it was computed from: "rv.*"
// from the RV, "*.mass*", wall measures, late enhancement and relaxation times from cavity and
// myocardium, other "lv.*" from the LV
// cavity; whatever is named otherwise belongs to no structure and always may.
bool isReleased(const SaxAnalysis& analysis, const Measurement& measurement);

// Throws InputError when labels, phases or slices do not fit the stack.
void requireFit(const SeriesStack& source, const SaxAnalysis& analysis);

// The image of a slice and phase as it stands in the source.
const SourceFrame& sourceOf(const SeriesStack& source, int slice, int phase);

// Name and version of the package as our objects give it: "starter 1.0.0".
std::string packageTitle(const PackageIdentity& package);

}  // namespace cmr
