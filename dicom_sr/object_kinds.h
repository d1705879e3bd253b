// The kinds of objects that we make, under the names that the job store, results.json, rules and
// the command line know them by.
#pragma once

#include <array>
#include <string_view>

#include "dicom_sr/produced_object.h"

namespace cmr {

struct ObjectKindNames {
  ObjectKind kind;
  std::string_view name;      // "resultPage": in the job store and in results.json
  std::string_view output;    // "SC": in rules (config/rule_file.h)
  std::string_view fileName;  // "page": what `cmr analyze` calls its file
};

inline constexpr std::array<ObjectKindNames, 11> objectKinds{
    {{ObjectKind::segmentation, "segmentation", "SEG", "segmentation"},
     {ObjectKind::structuredReport, "structuredReport", "SR", "report"},
     {ObjectKind::resultPage, "resultPage", "SC", "page"},
     {ObjectKind::document, "document", "PDF", "document"},
     {ObjectKind::contourCine, "contourCine", "CINE", "cine"},
     {ObjectKind::wallPage, "wallPage", "SC", "wall"},
     {ObjectKind::presentationState, "presentationState", "GSPS", "contours"},
     {ObjectKind::wholeCine, "wholeCine", "SEGCINE", "segmentation-cine"},
     {ObjectKind::parametricMap, "parametricMap", "MAP", "map"},
     {ObjectKind::studyReport, "studyReport", "SR", "study-report"},
     {ObjectKind::volumeReport, "volumeReport", "VOLUMES", "volumes"}}};

// Throws InputError for a number that is no kind.
const ObjectKindNames& namesOf(ObjectKind kind);

}  // namespace cmr
