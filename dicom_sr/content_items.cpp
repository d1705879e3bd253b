#include "dicom_sr/content_items.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include "analysis/errors.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/segment_references.h"
#include "dicom_sr/write_dataset.h"

namespace cmr {
namespace {

constexpr std::size_t maxText = 4096;

const char* nameOf(Relation relation) {
  switch (relation) {
    case Relation::contains:
      return "CONTAINS";
    case Relation::hasConceptMod:
      return "HAS CONCEPT MOD";
    case Relation::hasObsContext:
      return "HAS OBS CONTEXT";
    case Relation::hasAcqContext:
      return "HAS ACQ CONTEXT";
    case Relation::selectedFrom:
      return "SELECTED FROM";
  }
  return "";
}

DcmItem& addContent(DcmItem& parent, Relation relation, const char* valueType, const Code* name) {
  DcmItem& item = addItem(parent, DCM_ContentSequence);
  putText(item, DCM_RelationshipType, nameOf(relation));
  putText(item, DCM_ValueType, valueType);
  if (name != nullptr) addCode(item, DCM_ConceptNameCodeSequence, *name);
  return item;
}

}  // namespace

DcmItem& addContainer(DcmItem& parent, const Code& name) {
  DcmItem& item = addContent(parent, Relation::contains, "CONTAINER", &name);
  putText(item, DCM_ContinuityOfContent, "SEPARATE");
  return item;
}

DcmItem& addTextItem(DcmItem& parent, Relation relation, const Code& name,
                     const std::string& text) {
  DcmItem& item = addContent(parent, relation, "TEXT", &name);
  const std::string plain = plainText(text, maxText);
  putText(item, DCM_TextValue, plain.empty() ? "none" : plain);  // type 1
  return item;
}

DcmItem& addCodeItem(DcmItem& parent, Relation relation, const Code& name, const Code& value) {
  DcmItem& item = addContent(parent, relation, "CODE", &name);
  addCode(item, DCM_ConceptCodeSequence, value);
  return item;
}

DcmItem& addUidItem(DcmItem& parent, Relation relation, const Code& name, const std::string& uid) {
  DcmItem& item = addContent(parent, relation, "UIDREF", &name);
  putText(item, DCM_UID, uid);
  return item;
}

DcmItem& addImageItem(DcmItem& parent, Relation relation, const Code* name,
                      const SourceFrame& image) {
  DcmItem& item = addContent(parent, relation, "IMAGE", name);
  addImageReference(item, DCM_ReferencedSOPSequence, image);
  return item;
}

DcmItem& addSegmentItem(DcmItem& parent, const Code& name, const SegmentReference& segment) {
  SourceFrame image;
  image.SOPClassUID = UID_SegmentationStorage;
  image.SOPInstanceUID = segment.SOPInstanceUID;
  DcmItem& item = addContent(parent, Relation::contains, "IMAGE", &name);
  putUint16(addImageReference(item, DCM_ReferencedSOPSequence, image), DCM_ReferencedSegmentNumber,
            static_cast<unsigned>(segment.segmentNumber));
  return item;
}

DcmItem& addPolylineItem(DcmItem& parent, const Code& name,
                         const std::vector<float>& columnsAndRows) {
  DcmItem& item = addContent(parent, Relation::contains, "SCOORD", &name);
  putText(item, DCM_GraphicType, "POLYLINE");
  if (item.putAndInsertFloat32Array(DCM_GraphicData, columnsAndRows.data(), columnsAndRows.size())
          .bad()) {
    throw Error("DCMTK refuses the points of a contour");
  }
  return item;
}

DcmItem& addNumItem(DcmItem& parent, const Code& name, double value, const Code& unit) {
  DcmItem& item = addContent(parent, Relation::contains, "NUM", &name);
  DcmItem& measured = addItem(item, DCM_MeasuredValueSequence);
  putText(measured, DCM_NumericValue, decimalString(value));
  addCode(measured, DCM_MeasurementUnitsCodeSequence, unit);
  return item;
}

void putTemplate(DcmItem& container, const std::string& templateId) {
  DcmItem& item = addItem(container, DCM_ContentTemplateSequence);
  putText(item, DCM_MappingResource, "DCMR");
  putText(item, DCM_TemplateIdentifier, templateId);
}

}  // namespace cmr
