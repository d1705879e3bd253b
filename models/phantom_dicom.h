// A phantom's examination as DICOM files, with headers as the vendor's scanners write them, and the
// truth beside them.
//
// FOLDER/dicom/NN_DESCRIPTION/NNNN.dcm    MR Image Storage, Explicit VR Little Endian
// FOLDER/labels/NN_DESCRIPTION/NNNN.png   8-bit grey, same rows and columns: PhantomTissue
// FOLDER/truth.json                       what is true (see docs/phantoms.md)
#pragma once

#include <string>

#include "models/phantom_exam.h"

namespace cmr {

struct PhantomStudyOptions {
  bool seriesPerSlice =
      false;  // short-axis cine as one series for each slice, as Siemens often does
};

struct PhantomStudySummary {
  int series = 0;
  int instances = 0;
};

// A function of the exam alone: the same exam gives the same bytes. Throws ResourceError when a
// file cannot be written, InputError when the folder holds something already.
PhantomStudySummary writePhantomStudy(const PhantomExam& exam, const std::string& folder,
                                      const PhantomStudyOptions& options);

}  // namespace cmr
