// A scheduled exam as REST names it: PS3.4 K.6.1.2.2 (attributes of the
// Modality Worklist), PS3.5 6.2 (what a value may look like).
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "plugin/job_store.h"

namespace cmr {

// body: {keyword: text, ...} and "ScheduledProtocolCodeSequence": [{"CodeValue", "CodeMeaning",
// "CodingSchemeDesignator"}]. The id follows from accession number, patient and step, so that the
// same exam is never there twice; a StudyInstanceUID that is left out follows from the id.
// Throws InputError naming the attribute and what is wrong with it.
JobStore::ScheduledExam readWorklistEntry(const std::string& body);

// The same of what `cmr worklist read` found in a file: attributes that worklists do not need here
// are left out, and fractions of seconds.
JobStore::ScheduledExam worklistEntryOfFile(const nlohmann::json& entry);

// {"id", "version" (another one when what was scheduled is), "state", "study", "conflict",
// "file" (empty: over REST), "created", "updated", "attributes"}
nlohmann::json worklistEntryJson(const JobStore::ScheduledExam& exam);

// What rules may ask of a study's scheduled exams (scheduledNames() of config/rule_clause.h).
std::map<std::string, std::string> scheduledFacts(
    const std::vector<JobStore::ScheduledExam>& exams);

// Today (local), less so many days, as DICOM writes dates.
std::string dateBeforeToday(int days);

}  // namespace cmr
