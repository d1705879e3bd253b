#include "models/projected_score.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

namespace cmr {
namespace {

using nlohmann::json;

constexpr auto cavityLabel = static_cast<std::uint8_t>(Structure::lvCavity);
constexpr auto myocardiumLabel = static_cast<std::uint8_t>(Structure::lvMyocardium);

json overlapJson(const ProjectedOverlap& o) {
  const double dice = o.dice();
  return {{"dice", std::isnan(dice) ? json() : json(dice)},
          {"reference_pixels", o.reference},
          {"found_pixels", o.found}};
}

void addUp(ProjectedOverlap& sum, const ProjectedOverlap& one) {
  sum.both += one.both;
  sum.reference += one.reference;
  sum.found += one.found;
}

std::string line(const std::string& name, const ProjectedSlice& s) {
  char text[160];
  std::snprintf(text, sizeof text, "  %-10s LV cavity %.3f  LV myocardium %.3f  LV %.3f\n",
                name.c_str(), s.cavity.dice(), s.myocardium.dice(), s.ventricle.dice());
  return text;
}

}  // namespace

LabelledStack labelsOfContours(const ImageStack& stack,
                               const std::vector<SeriesContour>& contours) {
  LabelledStack out{stack,
                    LabelStack(stack.rows, stack.columns, stack.sliceCount, stack.phaseCount),
                    std::vector<bool>(static_cast<std::size_t>(stack.sliceCount))};
  std::map<int, bool> complete;
  for (const SeriesContour& contour : contours) {
    const auto [at, added] = complete.emplace(contour.slice, true);
    at->second = at->second && contour.epi.has_value();
    const auto frame = out.labels.frame(contour.slice, contour.phase);
    for (std::size_t i = 0; i < frame.size(); ++i) {
      if (contour.epi && contour.epi->pixels[i] != 0) frame[i] = myocardiumLabel;
      if (contour.endo.pixels[i] != 0) frame[i] = cavityLabel;
    }
  }
  for (const auto& [slice, isComplete] : complete) {
    out.isLabelled[static_cast<std::size_t>(slice)] = isComplete;
  }
  return out;
}

std::vector<ProjectedSlice> scoreProjected(const ImageStack& stack, const LabelStack& labels,
                                           const LabelledStack& reference) {
  std::vector<ProjectedSlice> scores;
  for (int s = 0; s < stack.sliceCount; ++s) {
    ProjectedSlice score{s, {}, {}, {}};
    for (int p = 0; p < stack.phaseCount; ++p) {
      const int phase = p * reference.stack.phaseCount / stack.phaseCount;
      const auto projected =
          projectLabels(reference.stack, reference.labels, phase, reference.isLabelled,
                        stack.planes[static_cast<std::size_t>(s)], stack.rows, stack.columns);
      const std::uint8_t* own = labels.frame(s, p).data();
      score.cavity.add(projected, own, [](std::uint8_t l) { return l == cavityLabel; });
      score.myocardium.add(projected, own, [](std::uint8_t l) { return l == myocardiumLabel; });
      score.ventricle.add(projected, own,
                          [](std::uint8_t l) { return l == cavityLabel || l == myocardiumLabel; });
    }
    if (score.ventricle.reference > 0) scores.push_back(score);
  }
  return scores;
}

ProjectedSlice together(const std::vector<ProjectedSlice>& slices) {
  ProjectedSlice all;
  for (const ProjectedSlice& s : slices) {
    addUp(all.cavity, s.cavity);
    addUp(all.myocardium, s.myocardium);
    addUp(all.ventricle, s.ventricle);
  }
  return all;
}

json projectedJson(const std::vector<ProjectedSlice>& slices) {
  const auto entry = [](const ProjectedSlice& s) {
    return json{{"lv_cavity", overlapJson(s.cavity)},
                {"lv_myocardium", overlapJson(s.myocardium)},
                {"left_ventricle", overlapJson(s.ventricle)}};
  };
  json out = {{"together", entry(together(slices))}, {"slices", json::array()}};
  for (const ProjectedSlice& s : slices) {
    json one = entry(s);
    one["slice"] = s.slice;
    out["slices"].push_back(std::move(one));
  }
  return out;
}

std::string projectedText(const std::vector<ProjectedSlice>& slices) {
  std::string text;
  for (const ProjectedSlice& s : slices) text += line("slice " + std::to_string(s.slice), s);
  return text + line("together", together(slices));
}

}  // namespace cmr
