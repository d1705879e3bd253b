#include "models/classification_scores.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <utility>

namespace cmr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t calibrationBins = 15;

bool isOneClass(ClassSet set) { return std::popcount(set) == 1; }

double accuracyOf(const std::vector<ClassifiedImage>& images) {
  if (images.empty()) return nan;
  const auto right = std::count_if(images.begin(), images.end(), isRight);
  return static_cast<double>(right) / static_cast<double>(images.size());
}

struct Recalls {
  std::vector<std::size_t> images;
  std::vector<double> recall;
};

Recalls recallsOf(const std::vector<ClassifiedImage>& images, std::size_t classes) {
  Recalls r{std::vector<std::size_t>(classes), std::vector<double>(classes, nan)};
  std::vector<double> right(classes);
  for (const ClassifiedImage& image : images) {
    if (!isOneClass(image.allowed)) continue;
    const auto truth = static_cast<std::size_t>(std::countr_zero(image.allowed));
    ++r.images.at(truth);
    right[truth] += isRight(image) ? 1 : 0;
  }
  for (std::size_t k = 0; k < classes; ++k) {
    if (r.images[k] > 0) r.recall[k] = right[k] / static_cast<double>(r.images[k]);
  }
  return r;
}

double balancedAccuracyOf(const std::vector<ClassifiedImage>& images, std::size_t classes) {
  double sum = 0;
  int present = 0;
  for (const double recall : recallsOf(images, classes).recall) {
    if (std::isnan(recall)) continue;
    sum += recall;
    ++present;
  }
  return present > 0 ? sum / present : nan;
}

// Of one class against all others: how often an image of it is given more of it than one that is
// not, ties for one half (Mann and Whitney, 1947), by the ranks of all, those of equals averaged.
double areaOf(const std::vector<ClassifiedImage>& images, std::size_t k) {
  std::vector<std::pair<double, bool>> ranked;
  for (const ClassifiedImage& image : images) {
    const bool isOfClass = image.allowed == ClassSet{1} << k;
    if (isOfClass || (image.allowed >> k & 1U) == 0) {
      ranked.emplace_back(image.probabilities[k], isOfClass);
    }
  }
  std::sort(ranked.begin(), ranked.end());
  double ofClass = 0;
  double rankSum = 0;
  for (std::size_t first = 0; first < ranked.size();) {
    std::size_t last = first;
    double own = 0;
    while (last < ranked.size() && ranked[last].first == ranked[first].first) {
      own += ranked[last++].second ? 1 : 0;
    }
    rankSum += own * 0.5 * static_cast<double>(first + 1 + last);
    ofClass += own;
    first = last;
  }
  const double others = static_cast<double>(ranked.size()) - ofClass;
  if (ofClass == 0 || others == 0) return nan;
  return (rankSum - ofClass * (ofClass + 1) / 2) / (ofClass * others);
}

// Mean over the classes that can be told from others here.
double meanAreaOf(const std::vector<ClassifiedImage>& images, std::size_t classes) {
  double sum = 0;
  int present = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    const double area = areaOf(images, k);
    if (std::isnan(area)) continue;
    sum += area;
    ++present;
  }
  return present > 0 ? sum / present : nan;
}

double calibrationErrorOf(const std::vector<ClassifiedImage>& images) {
  if (images.empty()) return nan;
  std::array<double, calibrationBins> gap{};
  for (const ClassifiedImage& image : images) {
    const double confidence = image.probabilities[takenFor(image.probabilities)];
    const auto bin =
        std::min(calibrationBins - 1, static_cast<std::size_t>(confidence * calibrationBins));
    gap[bin] += (isRight(image) ? 1.0 : 0.0) - confidence;
  }
  double sum = 0;
  for (const double g : gap) sum += std::abs(g);
  return sum / static_cast<double>(images.size());
}

double lossAt(const std::vector<std::vector<double>>& logits, const std::vector<ClassSet>& allowed,
              double temperature) {
  double loss = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const std::vector<double> p = softmax(logits[i], temperature);
    double sum = 0;
    for (std::size_t k = 0; k < p.size(); ++k) {
      if ((allowed[i] >> k & 1U) != 0) sum += p[k];
    }
    loss -= std::log(std::max(sum, 1e-300));
  }
  return loss;
}

}  // namespace

std::size_t takenFor(const std::vector<double>& probabilities) {
  return static_cast<std::size_t>(std::max_element(probabilities.begin(), probabilities.end()) -
                                  probabilities.begin());
}

bool isRight(const ClassifiedImage& image) {
  return (image.allowed >> takenFor(image.probabilities) & 1U) != 0;
}

