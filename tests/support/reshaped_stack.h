// A series of another shape, made of the images of a real one: as many slices and phases as a test
// wants, evenly spaced in place and time.
#pragma once

#include "dicom_sr/source.h"

namespace cmr::test {

inline SeriesStack reshaped(const SeriesStack& source, int slices, int phases) {
  SeriesStack result = source;
  ImageStack& stack = result.stack;
  stack.sliceCount = slices;
  stack.phaseCount = phases;
  stack.planes.clear();
  stack.frames.clear();
  const PlaneGeometry& first = source.stack.planes.front();
  for (int slice = 0; slice < slices; ++slice) {
    PlaneGeometry plane = first;
    plane.originMm = first.originMm + planeNormal(first) * (10.0 * slice);
    stack.planes.push_back(plane);
    for (int phase = 0; phase < phases; ++phase) {
      StackFrame frame =
          source.stack.frame(slice % source.stack.sliceCount, phase % source.stack.phaseCount);
      frame.timing.triggerTimeMs = 20 + 40.0 * phase;
      stack.frames.push_back(std::move(frame));
    }
  }
  return result;
}

}  // namespace cmr::test
