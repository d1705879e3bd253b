#include "analysis/image_stack.h"

#include <cmath>

namespace cmr {

Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
Vec3 operator*(Vec3 a, double s) { return {a.x * s, a.y * s, a.z * s}; }
double dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
Vec3 cross(Vec3 a, Vec3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
double norm(Vec3 a) { return std::sqrt(dot(a, a)); }

Vec3 planeNormal(const PlaneGeometry& plane) {
  return cross(plane.rowDirection, plane.columnDirection);
}

Vec3 pixelToPatient(const PlaneGeometry& plane, double column, double row) {
  return plane.originMm + plane.rowDirection * (column * plane.columnSpacingMm) +
         plane.columnDirection * (row * plane.rowSpacingMm);
}

PixelPosition patientToPixel(const PlaneGeometry& plane, Vec3 pointMm) {
  const Vec3 offset = pointMm - plane.originMm;
  return {dot(offset, plane.rowDirection) / plane.columnSpacingMm,
          dot(offset, plane.columnDirection) / plane.rowSpacingMm, dot(offset, planeNormal(plane))};
}

const StackFrame& ImageStack::frame(int slice, int phase) const {
  return frames.at(static_cast<std::size_t>(slice) * static_cast<std::size_t>(phaseCount) +
                   static_cast<std::size_t>(phase));
}

StackFrame& ImageStack::frame(int slice, int phase) {
  return const_cast<StackFrame&>(static_cast<const ImageStack&>(*this).frame(slice, phase));
}

std::vector<double> sliceDistancesMm(const ImageStack& stack) {
  std::vector<double> distances;
  for (std::size_t i = 1; i < stack.planes.size(); ++i) {
    const Vec3 step = stack.planes[i].originMm - stack.planes[i - 1].originMm;
    distances.push_back(std::abs(dot(step, planeNormal(stack.planes[i - 1]))));
  }
  return distances;
}

}  // namespace cmr
