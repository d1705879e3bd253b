#include "plugin/wanted_objects.h"

#include <algorithm>
#include <iterator>

namespace cmr {
namespace {

const char* outputOf(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::segmentation:
      return "SEG";
    case ObjectKind::structuredReport:
      return "SR";
    case ObjectKind::resultPage:
      break;
  }
  return "SC";
}

}  // namespace

std::vector<ProducedObject> wantedObjects(const std::vector<ProducedObject>& objects,
                                          const std::vector<std::string>& outputs) {
  if (outputs.empty()) return objects;
  std::vector<ProducedObject> wanted;
  std::copy_if(objects.begin(), objects.end(), std::back_inserter(wanted),
               [&](const ProducedObject& object) {
                 return std::find(outputs.begin(), outputs.end(), outputOf(object.kind)) !=
                        outputs.end();
               });
  return wanted;
}

}  // namespace cmr
