#include "dicom_sr/image_content.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "dicom_sr/dataset_values.h"

namespace cmr {
namespace {

using C = ImageContent;

constexpr std::size_t firstOfContent = 2;  // values 1 and 2: original or derived, patient examined

// In upper case, with blanks for underscores.
std::vector<std::string> valuesOf(const std::string& multiple) {
  std::vector<std::string> values(1);
  for (const char c : multiple) {
    if (c == '\\') {
      values.emplace_back();
    } else {
      values.back() += c == '_' ? ' ' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    }
  }
  return values;
}

bool isAnyOf(const std::string& value, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), value) != names.end();
}

bool startsWith(const std::string& value, std::string_view start) {
  return value.compare(0, start.size(), start) == 0;
}

bool endsWith(const std::string& value, std::string_view end) {
  return value.size() > end.size() &&
         value.compare(value.size() - end.size(), end.size(), end) == 0;
}

C componentOf(const std::string& value) {
  if (isAnyOf(value, {"M", "MAG", "MAGNITUDE", "MODULUS"}) || startsWith(value, "M ")) {
    return C::magnitude;
  }
  if (isAnyOf(value, {"P", "PHASE", "VELOCITY", "PHASE MAP", "VELOCITY MAP", "PHASE SUBTRACT"})) {
    return C::phase;
  }
  if (isAnyOf(value, {"R", "REAL", "CR", "PSIR"}) || startsWith(value, "R ")) return C::real;
  if (isAnyOf(value, {"I", "IMAGINARY"}) || startsWith(value, "I ")) return C::imaginary;
  return C::unstated;
}

C mapOf(const std::string& value) {
  if (isAnyOf(value, {"T1", "T1 MAP"})) return C::t1Map;
  if (isAnyOf(value, {"T2", "T2 MAP"})) return C::t2Map;
  const bool isOther = endsWith(value, " MAP") && componentOf(value) == C::unstated;
  return isOther ? C::otherMap : C::unstated;
}

template <typename Of>
C firstStated(const std::string& imageType, Of of) {
  const std::vector<std::string> values = valuesOf(imageType);
  for (std::size_t i = firstOfContent; i < values.size(); ++i) {
    if (const C content = of(values[i]); content != C::unstated) return content;
  }
  return C::unstated;
}

// GE: (0043,102F) "Raw data type": 0 magnitude, 1 phase, 2 real, 3 imaginary.
C contentOfRawDataType(DcmDataset& dataset) {
  if (textOf(dataset, DcmTagKey(0x0043, 0x0010)) != "GEMS_PARM_01") return C::unstated;
  const auto type = numberOf(dataset, DcmTagKey(0x0043, 0x102f));
  constexpr std::array contents{C::magnitude, C::phase, C::real, C::imaginary};
  for (std::size_t i = 0; type && i < contents.size(); ++i) {
    if (std::abs(*type - static_cast<double>(i)) < 0.5) return contents[i];
  }
  return C::unstated;
}

}  // namespace

const char* contentName(ImageContent content) {
  constexpr std::array names{"",          "magnitude", "phase",  "real",
                             "imaginary", "T1 map",    "T2 map", "other map"};
  return names.at(static_cast<std::size_t>(content));
}

bool isMap(ImageContent content) {
  return content == C::t1Map || content == C::t2Map || content == C::otherMap;
}

ImageContent contentOfImageType(const std::string& imageType) {
  const C map = firstStated(imageType, mapOf);
  return map != C::unstated ? map : firstStated(imageType, componentOf);
}

ImageContent contentOfImage(DcmDataset& dataset) {
  const C byType = contentOfImageType(textOf(dataset, DCM_ImageType));
  if (byType != C::unstated) return byType;
  const C byRawData = contentOfRawDataType(dataset);
  if (byRawData != C::unstated) return byRawData;
  return componentOf(textOf(dataset, DCM_ComplexImageComponent));
}

ImageContent contentOfFrame(DcmDataset& dataset, DcmItem* frameType) {
  std::vector<DcmItem*> places;
  if (frameType != nullptr) places.push_back(frameType);
  places.push_back(&dataset);
  std::vector<C> byType;
  std::vector<C> byComponent;
  for (DcmItem* place : places) {
    const DcmTagKey tag = place == &dataset ? DCM_ImageType : DCM_FrameType;
    byType.push_back(contentOfImageType(textOf(*place, tag)));
    byComponent.push_back(componentOf(textOf(*place, DCM_ComplexImageComponent)));
  }
  if (isMap(byType.front())) return byType.front();
  for (const auto& stated : {byComponent, byType}) {
    for (const C content : stated) {
      if (content != C::unstated) return content;
    }
  }
  return C::unstated;
}

}  // namespace cmr
