// Which objects a rule wants in the archive.
#pragma once

#include <string>
#include <vector>

#include "dicom_sr/produced_object.h"

namespace cmr {

// outputs: as rules name them; empty: defaultOutputs() of config/rule_file.h.
bool isWanted(ObjectKind kind, const std::vector<std::string>& outputs);

// The order stays.
std::vector<ProducedObject> wantedObjects(const std::vector<ProducedObject>& objects,
                                          const std::vector<std::string>& outputs);

}  // namespace cmr
