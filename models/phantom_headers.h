// One phantom frame as an MR Image Storage instance (PS3.3 A.4), its header as Siemens, GE or
// Philips write it: the values and habits that sorting and routing meet in real archives.
#pragma once

#include <string>

#include "models/phantom_exam.h"

namespace cmr {

struct FrameIdentity {
  std::string StudyInstanceUID;
  std::string SeriesInstanceUID;
  std::string SOPInstanceUID;
  std::string FrameOfReferenceUID;
  std::string description;
  int seriesNumber = 1;
  int instanceNumber = 1;
};

// A part-10 file in Explicit VR Little Endian.
std::string encodePhantomFrame(const PhantomExam& exam, const ExamSeries& series,
                               const ExamFramePlan& plan, const ExamFrame& frame,
                               const FrameIdentity& ids);

}  // namespace cmr
