#include "models/release_rule.h"

#include <set>

namespace cmr {
namespace {

constexpr double leastShareRight = 0.9;
constexpr std::size_t fewestSubjects = 3;

std::string evidenceOf(std::size_t k, const std::vector<LabelledImage>& images) {
  bool isDrawn = false;
  bool isReal = false;
  for (const LabelledImage& image : images) {
    if ((image.allowed >> k & 1U) != 0) (image.isPhantom ? isDrawn : isReal) = true;
  }
  if (isReal && isDrawn) return "both";
  return isReal ? "real" : "phantom";
}

// What real subjects say of one class.
struct Proof {
  bool holds = false;
  std::size_t subjects = 0;
};

Proof proofOf(std::size_t k, const std::vector<ClassifiedImage>& results) {
  std::set<std::string> subjects;
  double ofClass = 0;
  double ofClassTaken = 0;
  double taken = 0;
  double rightlyTaken = 0;
  for (const ClassifiedImage& image : results) {
    const bool isTaken = takenFor(image.probabilities) == k;
    taken += isTaken ? 1 : 0;
    rightlyTaken += isTaken && isRight(image) ? 1 : 0;
    if (image.allowed != ClassSet{1} << k) continue;
    subjects.insert(image.subject);
    ofClass += 1;
    ofClassTaken += isTaken ? 1 : 0;
  }
  const bool holds = ofClass > 0 && ofClassTaken >= leastShareRight * ofClass &&
                     rightlyTaken >= leastShareRight * taken;
  return {holds, subjects.size()};
}

std::string releaseOf(std::size_t k, const std::vector<ClassifiedImage>& images,
                      const std::vector<ClassifiedImage>& series) {
  const Proof byImage = proofOf(k, images);
  if (byImage.holds && byImage.subjects >= fewestSubjects) return "report";
  return byImage.holds || proofOf(k, series).holds ? "flag" : "off";
}

std::vector<ClassifiedImage> realOnes(const std::vector<ClassifiedImage>& results) {
  std::vector<ClassifiedImage> real;
  for (const ClassifiedImage& image : results) {
    if (!image.isPhantom) real.push_back(image);
  }
  return real;
}

}  // namespace

std::vector<HeadClass> releasedClasses(const std::vector<std::string>& classes,
                                       const std::vector<LabelledImage>& images,
                                       const std::vector<ClassifiedImage>& results) {
  const std::vector<ClassifiedImage> real = realOnes(results);
  const std::vector<ClassifiedImage> series = pooledBySeries(real);
  std::vector<HeadClass> released;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    released.push_back({classes[k], evidenceOf(k, images), releaseOf(k, real, series), {}});
  }
  return released;
}

}  // namespace cmr
