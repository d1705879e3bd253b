// What a worklist entry may hold: PS3.4 table K.6-1, PS3.6 6 (tags, VRs).
#pragma once

#include <array>
#include <cstddef>

namespace cmr {

enum class WorklistKind { text, name, code, sex, date, time, uid, aeTitle };

struct WorklistAttribute {
  const char* keyword;
  const char* tag;  // as Orthanc writes it
  const char* vr;
  WorklistKind kind;
  std::size_t longest;  // characters
  bool needed;
  bool inStep;  // of ScheduledProcedureStepSequence
};

inline constexpr std::array worklistAttributes{
    WorklistAttribute{"PatientName", "0010,0010", "PN", WorklistKind::name, 64, true, false},
    WorklistAttribute{"PatientID", "0010,0020", "LO", WorklistKind::text, 64, true, false},
    WorklistAttribute{"PatientBirthDate", "0010,0030", "DA", WorklistKind::date, 8, false, false},
    WorklistAttribute{"PatientSex", "0010,0040", "CS", WorklistKind::sex, 16, false, false},
    WorklistAttribute{"AccessionNumber", "0008,0050", "SH", WorklistKind::text, 16, true, false},
    WorklistAttribute{"StudyInstanceUID", "0020,000d", "UI", WorklistKind::uid, 64, false, false},
    WorklistAttribute{"ReferringPhysicianName", "0008,0090", "PN", WorklistKind::name, 64, false,
                      false},
    WorklistAttribute{"RequestedProcedureID", "0040,1001", "SH", WorklistKind::text, 16, false,
                      false},
    WorklistAttribute{"RequestedProcedureDescription", "0032,1060", "LO", WorklistKind::text, 64,
                      false, false},
    WorklistAttribute{"Modality", "0008,0060", "CS", WorklistKind::code, 16, true, true},
    WorklistAttribute{"ScheduledStationAETitle", "0040,0001", "AE", WorklistKind::aeTitle, 16,
                      false, true},
    WorklistAttribute{"ScheduledStationName", "0040,0010", "SH", WorklistKind::text, 16, false,
                      true},
    WorklistAttribute{"ScheduledProcedureStepStartDate", "0040,0002", "DA", WorklistKind::date, 8,
                      true, true},
    WorklistAttribute{"ScheduledProcedureStepStartTime", "0040,0003", "TM", WorklistKind::time, 6,
                      false, true},
    WorklistAttribute{"ScheduledPerformingPhysicianName", "0040,0006", "PN", WorklistKind::name, 64,
                      false, true},
    WorklistAttribute{"ScheduledProcedureStepDescription", "0040,0007", "LO", WorklistKind::text,
                      64, false, true},
    WorklistAttribute{"ScheduledProcedureStepID", "0040,0009", "SH", WorklistKind::text, 16, false,
                      true},
    WorklistAttribute{"ScheduledProcedureStepLocation", "0040,0011", "SH", WorklistKind::text, 16,
                      false, true},
};

inline constexpr const char* worklistCodesKeyword = "ScheduledProtocolCodeSequence";

struct WorklistCodePart {
  const char* keyword;
  const char* tag;
  const char* vr;
};

// Of an item of ScheduledProtocolCodeSequence (PS3.3 table 8.8-1).
inline constexpr std::array worklistCodeParts{
    WorklistCodePart{"CodeValue", "0008,0100", "SH"},
    WorklistCodePart{"CodingSchemeDesignator", "0008,0102", "SH"},
    WorklistCodePart{"CodeMeaning", "0008,0104", "LO"},
};

namespace worklist_tag {
inline constexpr const char* SpecificCharacterSet = "0008,0005";
inline constexpr const char* ScheduledProcedureStepSequence = "0040,0100";
inline constexpr const char* ScheduledProtocolCodeSequence = "0040,0008";
inline constexpr const char* ScheduledStationAETitle = "0040,0001";
inline constexpr const char* ScheduledProcedureStepStartDate = "0040,0002";
inline constexpr const char* ScheduledProcedureStepStartTime = "0040,0003";
}  // namespace worklist_tag

}  // namespace cmr
