// From probabilities of single images to figures that may be quoted of a classification head.
// An image may be labelled with several classes, of which it is one: any of them is right then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/score_summary.h"

namespace cmr {

// Bit i: the image may be of class i.
using ClassSet = std::uint32_t;
inline constexpr std::size_t mostClasses = 32;

struct ClassifiedImage {
  std::string name;
  std::string series;  // images of one series are judged together, too
  std::string subject;
  bool isPhantom = false;
  ClassSet allowed = 0;
  std::vector<double> probabilities;  // by class
};

// The most probable class, the first of equals.
std::size_t takenFor(const std::vector<double>& probabilities);
bool isRight(const ClassifiedImage& image);

// One entry per series of a subject, in the order of first appearance: the mean of its images'
// probabilities. Series of two subjects that are called the same stay apart.
// What its images may be is what all of them may be, or what any of them may be when that is
// nothing.
std::vector<ClassifiedImage> pooledBySeries(const std::vector<ClassifiedImage>& images);

// The same per subject, whatever the series: all views of a heart together.
std::vector<ClassifiedImage> pooledBySubject(const std::vector<ClassifiedImage>& images);

struct ClassificationSummary {
  std::size_t images = 0;
  std::size_t subjects = 0;
  double accuracy = 0;  // NaN without images, as all below
  // Mean over the classes that are there of the share taken for them; images of several possible
  // classes are left out.
  double balancedAccuracy = 0;
  // Expected calibration error (Guo et al., ICML 2017): mean distance between confidence and
  // accuracy over fifteen bins of confidence, weighted by their images.
  double calibrationError = 0;
  // Area under the ROC curve of a class against all others, ties for one half; the mean over the
  // classes that are there beside others (one against the rest). Images that may be
  // of a class and of others too count for neither side of it.
  double area = 0;
  std::vector<double> areaOfClass;  // NaN where one side is missing
  Interval areaInterval;
  Interval accuracyInterval;  // 95 %, bootstrap over subjects; NaN with fewer than two subjects
  Interval balancedInterval;
  Interval calibrationInterval;
  std::vector<std::size_t> imagesOfClass;  // images of this class alone
  std::vector<double> recall;              // NaN where there are none
};

ClassificationSummary summarise(const std::vector<ClassifiedImage>& images, std::size_t classes);

// Percentile bootstrap over subjects, as bootstrapMean, of any figure.
Interval bootstrapSubjects(
    const std::vector<ClassifiedImage>& images,
    const std::function<double(const std::vector<ClassifiedImage>&)>& figure);

// The temperature that makes these logits most likely (Guo et al.): least mean negative logarithm
// of the probability of what the image may be, between 0.05 and 20. 1 for no image.
double fitTemperature(const std::vector<std::vector<double>>& logits,
                      const std::vector<ClassSet>& allowed);

std::vector<double> softmax(const std::vector<double>& logits, double temperature);

}  // namespace cmr
