#include "models/phantom_headers.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "analysis/errors.h"
#include "dicom_sr/write_dataset.h"

namespace cmr {
namespace {

using S = PhantomSequence;

bool beats(const ExamSeries& s) { return s.phaseCount > 1 && s.frames.back().phase > 0.76; }
bool isMap(S s) { return s == S::t1Map || s == S::t2Map; }

struct VendorText {
  const char* manufacturer;
  const char* model;
  const char* software;
};

VendorText textOf(const PhantomExam& exam) {
  const bool high = exam.fieldTesla > 2;
  switch (exam.vendor) {
    case PhantomVendor::siemens:
      return {"SIEMENS", high ? "Prisma" : "Aera", "syngo MR E11"};
    case PhantomVendor::ge:
      return {"GE MEDICAL SYSTEMS", high ? "DISCOVERY MR750" : "SIGNA HDx",
              "14\\MX\\MR Software release:14.0_M4_0629.a"};
    case PhantomVendor::philips:
      return {"Philips Medical Systems", high ? "Ingenia" : "Achieva", "5.6.1\\5.6.1.0"};
  }
  return {};
}

// Image types as the vendors' own files carry them.
std::string imageType(PhantomVendor vendor, S s) {
  if (vendor == PhantomVendor::siemens) {
    switch (s) {
      case S::cine:
        return "ORIGINAL\\PRIMARY\\M\\RETRO\\NORM\\DIS2D";
      case S::scout:
        return "ORIGINAL\\PRIMARY\\M\\NORM\\DIS2D";
      case S::lgePsir:
        return "ORIGINAL\\PRIMARY\\R\\DIS2D";
      case S::t1Map:
        return "DERIVED\\PRIMARY\\T1 MAP\\MOCO\\T1\\DIS2D";
      case S::t2Map:
        return "DERIVED\\PRIMARY\\T2 MAP\\MOCO\\T2\\DIS2D";
      case S::molli:
      case S::t2Prep:
        return "ORIGINAL\\PRIMARY\\M\\MOCO\\DIS2D";
      case S::flow:
        return "ORIGINAL\\PRIMARY\\M\\RETRO\\DIS2D";
      case S::flowPhase:
        return "ORIGINAL\\PRIMARY\\P\\RETRO\\DIS2D";
      default:
        return "ORIGINAL\\PRIMARY\\M\\DIS2D";
    }
  }
  if (vendor == PhantomVendor::ge) {
    if (s == S::cine) return "ORIGINAL\\PRIMARY\\CARDIAC\\NONE";
    if (s == S::t1Map) return "DERIVED\\PRIMARY\\T1 MAP";
    if (s == S::t2Map) return "DERIVED\\PRIMARY\\T2 MAP";
    if (s == S::flowPhase) return "ORIGINAL\\PRIMARY\\PHASE CONTRAST\\VELOCITY";
    return "ORIGINAL\\PRIMARY\\OTHER";
  }
  switch (s) {
    case S::lgePsir:
      return "ORIGINAL\\PRIMARY\\R_IR\\R\\IR";
    case S::t1Map:
      return "DERIVED\\PRIMARY\\T1 MAP\\T1\\UNSPECIFIED";
    case S::t2Map:
      return "DERIVED\\PRIMARY\\T2 MAP\\T2\\UNSPECIFIED";
    case S::molli:
      return "ORIGINAL\\PRIMARY\\M_IR\\M\\IR";
    case S::flow:
      return "ORIGINAL\\PRIMARY\\M_FFE\\M\\PCA";
    case S::flowPhase:
      return "ORIGINAL\\PRIMARY\\VELOCITY MAP\\P\\PCA";
    default:
      return "ORIGINAL\\PRIMARY\\M_FFE\\M\\FFE";
  }
}

bool inverted(S s) { return s == S::lge || s == S::lgePsir || s == S::molli || s == S::t1Map; }

// As Siemens' and GE's own files carry them: GE's say CG (cardiac gating) where there is a trigger
// time, Siemens' never. Philips' are a guess with the terms of PS3.3 C.8.3.1.
std::string scanOptions(PhantomVendor vendor, S s) {
  const bool gated = s != S::scout;
  switch (vendor) {
    case PhantomVendor::siemens:
      return inverted(s) ? "IR\\PFP\\CT" : gated ? "PFP\\CT" : "PFP";
    case PhantomVendor::ge:
      return gated ? "FAST_GEMS\\SEQ_GEMS\\CG" : "FAST_GEMS\\SEQ_GEMS";
    case PhantomVendor::philips:
      return gated ? "FC\\CG" : "FC";
  }
  return {};
}

void putPatient(DcmItem& d, const PhantomExam& exam) {
  const PhantomHeart& h = exam.body.heart;
  const int years = static_cast<int>(h.ageYears);
  const std::string id = std::to_string(exam.seed);
  putText(d, DCM_PatientName, "Phantom^" + diseaseName(h.disease) + " " + id);
  putText(d, DCM_PatientID, "PHANTOM-" + vendorName(exam.vendor) + "-" + id);
  putText(d, DCM_PatientBirthDate, std::to_string(20260101 - 10000 * years));
  putText(d, DCM_PatientSex, h.sex == Sex::male ? "M" : "F");
  char age[8];
  std::snprintf(age, sizeof age, "%03dY", std::clamp(years, 0, 120));
  putText(d, DCM_PatientAge, age);
  putText(d, DCM_PatientSize, decimalString(std::round(h.heightM * 100) / 100));
  putText(d, DCM_PatientWeight, decimalString(std::round(h.weightKg)));
  putText(d, DCM_PatientComments, "Computed phantom: no person was imaged");
}

std::string clock(int seriesNumber, int seconds) {
  const int all = 9 * 3600 + seriesNumber * 90 + seconds;
  char text[16];
  std::snprintf(text, sizeof text, "%02d%02d%02d", all / 3600 % 24, all / 60 % 60, all % 60);
  return text;
}

void putStudyAndSeries(DcmItem& d, const PhantomExam& exam, const FrameIdentity& ids) {
  const char* date = "20260101";
  for (const DcmTagKey& tag :
       {DCM_StudyDate, DCM_SeriesDate, DCM_AcquisitionDate, DCM_ContentDate}) {
    putText(d, tag, date);
  }
  putText(d, DCM_StudyTime, "090000");
  for (const DcmTagKey& tag : {DCM_SeriesTime, DCM_AcquisitionTime, DCM_ContentTime}) {
    putText(d, tag, clock(ids.seriesNumber, 0));
  }
  putText(d, DCM_StudyInstanceUID, ids.StudyInstanceUID);
  putText(d, DCM_SeriesInstanceUID, ids.SeriesInstanceUID);
  putText(d, DCM_FrameOfReferenceUID, ids.FrameOfReferenceUID);
  putText(d, DCM_PositionReferenceIndicator, "");
  putText(d, DCM_StudyID, "1");
  putText(d, DCM_AccessionNumber, "");
  putText(d, DCM_ReferringPhysicianName, "");
  putText(d, DCM_StudyDescription, "Phantom^Heart");
  putText(d, DCM_Modality, "MR");
  putText(d, DCM_SeriesDescription, ids.description);
  putText(d, DCM_ProtocolName, ids.description);
  putText(d, DCM_SeriesNumber, std::to_string(ids.seriesNumber));
  putText(d, DCM_InstanceNumber, std::to_string(ids.instanceNumber));
  putText(d, DCM_AcquisitionNumber, "1");
  putText(d, DCM_BodyPartExamined, "HEART");
  putText(d, DCM_PatientPosition, "HFS");
  const VendorText text = textOf(exam);
  putText(d, DCM_Manufacturer, text.manufacturer);
  putText(d, DCM_ManufacturerModelName, text.model);
  putText(d, DCM_SoftwareVersions, text.software);
  putText(d, DCM_DeviceSerialNumber, "00000");
}

std::string joined(std::initializer_list<double> values) {
  std::string text;
  for (const double v : values) {
    if (!text.empty()) text += '\\';
    text += decimalString(v);
  }
  return text;
}

void putPlane(DcmItem& d, const ExamSeries& series, const ViewPlane& view) {
  const PlaneGeometry& p = view.plane;
  putText(d, DCM_ImagePositionPatient, joined({p.originMm.x, p.originMm.y, p.originMm.z}));
  putText(d, DCM_ImageOrientationPatient,
          joined({p.rowDirection.x, p.rowDirection.y, p.rowDirection.z, p.columnDirection.x,
                  p.columnDirection.y, p.columnDirection.z}));
  putText(d, DCM_PixelSpacing, joined({p.rowSpacingMm, p.columnSpacingMm}));
  putText(d, DCM_SliceThickness, decimalString(view.thicknessMm));
  putText(d, DCM_SpacingBetweenSlices, decimalString(series.sliceDistanceMm));
  putText(d, DCM_SliceLocation,
          decimalString(std::round(1000 * dot(planeNormal(p), p.originMm)) / 1000));
}

void putSequence(DcmItem& d, const PhantomExam& exam, const ExamSeries& series,
                 const SequenceSettings& s) {
  const bool balanced = s.sequence == S::cine || s.sequence == S::scout || s.sequence == S::molli ||
                        s.sequence == S::t1Map || s.sequence == S::t2Prep || s.sequence == S::t2Map;
  putText(d, DCM_ScanningSequence, inverted(s.sequence) ? "GR\\IR" : "GR");
  std::string variant = balanced ? "SS" : "SP";
  if (exam.vendor == PhantomVendor::siemens) {
    variant.insert(0, "SK\\");
    if (inverted(s.sequence)) variant += "\\MP";
  }
  putText(d, DCM_SequenceVariant, variant);
  putText(d, DCM_ScanOptions, scanOptions(exam.vendor, s.sequence));
  putText(d, DCM_MRAcquisitionType, "2D");
  if (exam.vendor == PhantomVendor::siemens) {
    const bool flow = s.sequence == S::flow || s.sequence == S::flowPhase;
    putText(d, DCM_SequenceName, flow ? "*fl2d1r4_v250in" : balanced ? "*tfi2d1_15" : "*tfl2d1_25");
  }
  // Maps have none: the elements are there and empty, as in Siemens' own.
  putText(d, DCM_RepetitionTime,
          isMap(s.sequence) ? "" : decimalString(std::round(100 * s.repetitionMs) / 100));
  putText(d, DCM_EchoTime,
          isMap(s.sequence) ? "" : decimalString(std::round(100 * s.echoMs) / 100));
  if (inverted(s.sequence)) {
    putText(d, DCM_InversionTime, s.sequence == S::t1Map ? "" : decimalString(s.inversionMs));
  } else if (exam.vendor == PhantomVendor::ge) {
    putText(d, DCM_InversionTime, "0");
  }
  putText(d, DCM_EchoTrainLength, "1");
  putText(d, DCM_NumberOfAverages, "1");
  putText(d, DCM_ImagingFrequency, decimalString(42.577 * exam.fieldTesla));
  putText(d, DCM_ImagedNucleus, "1H");
  putText(d, DCM_MagneticFieldStrength, decimalString(exam.fieldTesla));
  putText(d, DCM_FlipAngle, decimalString(std::round(s.flipDegrees)));
  if (exam.vendor == PhantomVendor::ge) {
    putText(d, DCM_ReconstructionDiameter,
            decimalString(series.columns * series.frames.front().view.plane.columnSpacingMm));
  }
}

void putTiming(DcmItem& d, const PhantomExam& exam, const ExamSeries& series,
               const ExamFramePlan& plan) {
  const std::string images = std::to_string(beats(series) ? series.phaseCount : 1);
  if (series.sequence == S::scout) {
    if (exam.vendor == PhantomVendor::ge) putText(d, DCM_CardiacNumberOfImages, "0");
    return;
  }
  putText(d, DCM_TriggerTime, decimalString(std::round(100 * plan.triggerMs) / 100));
  putText(d, DCM_NominalInterval, std::to_string(std::lround(exam.beatMs)));
  putText(d, DCM_HeartRate, std::to_string(std::lround(60000 / exam.beatMs)));
  putText(d, DCM_CardiacNumberOfImages, images);
  if (exam.vendor == PhantomVendor::ge && beats(series)) {
    putText(d, DcmTagKey(0x0019, 0x0010), "GEMS_ACQU_01");
    const DcmTag phaseNumber(0x0019, 0x10d7, EVR_SS);
    d.putAndInsertSint16(phaseNumber, static_cast<Sint16>(plan.phaseIndex + 1));
  }
  if (exam.vendor == PhantomVendor::philips && series.phaseCount > 1) {
    putText(d, DCM_TemporalPositionIdentifier, std::to_string(plan.phaseIndex + 1));
    putText(d, DCM_NumberOfTemporalPositions, std::to_string(series.phaseCount));
  }
}

void putPixels(DcmItem& d, const PhantomExam& exam, const ExamSeries& series,
               const ExamFrame& frame) {
  putUint16(d, DCM_SamplesPerPixel, 1);
  putText(d, DCM_PhotometricInterpretation, "MONOCHROME2");
  putUint16(d, DCM_Rows, static_cast<unsigned>(series.rows));
  putUint16(d, DCM_Columns, static_cast<unsigned>(series.columns));
  putUint16(d, DCM_BitsAllocated, 16);
  const bool ge = exam.vendor == PhantomVendor::ge;
  putUint16(d, DCM_BitsStored, ge ? 16 : 12);
  putUint16(d, DCM_HighBit, ge ? 15 : 11);
  putUint16(d, DCM_PixelRepresentation, ge ? 1 : 0);
  std::vector<std::uint16_t> sorted = frame.pixels;
  const auto top = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 99 / 100);
  std::nth_element(sorted.begin(), top, sorted.end());
  const double width = std::max<double>(2, *top);
  const bool midGrey = series.sequence == S::lgePsir || series.sequence == S::flowPhase;
  putText(d, DCM_WindowCenter, decimalString(midGrey ? 2048 : std::round(width / 2)));
  putText(d, DCM_WindowWidth, decimalString(midGrey ? 1600 : width));
  if (exam.vendor == PhantomVendor::philips) {
    putText(d, DCM_RescaleIntercept, "0");
    putText(d, DCM_RescaleSlope, "1");
    putText(d, DCM_RescaleType, isMap(series.sequence) ? "ms" : "normalized");
  }
  const OFCondition put = d.putAndInsertUint16Array(
      DCM_PixelData, frame.pixels.data(), static_cast<unsigned long>(frame.pixels.size()));
  if (put.bad()) throw Error(std::string("DCMTK refuses the pixels: ") + put.text());
}

}  // namespace

std::string encodePhantomFrame(const PhantomExam& exam, const ExamSeries& series,
                               const ExamFramePlan& plan, const ExamFrame& frame,
                               const FrameIdentity& ids) {
  DcmDataset d;
  putText(d, DCM_SpecificCharacterSet, "ISO_IR 100");
  putText(d, DCM_ImageType, imageType(exam.vendor, series.sequence));
  putText(d, DCM_SOPClassUID, UID_MRImageStorage);
  putText(d, DCM_SOPInstanceUID, ids.SOPInstanceUID);
  putPatient(d, exam);
  putStudyAndSeries(d, exam, ids);
  putPlane(d, series, plan.view);
  putSequence(d, exam, series, plan.settings);
  putTiming(d, exam, series, plan);
  if (exam.vendor == PhantomVendor::siemens) {
    if (series.sequence == S::t1Map) putText(d, DCM_ImageComments, "T1 MAP (ms)");
    if (series.sequence == S::t2Map) putText(d, DCM_ImageComments, "T2 MAP (ms)");
    if (series.sequence == S::lgePsir) putText(d, DCM_ImageComments, "PS recon image");
  }
  putPixels(d, exam, series, frame);
  return encodeFile(d);
}

}  // namespace cmr
