#include "plugin/wall_json.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace cmr {
namespace {

using Json = nlohmann::ordered_json;

Json thicknessJson(const std::optional<SliceWall::Thickness>& thickness) {
  if (!thickness) return nullptr;
  return {{"meanMm", thickness->mean}, {"largestMm", thickness->largest}};
}

Json strainJson(const std::optional<WallStrain>& strain) {
  if (!strain) return nullptr;
  return {{"endocardial", strain->endocardial},
          {"midwall", strain->midwall},
          {"radial", strain->radial}};
}

}  // namespace

Json wallJson(const VentricleWall& wall, int endSystole) {
  if (wall.slices.empty()) return nullptr;
  Json slices = Json::array();
  for (std::size_t i = 0; i < wall.slices.size(); ++i) {
    slices.push_back({{"slice", i},
                      {"endDiastole", thicknessJson(wall.slices[i].endDiastole)},
                      {"endSystole", thicknessJson(wall.slices[i].endSystole)},
                      {"strainAtEndSystole", strainJson(wall.strain.slices.at(i).at(
                                                 static_cast<std::size_t>(endSystole)))}});
  }
  Json curve = Json::array();
  for (const auto& strain : wall.strain.global) curve.push_back(strainJson(strain));
  return {{"slices", slices},
          {"strainPercent", {{"slices", wall.strain.usedSlices}, {"perPhase", curve}}},
          {"segments", nullptr},
          {"noSegments", wall.noSegments}};
}

}  // namespace cmr
