// Which classes of a classification head a package releases, by what was measured of it.
#pragma once

#include <string>
#include <vector>

#include "analysis/head_description.h"
#include "models/classification_scores.h"
#include "models/labelled_images.h"

namespace cmr {

// Released is what was right on real subjects whom the head had not seen: nine in ten of the images
// of the class were taken for it, and nine in ten of the real images taken for it were of it (a
// head that calls everything a cine proves nothing). "report" with at least three subjects. "flag"
// with fewer, or where single images do not hold that but whole series do, whose images are judged
// together, as the service asks. "off" otherwise. The evidence is what kind of images taught the
// class. Bits of `images` and `results` count the classes in the order given.
std::vector<HeadClass> releasedClasses(const std::vector<std::string>& classes,
                                       const std::vector<LabelledImage>& images,
                                       const std::vector<ClassifiedImage>& results);

}  // namespace cmr
