#include "models/training_likeness.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "models/score_summary.h"

namespace cmr {
namespace {

constexpr double margin = 1.25;

TrainingLikeness fitOn(const ViewTokens& tokens, const std::vector<LabelledImage>& images,
                       int directions, const std::function<bool(const LabelledImage&)>& takes) {
  std::map<ClassSet, std::vector<std::int64_t>> rowsOfKind;
  for (std::size_t view = 0; view < tokens.imageOf.size(); ++view) {
    const LabelledImage& image = images[tokens.imageOf[view]];
    if (takes(image)) rowsOfKind[image.allowed].push_back(static_cast<std::int64_t>(view));
  }
  std::vector<std::int64_t> rows;
  std::vector<int> kinds;
  int kind = 0;
  for (const auto& [allowed, own] : rowsOfKind) {
    if (own.size() < 2) continue;
    rows.insert(rows.end(), own.begin(), own.end());
    kinds.insert(kinds.end(), own.size(), kind);
    ++kind;
  }
  return fitTrainingLikeness(tokens.classTokens.index_select(0, torch::tensor(rows)), kinds,
                             directions);
}

}  // namespace

std::optional<MeasuredLikeness> measureLikeness(const ViewTokens& tokens,
                                                const std::vector<LabelledImage>& images,
                                                int directions) {
  std::set<std::string> subjects;
  for (const LabelledImage& image : images) {
    if (!image.isPhantom) subjects.insert(image.subject);
  }
  if (subjects.empty()) return std::nullopt;
  std::map<std::string, std::vector<double>> distancesOfSeries;
  for (const std::string& subject : subjects) {
    const TrainingLikeness without =
        fitOn(tokens, images, directions,
              [&](const LabelledImage& image) { return image.subject != subject; });
    for (std::size_t view = 0; view < tokens.imageOf.size(); ++view) {
      const LabelledImage& image = images[tokens.imageOf[view]];
      if (tokens.isPlain[view] == 0 || image.isPhantom || image.subject != subject) continue;
      distancesOfSeries[subject + "/" + image.series].push_back(
          without.distances(tokens.classTokens[static_cast<std::int64_t>(view)].unsqueeze(0))
              .front());
    }
  }
  nlohmann::json bySeries = nlohmann::json::object();
  double largest = 0;
  for (auto& [series, distances] : distancesOfSeries) {
    const double median = percentileOf(distances, 50);
    bySeries[series] = {{"median", median}, {"largest", percentileOf(distances, 100)}};
    largest = std::max(largest, median);
  }
  MeasuredLikeness measured{
      fitOn(tokens, images, directions, [](const LabelledImage&) { return true; }), {}};
  measured.likeness.threshold = margin * largest;
  measured.manifest = {
      {"threshold", measured.likeness.threshold},
      {"note", "a quarter above the largest median of a real series of a subject left out"},
      {"distanceOfSeriesLeftOut", bySeries}};
  return measured;
}

}  // namespace cmr
