#include "plugin/wanted_objects.h"

#include <algorithm>
#include <iterator>

#include "config/rule_file.h"
#include "dicom_sr/object_kinds.h"

namespace cmr {

bool isWanted(ObjectKind kind, const std::vector<std::string>& outputs) {
  const std::vector<std::string>& names = outputs.empty() ? defaultOutputs() : outputs;
  return std::find(names.begin(), names.end(), namesOf(kind).output) != names.end();
}

std::vector<ProducedObject> wantedObjects(const std::vector<ProducedObject>& objects,
                                          const std::vector<std::string>& outputs) {
  std::vector<ProducedObject> wanted;
  std::copy_if(objects.begin(), objects.end(), std::back_inserter(wanted),
               [&](const ProducedObject& object) { return isWanted(object.kind, outputs); });
  return wanted;
}

}  // namespace cmr
