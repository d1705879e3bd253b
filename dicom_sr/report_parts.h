// What all our measurement reports (TID 1500, PS3.16) have in common.
#pragma once

#include <string>
#include <vector>

#include "dicom_sr/source.h"

class DcmDataset;
class DcmItem;

namespace cmr {

// Completion, verification, title and template of the document (PS3.3 C.17.2), without evidence.
void putReportDocument(DcmDataset& dataset);

// Our own codes, where no standard has one (PS3.3 C.12.1.1.6).
void putOwnCodingScheme(DcmDataset& dataset);

// Language, observer and procedure. package: title of the model package behind the numbers.
void addReportContext(DcmItem& root, const std::string& package);

// TID 1600. Nothing without images.
void addImageLibrary(DcmItem& root, const std::vector<SourceFrame>& images);

// What is said in words, one comment each.
void addComments(DcmItem& root, const std::vector<std::string>& comments);

}  // namespace cmr
