// Writers of the objects a short-axis analysis becomes. Each returns the finished file and
// throws InputError when the analysis does not fit the source, Error when DCMTK refuses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/sax_analysis.h"
#include "dicom_sr/own_output.h"
#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"

namespace cmr {

// Pixels of a picture page, 8-bit RGB, row by row.
struct RgbImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;
};

// BINARY segmentation with six segments: LV cavity, LV myocardium, RV cavity at ED and at ES.
// A stack stored as one series per slice gives one SEG per source series (ReferencedSeriesSequence
// holds exactly one item), hence a list.
std::vector<ProducedObject> writeSegmentation(const SeriesStack& source,
                                              const SaxAnalysis& analysis,
                                              const OutputContext& context);

// The same structures at every phase, one segment each, with the phase as a third dimension. For
// programs: viewers that match by position mix the phases up.
std::vector<ProducedObject> writeWholeCineSegmentation(const SeriesStack& source,
                                                       const SaxAnalysis& analysis,
                                                       const OutputContext& context);

// TID 1500 Comprehensive SR; every group is a TID 1410 planar group with a POLYLINE.
ProducedObject writeStructuredReport(const SeriesStack& source, const SaxAnalysis& analysis,
                                     const OutputContext& context,
                                     const std::vector<ProducedObject>& segmentations);

// The same kind of document in a series of its own, with the groups that no viewer draws: TID 1411
// of each segment, TID 1501 of function, wall, AHA segments and every phase.
ProducedObject writeVolumeReport(const SeriesStack& source, const SaxAnalysis& analysis,
                                 const OutputContext& context,
                                 const std::vector<ProducedObject>& segmentations);

// Secondary capture of the result page.
ProducedObject writeResultPage(const SeriesStack& source, RgbImage page,
                               const OutputContext& context);

// What the page says it is, by the task.
const char* resultPageTitle(const SaxAnalysis& analysis);

// One sheet of A4 as Encapsulated PDF: PS3.3 A.45.1.
ProducedObject writeDocument(const SeriesStack& source, const std::string& pdf,
                             const std::string& title, const OutputContext& context);

// The PDF inside an object that writeDocument made. Throws InputError when there is none.
std::string pdfIn(const ProducedObject& document);

// Draws the result page: contours at ED and ES, the volume curve, the numbers, provenance.
RgbImage drawResultPage(const SeriesStack& source, const SaxAnalysis& analysis,
                        const OutputContext& context);

// The same page as PDF, on white.
std::string drawResultPdf(const SeriesStack& source, const SaxAnalysis& analysis,
                          const OutputContext& context);

}  // namespace cmr
