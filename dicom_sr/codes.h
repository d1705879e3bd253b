// Coded concepts that our objects use more than once (PS3.16).
#pragma once

#include "analysis/measurement.h"

namespace cmr::codes {

inline const Code anatomicalStructure{"123037004", "SCT", "Anatomical Structure"};
inline const Code leftVentricle{"87878005", "SCT", "Left ventricle"};
inline const Code lvMyocardium{"49848007", "SCT", "Myocardium of left ventricle"};
inline const Code leftAtrium{"82471001", "SCT", "Left atrium"};
inline const Code rightAtrium{"73829009", "SCT", "Right atrium"};
inline const Code rightVentricle{"53085002", "SCT", "Right ventricle"};

inline const Code segmentation{"113076", "DCM", "Segmentation"};
inline const Code sourceImage{"121322", "DCM", "Source image for image processing operation"};
inline const Code measurementReport{"126000", "DCM", "Imaging Measurement Report"};
inline const Code artificialIntelligence{"123109", "DCM", "Artificial Intelligence"};
inline const Code acquisitionEquipment{"109101", "DCM", "Acquisition Equipment"};
inline const Code processingEquipment{"109102", "DCM", "Processing Equipment"};

}  // namespace cmr::codes
