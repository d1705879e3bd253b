// An image stack [slice][phase] with patient geometry and timing: what a series becomes once it
// is read, and the only form in which images reach the network and the measurements.
// Plain data, no DICOM and no LibTorch.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cmr {

struct Vec3 {
  double x = 0;
  double y = 0;
  double z = 0;
};

Vec3 operator+(Vec3 a, Vec3 b);
Vec3 operator-(Vec3 a, Vec3 b);
Vec3 operator*(Vec3 a, double s);
double dot(Vec3 a, Vec3 b);
Vec3 cross(Vec3 a, Vec3 b);
double norm(Vec3 a);

// Where a plane lies in the patient: DICOM LPS coordinates in mm (PS3.3 C.7.6.2.1.1).
struct PlaneGeometry {
  Vec3 originMm;               // centre of the first transmitted pixel (ImagePositionPatient)
  Vec3 rowDirection;           // unit vector along a row: direction of increasing column index
  Vec3 columnDirection;        // unit vector along a column: direction of increasing row index
  double columnSpacingMm = 0;  // distance between neighbouring columns (PixelSpacing[1])
  double rowSpacingMm = 0;     // distance between neighbouring rows (PixelSpacing[0])
};

Vec3 planeNormal(const PlaneGeometry& plane);
// Patient position of a point given in pixels, (0, 0) being the centre of the first pixel.
Vec3 pixelToPatient(const PlaneGeometry& plane, double column, double row);
struct PixelPosition {
  double column = 0;
  double row = 0;
  double offPlaneMm = 0;  // signed distance from the plane along its normal
};
PixelPosition patientToPixel(const PlaneGeometry& plane, Vec3 pointMm);

struct FrameTiming {
  std::optional<double> triggerTimeMs;  // after the R wave
  std::optional<double> inversionTimeMs;
  std::optional<double> echoTimeMs;
};

struct StackFrame {
  std::vector<float> pixels;  // rows * columns, row by row, rescale applied; a cine as it looks
  FrameTiming timing;
  std::size_t sourceIndex = 0;  // index into the list of source frames kept by the reader
};

enum class Sex { female, male, other };

struct PatientFacts {
  std::optional<Sex> sex;
  std::optional<double> ageYears;
  std::optional<double> heightM;
  std::optional<double> weightKg;
  // Stated, but no patient has it (a height of 178 m, a weight of 0 kg): used for nothing.
  std::optional<double> refusedHeightM;
  std::optional<double> refusedWeightKg;
};

// The place of a frame in a stack.
struct FrameKey {
  int slice;
  int phase;
};

// What the images of one slice say of the beats that it was taken over; nothing where they are
// silent or say what no heart does.
struct SliceBeats {
  std::optional<double> rrIntervalMs;   // as stated
  std::optional<double> heartRateBpm;   // as stated
  std::optional<double> triggerSpanMs;  // mean step of the trigger times, times the phases
};

struct ImageStack {
  int rows = 0;
  int columns = 0;
  int sliceCount = 0;
  int phaseCount = 0;
  std::vector<PlaneGeometry> planes;  // one per slice, ordered along the common normal
  std::vector<StackFrame> frames;     // frames[slice * phaseCount + phase]
  std::optional<double> rrIntervalMs;
  std::optional<double> heartRateBpm;
  std::string frameOfReferenceToken;  // equal tokens share one patient coordinate system
  std::string rescaleUnits;           // "" when unknown, "ms" for T1 and T2 maps
  PatientFacts patient;
  std::vector<SliceBeats> beats;  // one per slice; empty: nobody looked

  const StackFrame& frame(int slice, int phase) const;
  StackFrame& frame(int slice, int phase);
};

// Distances in mm between the centres of neighbouring slices, from positions (never from
// SliceThickness): sliceCount - 1 values; empty for a single slice.
std::vector<double> sliceDistancesMm(const ImageStack& stack);

}  // namespace cmr
