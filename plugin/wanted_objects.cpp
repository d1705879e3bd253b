#include "plugin/wanted_objects.h"

#include <algorithm>
#include <iterator>

#include "config/rule_file.h"
#include "dicom_sr/object_kinds.h"

namespace cmr {

std::vector<ProducedObject> wantedObjects(const std::vector<ProducedObject>& objects,
                                          const std::vector<std::string>& outputs) {
  const std::vector<std::string>& names = outputs.empty() ? defaultOutputs() : outputs;
  std::vector<ProducedObject> wanted;
  std::copy_if(objects.begin(), objects.end(), std::back_inserter(wanted),
               [&](const ProducedObject& object) {
                 return std::find(names.begin(), names.end(), namesOf(object.kind).output) !=
                        names.end();
               });
  return wanted;
}

}  // namespace cmr
