// A series of a phantom's examination as the reader would give it to the analysis, without a way
// through DICOM, and what is true of each of its pixels.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/image_stack.h"
#include "analysis/label_stack.h"
#include "models/phantom_exam.h"

namespace cmr {

struct PhantomStack {
  ImageStack stack;    // maps in "ms"; T2 preparations in echoTimeMs
  LabelStack tissues;  // values of PhantomTissue
  std::vector<std::vector<PhantomLandmark>> landmarks;  // by frame, as the stack has them
};

// withPixels: else all pixels are 0, which is all that a measurement from outlines needs.
PhantomStack acquireStack(const PhantomExam& exam, const ExamSeries& series, bool withPixels);

// Values of Structure, and of LongAxisStructure.
LabelStack shortAxisTruth(const LabelStack& tissues);
LabelStack longAxisTruth(const LabelStack& tissues);

}  // namespace cmr
