// A whole examination of one phantom: which series are acquired, frame by frame, with what
// settings. Frames are drawn when asked for, so that an examination needs no memory of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/phantom_body.h"
#include "models/phantom_image.h"
#include "models/phantom_landmarks.h"

namespace cmr {

enum class PhantomVendor { siemens, ge, philips };
std::string vendorName(PhantomVendor vendor);         // "siemens", ...
PhantomVendor vendorByName(const std::string& name);  // throws InputError naming the choices

struct ExamFramePlan {
  ViewPlane view;
  int slice = 0;
  int phaseIndex = 0;
  double phase = 0;  // of the cardiac cycle
  double triggerMs = 0;
  SequenceSettings settings;
};

struct ExamSeries {
  std::string description;
  PhantomView view = PhantomView::sax;
  PhantomSequence sequence = PhantomSequence::cine;
  int rows = 256;
  int columns = 256;
  int sliceCount = 1;
  int phaseCount = 1;
  double sliceDistanceMm = 8;
  PhantomLook look;
  std::vector<ExamFramePlan> frames;  // in the order in which the vendor numbers them
};

struct PhantomExam {
  std::uint64_t seed = 0;
  PhantomVendor vendor = PhantomVendor::siemens;
  double fieldTesla = 1.5;
  double beatMs = 900;
  PhantomBody body;
  TissueTable tissues;
  std::vector<ExamSeries> series;
};

// Localizer, long- and short-axis cine, native T1 map with its inversion images, T2 map, late
// enhancement (Siemens and Philips phase-sensitive, GE magnitude), flow in the aorta.
PhantomExam planExam(std::uint64_t seed, PhantomDisease disease, PhantomVendor vendor);

struct ExamFrame {
  std::vector<std::uint16_t> pixels;  // stored values
  std::vector<std::uint8_t> tissues;
  std::vector<PhantomLandmark> landmarks;
};
ExamFrame acquireFrame(const PhantomExam& exam, const ExamSeries& series, std::size_t frame);
// The same without the picture, which takes most of the time: pixels stay empty.
ExamFrame cutFrame(const PhantomExam& exam, const ExamSeries& series, std::size_t frame);

}  // namespace cmr
