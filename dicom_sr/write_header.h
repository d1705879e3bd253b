// The modules that all our objects share: patient and study as the source has them, our series,
// our equipment.
#pragma once

#include <string>
#include <vector>

#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"
#include "dicom_sr/write_dataset.h"

class DcmDataset;
class DcmItem;

namespace cmr {

// What sets the series and instances of one kind of object apart.
struct ObjectIdentity {
  std::string SOPClassUID;
  std::string SOPInstanceUID;
  std::string SeriesInstanceUID;
  std::string Modality;
  std::string SeriesDescription;
  int seriesNumber = 0;
};

// Series numbers of our objects: high, so that they sort behind the scanner's. The second and
// further segmentations of a stack that was stored as one series per slice count up from the first.
inline constexpr int segmentationSeriesNumber = 9100;
inline constexpr int reportSeriesNumber = 9001;
inline constexpr int pageSeriesNumber = 9002;
inline constexpr int documentSeriesNumber = 9003;
inline constexpr int contourCineSeriesNumber = 9004;
inline constexpr int wallPageSeriesNumber = 9005;
inline constexpr int presentationStateSeriesNumber = 9006;
inline constexpr int parametricMapSeriesNumber = 9007;
inline constexpr int studyReportSeriesNumber = 9008;
inline constexpr int volumeReportSeriesNumber = 9009;
inline constexpr int wholeCineSeriesNumber = 9500;

// Patient, clinical trial and study attributes, byte for byte. Identifiers are kept whatever they
// hold; a date, time, age, number or code that DICOM forbids is emptied, and a line says so.
std::vector<std::string> copyPatientAndStudy(const SeriesStack& source, DcmDataset& target);

// Series, equipment, dates and SOP common. Throws InputError when context.dateTime is no date and
// time.
void putHeader(DcmDataset& target, const SeriesStack& source, const ObjectIdentity& identity,
               const OutputContext& context, const std::string& packageName);

// "01" once the source has been compressed with loss, with ratio and method; "00" otherwise
// (PS3.3 C.7.6.1.1.5).
void putLossyCompression(DcmDataset& target, const SeriesStack& source);

// "YYYYMMDD" and "HHMMSS" of the context.
std::string dateOf(const OutputContext& context);
std::string timeOf(const OutputContext& context);

ProducedObject finishObject(DcmDataset& dataset, ObjectKind kind, const ObjectIdentity& identity,
                            std::vector<std::string> notes,
                            PixelCoding coding = PixelCoding::native);

}  // namespace cmr
