// Concepts of the measurement reports: TID 1500, 1410, 1411, 1419, 1501, 1600, 4019, 1204, 1001
// (PS3.16).
#pragma once

#include "analysis/measurement.h"

namespace cmr::codes {

inline const Code imagingMeasurementReport{"126000", "DCM", "Imaging Measurement Report"};
inline const Code language{"121049", "DCM", "Language of Content Item and Descendants"};
inline const Code english{"en-US", "RFC5646", "English (United States)"};
inline const Code observerType{"121005", "DCM", "Observer Type"};
inline const Code device{"121007", "DCM", "Device"};
inline const Code deviceUid{"121012", "DCM", "Device Observer UID"};
inline const Code deviceName{"121013", "DCM", "Device Observer Name"};
inline const Code deviceManufacturer{"121014", "DCM", "Device Observer Manufacturer"};
inline const Code deviceModel{"121015", "DCM", "Device Observer Model Name"};
inline const Code deviceSerial{"121016", "DCM", "Device Observer Serial Number"};
inline const Code procedureReported{"121058", "DCM", "Procedure reported"};
// CID 100 has no code for cardiac MR.
inline const Code mriProcedure{"25056-3", "LN", "MRI unspecified body region"};
inline const Code imageLibrary{"111028", "DCM", "Image Library"};
inline const Code imageLibraryGroup{"126200", "DCM", "Image Library Group"};
inline const Code modality{"121139", "DCM", "Modality"};
inline const Code magneticResonance{"MR", "DCM", "Magnetic Resonance"};
inline const Code imagingMeasurements{"126010", "DCM", "Imaging Measurements"};
inline const Code measurementGroup{"125007", "DCM", "Measurement Group"};
inline const Code trackingIdentifier{"112039", "DCM", "Tracking Identifier"};
inline const Code trackingUid{"112040", "DCM", "Tracking Unique Identifier"};
inline const Code finding{"121071", "DCM", "Finding"};
inline const Code findingSite{"363698007", "SCT", "Finding Site"};
inline const Code index{"121425", "DCM", "Index"};
inline const Code bodySurface{"8277-6", "LN", "BSA"};
inline const Code imageRegion{"111030", "DCM", "Image Region"};
inline const Code originalSource{"111040", "DCM", "Original Source"};
inline const Code referencedSegment{"121191", "DCM", "Referenced Segment"};
inline const Code sourceSeries{"121232", "DCM", "Source series for segmentation"};
inline const Code source{"260753009", "SCT", "Source"};
inline const Code timePoint{"C2348792", "UMLS", "Time Point"};
inline const Code algorithmName{"111001", "DCM", "Algorithm Name"};
inline const Code algorithmParameters{"111002", "DCM", "Algorithm Parameters"};
inline const Code algorithmVersion{"111003", "DCM", "Algorithm Version"};
inline const Code qualitativeEvaluations{"C0034375", "UMLS", "Qualitative Evaluations"};
inline const Code comment{"121106", "DCM", "Comment"};
inline const Code derivation{"121401", "DCM", "Derivation"};
inline const Code median{"373099004", "SCT", "Median"};
inline const Code lowerQuartile{"lower-quartile", "99CMR", "Lower quartile"};
inline const Code upperQuartile{"upper-quartile", "99CMR", "Upper quartile"};
inline const Code volume{"118565006", "SCT", "Volume"};
inline const Code milliliter{"mL", "UCUM", "milliliter"};
inline const Code area{"42798000", "SCT", "Area"};
inline const Code squareMillimetre{"mm2", "UCUM", "square millimeter"};

}  // namespace cmr::codes
