#include "plugin/chamber_json.h"

#include <cmath>

namespace cmr {
namespace {

using Json = nlohmann::json;

Json shapeJson(const ChamberShape& shape) {
  return {{"areaMm2", shape.areaMm2}, {"lengthMm", shape.lengthMm}, {"widthsMm", shape.widthMm}};
}

double numberIn(const Json& object, const char* key) {
  const Json value = object.is_object() ? object.value(key, Json()) : Json();
  return value.is_number() ? value.get<double>() : 0;
}

bool isSize(double value) { return std::isfinite(value) && value > 0; }

std::optional<ChamberShape> shapeFromJson(const Json& json) {
  ChamberShape shape;
  shape.areaMm2 = numberIn(json, "areaMm2");
  shape.lengthMm = numberIn(json, "lengthMm");
  if (!isSize(shape.areaMm2) || !isSize(shape.lengthMm)) return std::nullopt;
  const Json widths = json.value("widthsMm", Json());
  if (!widths.is_array() || widths.size() != shape.widthMm.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.widthMm.size(); ++i) {
    if (!widths[i].is_number()) return std::nullopt;
    shape.widthMm[i] = widths[i].get<double>();
    if (!std::isfinite(shape.widthMm[i]) || shape.widthMm[i] < 0) return std::nullopt;
  }
  return shape;
}

}  // namespace

Json chamberJson(const std::optional<ChamberCycle>& chamber) {
  if (!chamber) return nullptr;
  return {{"largest", shapeJson(chamber->largest)}, {"smallest", shapeJson(chamber->smallest)}};
}

std::optional<ChamberCycle> chamberFromJson(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto largest = shapeFromJson(json.value("largest", Json()));
  const auto smallest = shapeFromJson(json.value("smallest", Json()));
  if (!largest || !smallest) return std::nullopt;
  ChamberCycle cycle;
  cycle.largest = *largest;
  cycle.smallest = *smallest;
  return cycle;
}

}  // namespace cmr