namespace {

std::vector<ClassifiedImage> pooled(
    const std::vector<ClassifiedImage>& images,
    const std::function<std::string(const ClassifiedImage&)>& nameWithinSubject) {
  struct Members {
    ClassifiedImage series;
    ClassSet any = 0;
    double count = 0;
  };
  std::vector<Members> found;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const ClassifiedImage& image : images) {
    const auto [place, isNew] =
        places.emplace(std::pair(image.subject, nameWithinSubject(image)), found.size());
    if (isNew) {
      found.push_back({image, 0, 0});
      found.back().series.name = nameWithinSubject(image);
      found.back().series.probabilities.assign(image.probabilities.size(), 0);
    }
    Members& members = found[place->second];
    members.series.allowed &= image.allowed;
    members.any |= image.allowed;
    members.count += 1;
    for (std::size_t k = 0; k < image.probabilities.size(); ++k) {
      members.series.probabilities[k] += image.probabilities[k];
    }
  }
  std::vector<ClassifiedImage> series;
  for (Members& members : found) {
    for (double& p : members.series.probabilities) p /= members.count;
    if (members.series.allowed == 0) members.series.allowed = members.any;
    series.push_back(std::move(members.series));
  }
  return series;
}

}  // namespace

std::vector<ClassifiedImage> pooledBySeries(const std::vector<ClassifiedImage>& images) {
  return pooled(images, [](const ClassifiedImage& image) { return image.series; });
}

std::vector<ClassifiedImage> pooledBySubject(const std::vector<ClassifiedImage>& images) {
  return pooled(images, [](const ClassifiedImage&) { return std::string(); });
}

Interval bootstrapSubjects(
    const std::vector<ClassifiedImage>& images,
    const std::function<double(const std::vector<ClassifiedImage>&)>& figure) {
  std::map<std::string, std::vector<const ClassifiedImage*>> bySubject;
  for (const ClassifiedImage& image : images) bySubject[image.subject].push_back(&image);
  if (bySubject.size() < 2) return {nan, nan};
  std::vector<std::vector<const ClassifiedImage*>> subjects;
  for (auto& [subject, own] : bySubject) subjects.push_back(std::move(own));
  std::mt19937_64 rng(20240607);
  std::uniform_int_distribution<std::size_t> pick(0, subjects.size() - 1);
  std::vector<double> figures;
  for (int draw = 0; draw < bootstrapDraws; ++draw) {
    std::vector<ClassifiedImage> drawn;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      for (const ClassifiedImage* image : subjects[pick(rng)]) drawn.push_back(*image);
    }
    const double value = figure(drawn);
    if (!std::isnan(value)) figures.push_back(value);
  }
  return {percentileOf(figures, 2.5), percentileOf(figures, 97.5)};
}

ClassificationSummary summarise(const std::vector<ClassifiedImage>& images, std::size_t classes) {
  ClassificationSummary s;
  s.images = images.size();
  std::set<std::string> subjects;
  for (const ClassifiedImage& image : images) subjects.insert(image.subject);
  s.subjects = subjects.size();
  Recalls recalls = recallsOf(images, classes);
  s.imagesOfClass = std::move(recalls.images);
  s.recall = std::move(recalls.recall);
  s.accuracy = accuracyOf(images);
  s.balancedAccuracy = balancedAccuracyOf(images, classes);
  s.calibrationError = calibrationErrorOf(images);
  s.area = meanAreaOf(images, classes);
  for (std::size_t k = 0; k < classes; ++k) s.areaOfClass.push_back(areaOf(images, k));
  s.areaInterval = bootstrapSubjects(images, [classes](const std::vector<ClassifiedImage>& drawn) {
    return meanAreaOf(drawn, classes);
  });
  s.accuracyInterval = bootstrapSubjects(images, accuracyOf);
  s.balancedInterval =
      bootstrapSubjects(images, [classes](const std::vector<ClassifiedImage>& drawn) {
        return balancedAccuracyOf(drawn, classes);
      });
  s.calibrationInterval = bootstrapSubjects(images, calibrationErrorOf);
  return s;
}

std::vector<double> softmax(const std::vector<double>& logits, double temperature) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> p;
  double sum = 0;
  for (const double logit : logits) {
    p.push_back(std::exp((logit - largest) / temperature));
    sum += p.back();
  }
  for (double& value : p) value /= sum;
  return p;
}

// The loss is convex in 1 / T for labels of one class (it is a logistic regression with one
// coefficient), so that a search by thirds finds its minimum; the logarithm of T keeps the order.
double fitTemperature(const std::vector<std::vector<double>>& logits,
                      const std::vector<ClassSet>& allowed) {
  if (logits.empty()) return 1;
  double low = std::log(0.05);
  double high = std::log(20.0);
  while (high - low > 1e-3) {
    const double third = (high - low) / 3;
    if (lossAt(logits, allowed, std::exp(low + third)) <
        lossAt(logits, allowed, std::exp(high - third))) {
      high -= third;
    } else {
      low += third;
    }
  }
  return std::exp((low + high) / 2);
}

}  // namespace cmr
