#include "dicom_sr/segment_codes.h"

#include <array>
#include <string>

#include "analysis/aha_segments.h"
#include "analysis/errors.h"

namespace cmr {

const Code& ahaCode(int segment) {
  static const std::array<Code, ahaApex> codes{{
      {"264850008", "SCT", "Left ventricle basal anterior segment"},
      {"396482007", "SCT", "Left ventricle basal anteroseptal segment"},
      {"396646008", "SCT", "Left ventricle basal inferoseptal segment"},
      {"264846001", "SCT", "Left ventricle basal inferior segment"},
      {"396652009", "SCT", "Left ventricle basal inferolateral segment"},
      {"396654005", "SCT", "Left ventricle basal anterolateral segment"},
      {"264848000", "SCT", "Left ventricle mid anterior segment"},
      {"396647004", "SCT", "Left ventricle mid anteroseptal segment"},
      {"396649001", "SCT", "Left ventricle mid inferoseptal segment"},
      {"264847005", "SCT", "Left ventricle mid inferior segment"},
      {"396655006", "SCT", "Left ventricle mid inferolateral segment"},
      {"396656007", "SCT", "Left ventricle mid anterolateral segment"},
      {"264844003", "SCT", "left ventricle apical anterior segment"},
      {"264845002", "SCT", "left ventricle apical septal segment"},
      {"264849008", "SCT", "left ventricle apical inferior segment"},
      {"264853005", "SCT", "left ventricle apical lateral segment"},
      {"128564006", "SCT", "Apex of left ventricle"},
  }};
  if (segment < 1 || segment > ahaApex) {
    throw InputError("there is no AHA segment " + std::to_string(segment));
  }
  return codes.at(static_cast<std::size_t>(segment - 1));
}

}  // namespace cmr
