// Report on volumes: TID 1500 in a Comprehensive SR as the other one, with the groups that have no
// outline. TID 1411 for what is one segment of one segmentation, TID 1501 for everything else.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <iterator>

#include "dicom_sr/codes.h"
#include "dicom_sr/content_items.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/number_groups.h"
#include "dicom_sr/phase_numbers.h"
#include "dicom_sr/report_codes.h"
#include "dicom_sr/report_comments.h"
#include "dicom_sr/report_parts.h"
#include "dicom_sr/segment_references.h"
#include "dicom_sr/series_report.h"
#include "dicom_sr/writers.h"

namespace cmr {
namespace {

using References = std::vector<SegmentReference>;

// Where a group's volume stands in the segmentations that are there.
References referencesOf(const NumberGroup& group, const References& all,
                        const std::vector<ProducedObject>& segmentations) {
  References found;
  std::copy_if(all.begin(), all.end(), std::back_inserter(found), [&](const auto& reference) {
    return reference.keySegment == group.segment &&
           std::any_of(segmentations.begin(), segmentations.end(), [&](const auto& one) {
             return one.SOPInstanceUID == reference.SOPInstanceUID;
           });
  });
  return found;
}

// TID 1411 wants exactly one segment, so that what lies in several segmentations, one for each
// slice that is a series of its own, is a TID 1501 that names them all as its sources. So is what
// lies in a single plane, which is no volume.
void addNumbers(DcmItem& measurements, const SeriesReport& report, const NumberGroup& group,
                const References& references) {
  const bool isVolume = references.size() == 1 && report.source.stack.sliceCount > 1;
  DcmItem& item = addGroup(measurements, report,
                           {isVolume ? "1411" : "1501", group.label, group.trackingKey,
                            group.finding ? &*group.finding : nullptr, group.timePoint});
  if (isVolume) {
    addSegmentItem(item, codes::referencedSegment, references.front());
    addUidItem(item, Relation::contains, codes::sourceSeries,
               references.front().sourceSeriesInstanceUID);
  }
  for (const Measurement* const measurement : group.measurements) {
    addMeasurement(item, report, *measurement);
  }
  if (isVolume) return;
  for (const SegmentReference& reference : references) {
    addSegmentItem(item, codes::source, reference);
  }
}

void addPhase(DcmItem& measurements, const SeriesReport& report,
              const std::vector<PhaseCurve>& curves, int phase) {
  const auto at = static_cast<std::size_t>(phase);
  if (std::none_of(curves.begin(), curves.end(),
                   [&](const PhaseCurve& curve) { return curve.values[at].has_value(); })) {
    return;
  }
  const std::string number = std::to_string(phase + 1);
  DcmItem& group = addGroup(
      measurements, report,
      {"1501", "Phase " + number + " of " + std::to_string(report.analysis.labels.phaseCount),
       "tracking/phase/" + number, nullptr, timePointOfPhase(report.analysis, phase)});
  for (const PhaseCurve& curve : curves) {
    if (!curve.values[at]) continue;
    DcmItem& num = addNumItem(group, curve.concept_, *curve.values[at], curve.unit);
    addCodeItem(num, Relation::hasConceptMod, codes::findingSite, *siteOf(*curve.of));
  }
}

void addMeasurements(DcmItem& root, const SeriesReport& report,
                     const std::vector<PhaseCurve>& curves,
                     const std::vector<ProducedObject>& segmentations) {
  const std::vector<NumberGroup> groups = numberGroups(report.analysis);
  if (groups.empty() && curves.empty()) return;
  DcmItem& measurements = addImagingMeasurements(root, report);
  const References all = segmentReferences(report.source, report.analysis, report.context);
  for (const NumberGroup& group : groups) {
    const References references = referencesOf(group, all, segmentations);
    if (group.measurements.empty() && references.empty()) continue;
    addNumbers(measurements, report, group, references);
  }
  for (int phase = 0; phase < report.analysis.labels.phaseCount; ++phase) {
    addPhase(measurements, report, curves, phase);
  }
}

std::vector<std::string> commentsOf(const SaxAnalysis& analysis,
                                    const std::vector<PhaseCurve>& curves) {
  std::vector<std::string> comments = reportComments(analysis);
  std::string which;
  for (const PhaseCurve& curve : curves) {
    which += (which.empty() ? "" : "; ") + curve.concept_.meaning + " as " + curve.of->label;
  }
  if (!which.empty()) {
    comments.push_back(
        "Numbers by phase are computed as follows and are no surer than that: " + which + ".");
  }
  return comments;
}

}  // namespace

ProducedObject writeVolumeReport(const SeriesStack& source, const SaxAnalysis& analysis,
                                 const OutputContext& context,
                                 const std::vector<ProducedObject>& segmentations) {
  requireFit(source, analysis);
  const ObjectIdentity identity{UID_ComprehensiveSRStorage,
                                outputUid(source, context, "volumes/instance"),
                                outputUid(source, context, "volumes/series"),
                                "SR",
                                "AI volumes for programs, not verified",
                                volumeReportSeriesNumber};
  const SeriesReport report{source, analysis, context};
  const std::vector<PhaseCurve> curves = phaseCurves(analysis);
  DcmDataset dataset;
  std::vector<std::string> notes = beginReport(dataset, report, identity, segmentations);
  addMeasurements(dataset, report, curves, segmentations);
  addComments(dataset, commentsOf(analysis, curves));
  return finishObject(dataset, ObjectKind::volumeReport, identity, std::move(notes));
}

}  // namespace cmr
