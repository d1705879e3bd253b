// What the reports on one series have in common: everything before the measurements, the head of a
// measurement group, and a number in it.
#pragma once

#include <string>
#include <vector>

#include "analysis/sax_analysis.h"
#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"
#include "dicom_sr/write_header.h"

namespace cmr {

struct SeriesReport {
  const SeriesStack& source;
  const SaxAnalysis& analysis;
  const OutputContext& context;
};

// Patient, study, header, evidence, context and image library: the images of both key phases and
// whatever else a number was computed from. Returns the values of the source that could not be
// copied.
std::vector<std::string> beginReport(DcmDataset& dataset, const SeriesReport& report,
                                     const ObjectIdentity& identity,
                                     const std::vector<ProducedObject>& segmentations);

// The container of all measurement groups, with the program behind them.
DcmItem& addImagingMeasurements(DcmItem& root, const SeriesReport& report);

struct GroupHead {
  std::string templateId;   // "1410"
  std::string label;        // the tracking identifier
  std::string trackingKey;  // under which outputUid gives the tracking UID
  const Code* finding = nullptr;
  std::string timePoint;  // empty where there is none
};

DcmItem& addGroup(DcmItem& measurements, const SeriesReport& report, const GroupHead& head);

// "End-diastole", "End-systole".
const char* timePointOf(bool isEndDiastole);

// What the number is of, where that is a structure.
const Code* siteOf(const Measurement& measurement);

// Only what has a value: viewers stumble over a NUM without one (OHIF reads its unit all the same),
// so what could not be measured is said in words, with the reason, among the evaluations.
void addMeasurement(DcmItem& group, const SeriesReport& report, const Measurement& measurement);

}  // namespace cmr
