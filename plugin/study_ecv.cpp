#include "plugin/study_ecv.h"

#include <algorithm>
#include <string>

#include "analysis/aha_segments.h"
#include "analysis/map_measurements.h"

namespace cmr {
namespace {

using Best = StudyReport::Best;
using Number = StudyReport::Number;

const Best* resultOf(const std::vector<Best>& best, const char* what) {
  const auto found =
      std::find_if(best.begin(), best.end(), [&](const Best& one) { return one.what == what; });
  return found == best.end() ? nullptr : &*found;
}

const Number* numberOf(const Best& best, const std::string& id) {
  const auto found = std::find_if(best.numbers.begin(), best.numbers.end(),
                                  [&](const Number& number) { return number.id == id; });
  return found == best.numbers.end() ? nullptr : &*found;
}

bool isNative(const Best& map) {
  const Number* const global = numberOf(map, "t1.global");
  return global != nullptr && global->label.rfind("Native", 0) == 0;
}

// The four numbers that one region's value comes from.
struct Region {
  const Number* muscleBefore;
  const Number* muscleAfter;
  const Number* bloodBefore;
  const Number* bloodAfter;
};

Number valueOf(const std::string& id, const std::string& label, const Region& region,
               std::optional<double> haematocrit) {
  Number number{id, label, "%", "unmeasurable", "", std::nullopt};
  if (!haematocrit) {
    number.reason = "no haematocrit is known of this study";
    return number;
  }
  bool isUncertain = false;
  for (const Number* const part :
       {region.muscleBefore, region.muscleAfter, region.bloodBefore, region.bloodAfter}) {
    if (part == nullptr || !part->value) {
      number.reason = "T1 of muscle or blood was not measured in both maps";
      return number;
    }
    isUncertain = isUncertain || part->quality == "uncertain";
  }
  number.value = ecvPercent(*region.muscleBefore->value, *region.muscleAfter->value,
                            *region.bloodBefore->value, *region.bloodAfter->value, *haematocrit);
  if (!number.value) {
    number.reason = "no plausible uptake of contrast agent, or no haematocrit that a patient has";
    return number;
  }
  number.quality = isUncertain ? "uncertain" : "good";
  if (isUncertain) number.reason = "the T1 that it is made of is uncertain";
  return number;
}

}  // namespace

std::optional<Best> extracellularVolume(const std::vector<Best>& best,
                                        std::optional<double> haematocrit) {
  const Best* const before = resultOf(best, "T1 map");
  const Best* const after = resultOf(best, "T1 map after contrast");
  if (before == nullptr || after == nullptr || !isNative(*before)) return std::nullopt;
  Best ecv;
  ecv.task = "ecv";
  ecv.what = "Extracellular volume";
  ecv.name = before->name + " and " + after->name;
  ecv.why =
      "(1 - haematocrit) times the change of 1/T1 of muscle over that of blood, medians by "
      "region (Arheden et al., Radiology 1999;211:698)";
  ecv.package = before->package;
  ecv.packageSha256 = before->packageSha256;
  const Number* const bloodBefore = numberOf(*before, "t1.blood");
  const Number* const bloodAfter = numberOf(*after, "t1post.blood");
  const auto add = [&](const std::string& region, const std::string& label) {
    ecv.numbers.push_back(valueOf("ecv." + region, label,
                                  {numberOf(*before, "t1." + region),
                                   numberOf(*after, "t1post." + region), bloodBefore, bloodAfter},
                                  haematocrit));
  };
  add("global", "ECV, LV muscle");
  if (!haematocrit) return ecv;
  for (int n = 1; n <= ahaSegmentCount; ++n) {
    add("segment." + std::to_string(n), "ECV, " + ahaName(n));
  }
  ecv.numbers.push_back({"ecv.segment." + std::to_string(ahaApex), "ECV, " + ahaName(ahaApex), "%",
                         "unmeasurable", apexNotMeasured, std::nullopt});
  return ecv;
}

}  // namespace cmr
