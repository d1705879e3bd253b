// Content items of structured reports (PS3.3 C.17.3), written directly into datasets: DCMTK's SR
// classes refuse the identifiers that real series carry.
#pragma once

#include <string>
#include <vector>

#include "analysis/measurement.h"
#include "dicom_sr/source.h"

class DcmItem;

namespace cmr {

struct SegmentReference;

enum class Relation { contains, hasConceptMod, hasObsContext, hasAcqContext, selectedFrom };

// Each appends one item to the parent's Content Sequence and returns it.
DcmItem& addContainer(DcmItem& parent, const Code& name);
DcmItem& addTextItem(DcmItem& parent, Relation relation, const Code& name, const std::string& text);
DcmItem& addCodeItem(DcmItem& parent, Relation relation, const Code& name, const Code& value);
DcmItem& addUidItem(DcmItem& parent, Relation relation, const Code& name, const std::string& uid);
DcmItem& addImageItem(DcmItem& parent, Relation relation, const Code* name,
                      const SourceFrame& image);
// Of one segment of a segmentation.
DcmItem& addSegmentItem(DcmItem& parent, const Code& name, const SegmentReference& segment);
// Closed polyline in image coordinates: (0, 0) is the outer corner of the first pixel
// (PS3.3 C.18.6.1.2).
DcmItem& addPolylineItem(DcmItem& parent, const Code& name,
                         const std::vector<float>& columnsAndRows);
DcmItem& addNumItem(DcmItem& parent, const Code& name, double value, const Code& unit);

// "DCMR" and the number of the template that a container follows (PS3.3 C.18.8).
void putTemplate(DcmItem& container, const std::string& templateId);

}  // namespace cmr
