#include "models/patient_split.h"

#include <set>
#include <utility>

#include "analysis/errors.h"

namespace cmr {
namespace {

void requireFrames(const std::set<std::string>& patients, const std::set<std::string>& present) {
  for (const auto& patient : patients) {
    if (present.count(patient) == 0) {
      throw InputError("no frame belongs to the patient '" + patient + "'");
    }
  }
}

}  // namespace

PatientSplit splitByPatient(std::vector<TrainingFrame> frames,
                            const std::vector<std::string>& validationPatients,
                            const std::vector<std::string>& excludedPatients) {
  const std::set<std::string> heldOut(validationPatients.begin(), validationPatients.end());
  const std::set<std::string> excluded(excludedPatients.begin(), excludedPatients.end());
  std::set<std::string> present;
  PatientSplit split;
  for (auto& frame : frames) {
    present.insert(frame.patient);
    if (excluded.count(frame.patient) != 0) continue;
    (heldOut.count(frame.patient) != 0 ? split.validation : split.training)
        .push_back(std::move(frame));
  }
  requireFrames(heldOut, present);
  requireFrames(excluded, present);
  return split;
}

}  // namespace cmr
