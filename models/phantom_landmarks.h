// The landmarks of the task `landmarks`, where a plane meets the phantom.
#pragma once

#include <string>
#include <vector>

#include "models/phantom_body.h"
#include "models/phantom_views.h"

namespace cmr {

enum class PhantomLandmarkKind {
  anteriorInsertion,  // of the RV, on the LV's epicardium (short axis)
  inferiorInsertion,
  mitralFirst,  // where wall and mitral plane meet: septal, anterior side first (long axis)
  mitralSecond,
  apex  // the LV cavity's end
};
std::string landmarkName(PhantomLandmarkKind kind);

struct PhantomLandmark {
  PhantomLandmarkKind kind = PhantomLandmarkKind::apex;
  bool visible = false;
  double column = 0;  // pixels; (0, 0) is the first pixel's middle
  double row = 0;
};

// Two for a short axis, three for 2CH, 3CH, 4CH, none for the others. Not visible: the plane does
// not meet it, or it lies outside the field.
std::vector<PhantomLandmark> landmarksIn(const BodyPose& pose, PhantomView view,
                                         const ViewPlane& plane, int rows, int columns);

}  // namespace cmr
