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

std::string releaseOf(std::size_t k, const std::vector<ClassifiedImage>& results) {
  std::set<std::string> subjects;
  double ofClass = 0;
  double ofClassTaken = 0;
  double taken = 0;
  double rightlyTaken = 0;
  for (const ClassifiedImage& image : results) {
    if (image.isPhantom) continue;
    const bool isTaken = takenFor(image.probabilities) == k;
    taken += isTaken ? 1 : 0;
    rightlyTaken += isTaken && isRight(image) ? 1 : 0;
    if (image.allowed != ClassSet{1} << k) continue;
    subjects.insert(image.subject);
    ofClass += 1;
    ofClassTaken += isTaken ? 1 : 0;
  }
  const bool isProven = ofClass > 0 && ofClassTaken >= leastShareRight * ofClass &&
                        rightlyTaken >= leastShareRight * taken;
  if (!isProven) return "off";
  return subjects.size() >= fewestSubjects ? "report" : "flag";
}

}  // namespace

std::vector<HeadClass> releasedClasses(const std::vector<std::string>& classes,
                                       const std::vector<LabelledImage>& images,
                                       const std::vector<ClassifiedImage>& results) {
  std::vector<HeadClass> released;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    released.push_back({classes[k], evidenceOf(k, images), releaseOf(k, results), {}});
  }
  return released;
}

}  // namespace cmr
