#include "dicom_sr/object_kinds.h"

#include <algorithm>

#include "analysis/errors.h"

namespace cmr {

const ObjectKindNames& namesOf(ObjectKind kind) {
  const auto* const at = std::find_if(objectKinds.begin(), objectKinds.end(),
                                      [&](const ObjectKindNames& k) { return k.kind == kind; });
  if (at == objectKinds.end()) throw InputError("unknown kind of object");
  return *at;
}

}  // namespace cmr
