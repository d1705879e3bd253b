#include "models/dense_samples.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "analysis/errors.h"
#include "analysis/right_ventricle.h"
#include "analysis/tasks.h"
#include "models/phantom_sample.h"

namespace cmr {
namespace {

using Rng = std::mt19937_64;

constexpr std::array longAxes{PhantomView::twoChamber, PhantomView::threeChamber,
                              PhantomView::fourChamber};

PhantomView anyLongAxis(Rng& rng) {
  return longAxes[std::min<std::size_t>(2, static_cast<std::size_t>(drawUniform(rng, 0, 3)))];
}

PhantomRequest requestOf(const std::string& task, Rng& rng) {
  PhantomRequest request;
  request.view = PhantomView::sax;
  if (task == "seg_cine_lax") {
    request.view = anyLongAxis(rng);
    request.sequence = PhantomSequence::cine;
  } else if (task == "seg_lge_sax") {
    request.sequence = drawChance(rng, 0.5) ? PhantomSequence::lge : PhantomSequence::lgePsir;
  } else if (task == "seg_map_sax") {
    request.sequence = drawChance(rng, 0.6) ? PhantomSequence::t1Map : PhantomSequence::t2Map;
  } else if (task == rightVentricleTask) {
    request.sequence = PhantomSequence::cine;
  } else if (task == "landmarks") {
    if (drawChance(rng, 0.5)) request.view = anyLongAxis(rng);
    request.sequence = PhantomSequence::cine;
  } else {
    throw InputError("no drawn hearts teach the task '" + task + "' by its pixels");
  }
  return request;
}

std::string sequenceIdOf(PhantomSequence sequence) {
  switch (sequence) {
    case PhantomSequence::lge:
    case PhantomSequence::lgePsir:
      return "lge";
    case PhantomSequence::t1Map:
      return "t1_map";
    case PhantomSequence::t2Map:
      return "t2_map";
    case PhantomSequence::cine:
      return "cine";
    default:
      return "other";
  }
}

// In the order of the task's landmarks.
std::size_t positionOf(PhantomLandmarkKind kind) {
  switch (kind) {
    case PhantomLandmarkKind::anteriorInsertion:
      return 0;
    case PhantomLandmarkKind::inferiorInsertion:
      return 1;
    case PhantomLandmarkKind::mitralFirst:
      return 2;
    case PhantomLandmarkKind::mitralSecond:
      return 3;
    case PhantomLandmarkKind::apex:
      break;
  }
  return 4;
}

std::vector<std::optional<ImagePoint>> landmarksOf(const PhantomSample& sample) {
  std::vector<std::optional<ImagePoint>> points(taskById("landmarks").classes.size());
  for (const PhantomLandmark& mark : sample.landmarks) {
    if (mark.visible) points[positionOf(mark.kind)] = ImagePoint{mark.column, mark.row};
  }
  return points;
}

bool isInside(const ImagePoint& p, int size) {
  return p.column >= 0 && p.row >= 0 && p.column <= size - 1 && p.row <= size - 1;
}

}  // namespace

DenseFrame drawDenseFrame(const std::string& task, std::uint64_t seed) {
  Rng rng(seed);
  const PhantomRequest request = requestOf(task, rng);
  PhantomSample sample = drawPhantom(rng(), request);
  DenseFrame out;
  out.sequence = sequenceIdOf(sample.sequence);
  out.frame.name = out.frame.patient = "phantom-" + std::to_string(seed);
  out.frame.source = "phantom";
  out.frame.rows = sample.rows;
  out.frame.columns = sample.columns;
  out.frame.spacingMm = sample.spacingMm;
  out.isLongAxis = sample.view != PhantomView::sax;
  out.frame.allowed = out.isLongAxis ? longAxisLabels(sample) : shortAxisLabels(sample);
  for (std::uint8_t& label : out.frame.allowed) label = static_cast<std::uint8_t>(1U << label);
  out.frame.known = out.isLongAxis ? 0x3F : anyStructure;
  if (task == "landmarks") out.landmarks = landmarksOf(sample);
  out.frame.pixels = std::move(sample.image);
  return out;
}

std::optional<FixedWindow> mapWindow(const std::string& sequence) {
  if (sequence == "t1_map") return FixedWindow{0, 2000};
  if (sequence == "t2_map") return FixedWindow{0, 150};
  return std::nullopt;
}

FrameCentre denseCentre(const DenseFrame& frame) {
  return frame.isLongAxis ? structuresCentre(frame.frame, 0x3E) : cavityCentre(frame.frame);
}

ImagePoint inSample(const CropPlace& place, const ImagePoint& source, int size) {
  const auto& m = place.map.m;
  const double determinant = m[0] * m[4] - m[1] * m[3];
  const double dc = source.column - m[2];
  const double dr = source.row - m[5];
  const ImagePoint straight{(m[4] * dc - m[1] * dr) / determinant,
                            (m[0] * dr - m[3] * dc) / determinant};
  if (place.bend.dx.empty()) return straight;
  // p + displacement(p) = straight, by fixed-point iteration: displacements are smooth and small.
  ImagePoint p = straight;
  for (int i = 0; i < 6; ++i) {
    const auto x = static_cast<std::size_t>(std::clamp<long>(std::lround(p.column), 0, size - 1));
    const auto y = static_cast<std::size_t>(std::clamp<long>(std::lround(p.row), 0, size - 1));
    const std::size_t at = y * static_cast<std::size_t>(size) + x;
    p = {straight.column - static_cast<double>(place.bend.dx[at]),
         straight.row - static_cast<double>(place.bend.dy[at])};
  }
  return p;
}

DenseSample drawDenseSample(const DenseFrame& frame, std::uint64_t seed, AugmentOptions o) {
  Rng rng(seed);
  o.window.fixed = mapWindow(frame.sequence);
  const FrameCentre centre = denseCentre(frame);
  const double spacing = frame.frame.spacingMm;
  const CropPlace place =
      o.enabled ? drawCropPlace(centre, spacing, true, rng, o) : plainCropPlace(centre, spacing, o);
  DenseSample sample;
  sample.crop = cropAt(place, frame.frame, rng, o);
  for (const auto& landmark : frame.landmarks) {
    sample.landmarks.emplace_back();
    if (!landmark) continue;
    const ImagePoint p = inSample(place, *landmark, o.size);
    if (isInside(p, o.size)) sample.landmarks.back() = p;
  }
  return sample;
}

AugmentOptions augmentOptionsOf(const std::string& task, int size, double spacingMm) {
  AugmentOptions o;
  o.size = size;
  o.spacingMm = spacingMm;
  if (task == "seg_map_sax") {
    o.biasField = 0;
    o.logGamma = 0.08;
  }
  if (task == "landmarks") {
    o.uniformRotation = false;
    o.rotationDegrees = 15;
  }
  return o;
}

}  // namespace cmr
