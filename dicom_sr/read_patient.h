// What the header says of the patient, as far as it can be believed.
#pragma once

#include "analysis/image_stack.h"

class DcmDataset;

namespace cmr {

// Values outside what a patient can have are left out, not corrected; those of height and weight
// are kept as refused, so that a reader can be told.
PatientFacts readPatient(DcmDataset& dataset);

}  // namespace cmr
