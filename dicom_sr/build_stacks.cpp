#include "dicom_sr/build_stacks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "dicom_sr/choose_component.h"
#include "dicom_sr/frame_buckets.h"
#include "dicom_sr/merge_slices.h"
#include "dicom_sr/phase_order.h"
#include "dicom_sr/repeated_runs.h"
#include "dicom_sr/source_date.h"
#include "dicom_sr/stack_timing.h"

namespace cmr {
namespace {

std::string list(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (const std::size_t n : numbers) text += (text.empty() ? "" : ", ") + std::to_string(n);
  return text;
}

// The number of phases that most slices have.
std::size_t usualPhaseCount(const Slices& slices) {
  std::map<std::size_t, std::size_t> votes;
  for (const SliceFrames& slice : slices) ++votes[slice.size()];
  // At equal votes the larger number: an image is lost more easily than it is made twice.
  return std::max_element(votes.begin(), votes.end(),
                          [](const auto& a, const auto& b) {
                            return std::tie(a.second, a.first) < std::tie(b.second, b.first);
                          })
      ->first;
}

std::optional<Verdict> problemOfGrid(const Bucket& bucket, const Slices& slices) {
  const std::size_t usual = usualPhaseCount(slices);
  std::vector<std::size_t> fewer;
  std::vector<std::size_t> more;
  for (std::size_t s = 0; s < slices.size(); ++s) {
    if (slices[s].size() < usual) fewer.push_back(s + 1);
    if (slices[s].size() > usual) more.push_back(s + 1);
  }
  if (!more.empty()) {
    return Verdict{"duplicate-positions",
                   describe(bucket) + " has more than the usual " + std::to_string(usual) +
                       " images at position " + list(more) + " of " + std::to_string(slices.size()),
                   namesOf(bucket.frames)};
  }
  if (!fewer.empty()) {
    return Verdict{"missing-phases",
                   describe(bucket) + " lacks images: position " + list(fewer) + " of " +
                       std::to_string(slices.size()) + " has fewer than " + std::to_string(usual) +
                       " phases",
                   namesOf(bucket.frames)};
  }
  // Slices of one stack lie behind each other: a shift within the plane is another stack.
  const PlaneGeometry& first = slices.front().front()->plane;
  for (const SliceFrames& slice : slices) {
    for (const FrameFacts* f : slice) {
      const Vec3 d = f->plane.originMm - slice.front()->plane.originMm;
      if (std::abs(dot(d, first.rowDirection)) > 0.5 ||
          std::abs(dot(d, first.columnDirection)) > 0.5) {
        return Verdict{"mixed-geometry",
                       describe(bucket) + " has images at one position that are shifted in plane",
                       namesOf(bucket.frames)};
      }
    }
  }
  return std::nullopt;
}

void fillHeader(SeriesStack& out, const Bucket& bucket, const Slices& slices) {
  // Of the first image in the stack's own order, not of the first that came.
  const FrameFacts& first = *slices.front().front();
  out.header = first.header;
  out.StudyInstanceUID = first.StudyInstanceUID;
  out.SeriesDescription = first.SeriesDescription;
  out.FrameOfReferenceUID = first.FrameOfReferenceUID;
  out.Modality = first.Modality;
  out.ImageType = first.ImageType;
  out.content = first.content;
  out.ContrastBolusAgent = first.ContrastBolusAgent;
  std::set<std::string> series;
  for (const FrameFacts* f : bucket.frames) {
    series.insert(f->source.SeriesInstanceUID);
    if (f->header == nullptr) continue;
    out.latestDateTime = std::max(out.latestDateTime, latestDateTime(*f->header));
  }
  out.SeriesInstanceUIDs.assign(series.begin(), series.end());
}

// Only a cine is nothing but looked at. Of a still, a map or images of several inversion or echo
// times numbers are taken, and MONOCHROME1 says how values are shown, not what they are
// (PS3.3 C.7.6.3.1.2).
bool isOnlyLookedAt(const Slices& slices) {
  const FrameFacts& first = *slices.front().front();
  return slices.front().size() > 1 && !isMap(first.content) && first.rescaleUnits != "ms" &&
         std::none_of(slices.begin(), slices.end(), hasSeveralContrasts);
}

// Dark is then what looks dark. True when some image was turned.
bool turnToMonochrome2(const Bucket& bucket) {
  bool isAnyTurned = false;
  for (FrameFacts* frame : bucket.frames) {
    if (!frame->mirrorSum) continue;
    for (float& value : frame->pixels) value = *frame->mirrorSum - value;
    isAnyTurned = true;
  }
  return isAnyTurned;
}

void settleMonochrome1(const Bucket& bucket, const Slices& slices,
                       std::vector<std::string>& notes) {
  if (isOnlyLookedAt(slices)) {
    if (turnToMonochrome2(bucket)) {
      notes.emplace_back("MONOCHROME1: the images are taken as they look, not as they are stored");
    }
  } else if (std::any_of(bucket.frames.begin(), bucket.frames.end(),
                         [](const FrameFacts* f) { return f->mirrorSum.has_value(); })) {
    notes.emplace_back(
        "MONOCHROME1: values are taken as they are stored, and look the other way round");
  }
}

// Moves the pixels out of the facts: they are not needed twice.
SeriesStack makeStack(const Bucket& bucket, Slices& slices, PhaseKey key) {
  SeriesStack out;
  out.notes = bucket.notes;
  settleMonochrome1(bucket, slices, out.notes);
  ImageStack& stack = out.stack;
  stack.rows = bucket.first().rows;
  stack.columns = bucket.first().columns;
  stack.sliceCount = static_cast<int>(slices.size());
  stack.phaseCount = static_cast<int>(slices.front().size());
  for (SliceFrames& slice : slices) {
    sortByPhase(slice, key);
    stack.planes.push_back(slice.front()->plane);
    for (const FrameFacts* f : slice) {
      auto& source = const_cast<FrameFacts&>(*f);  // ours: bucketsOf was given them to take apart
      stack.frames.push_back({std::move(source.pixels), f->timing, out.sources.size()});
      out.sources.push_back(f->source);
    }
  }
  fillHeader(out, bucket, slices);
  stack.frameOfReferenceToken = out.FrameOfReferenceUID;
  stack.rescaleUnits = slices.front().front()->rescaleUnits;
  stack.patient = slices.front().front()->patient;
  out.phaseOrderKey = phaseKeyName(key);
  fillTiming(stack, slices, out.notes);
  const bool oneReference = std::all_of(
      bucket.frames.begin(), bucket.frames.end(),
      [&](const FrameFacts* f) { return f->FrameOfReferenceUID == out.FrameOfReferenceUID; });
  if (!oneReference) {
    out.notes.emplace_back(
        "the images of one series carry different Frame of Reference UIDs; the first one's is "
        "used");
  }
  if (out.SeriesInstanceUIDs.size() > 1) {
    out.notes.push_back("one stack from " + std::to_string(out.SeriesInstanceUIDs.size()) +
                        " series, one per slice");
  }
  return out;
}

// Whether the key says itself where in the beat an image belongs.
bool isTold(PhaseKey key) {
  return key == PhaseKey::triggerTime || key == PhaseKey::privatePhaseNumber ||
         key == PhaseKey::temporalPosition;
}

void addStack(Bucket& bucket, ReadResult& result) {
  keepLastRun(bucket, result.verdicts);
  Slices slices = slicesOf(bucket);
  if (std::optional<Verdict> problem = problemOfGrid(bucket, slices)) {
    result.verdicts.push_back(*std::move(problem));
    return;
  }
  const std::optional<PhaseKey> key = findPhaseKey(slices);
  if (!key) {
    result.verdicts.push_back({"no-phase-order",
                               describe(bucket) + " has several images at each position and "
                                                  "nothing that orders them in time",
                               namesOf(bucket.frames)});
    return;
  }
  if (hasRepeatedMoments(slices) || (!isTold(*key) && hasRepeatedPhaseNumbers(slices))) {
    result.verdicts.push_back({"repeated-acquisition",
                               describe(bucket) + " has several images of each moment of the beat "
                                                  "at each position, and which of them are of one "
                                                  "run cannot be told",
                               namesOf(bucket.frames)});
    return;
  }
  result.stacks.push_back(makeStack(bucket, slices, *key));
}

bool sameOrientation(const Bucket& a, const Bucket& b) {
  const PlaneGeometry& p = a.first().plane;
  const PlaneGeometry& q = b.first().plane;
  return dot(p.rowDirection, q.rowDirection) > sameDirectionCosine &&
         dot(p.columnDirection, q.columnDirection) > sameDirectionCosine;
}

// A series of several geometries makes several stacks: whoever looks for its images is told.
Verdict severalGeometries(const std::vector<const Bucket*>& ofSeries) {
  const Bucket& largest = **std::max_element(
      ofSeries.begin(), ofSeries.end(),
      [](const Bucket* a, const Bucket* b) { return a->frames.size() < b->frames.size(); });
  std::vector<const Bucket*> orientations;
  std::vector<FrameFacts*> others;
  for (const Bucket* bucket : ofSeries) {
    const auto isSame = [&](const Bucket* known) { return sameOrientation(*known, *bucket); };
    if (std::none_of(orientations.begin(), orientations.end(), isSame)) {
      orientations.push_back(bucket);
    }
    if (bucket == &largest) continue;
    others.insert(others.end(), bucket->frames.begin(), bucket->frames.end());
  }
  const bool isTurned = orientations.size() > 1;
  const std::string what =
      isTurned ? std::to_string(orientations.size()) + " orientations"
               : std::to_string(ofSeries.size()) + " fields of view, matrices or pixel spacings";
  return {isTurned ? "mixed-orientations" : "mixed-geometry",
          describe(largest) + " holds images of " + what + ": " +
              countOfImages(largest.frames.size()) + " of one, the largest part, and " +
              countOfImages(others.size()) + " beside it, which are read apart",
          namesOf(others)};
}

void nameSeveralGeometries(const std::vector<Bucket>& buckets, std::vector<Verdict>& verdicts) {
  std::map<std::string, std::vector<const Bucket*>> bySeries;
  for (const Bucket& bucket : buckets) {
    bySeries[bucket.first().source.SeriesInstanceUID].push_back(&bucket);
  }
  for (const auto& [uid, ofSeries] : bySeries) {
    if (ofSeries.size() > 1) verdicts.push_back(severalGeometries(ofSeries));
  }
}

}  // namespace

ReadResult buildStacks(std::vector<FrameFacts> frames) {
  std::stable_sort(frames.begin(), frames.end(), [](const FrameFacts& a, const FrameFacts& b) {
    return std::tie(a.source.SeriesInstanceUID, a.instanceOrder, a.source.SOPInstanceUID,
                    a.source.frameNumber) < std::tie(b.source.SeriesInstanceUID, b.instanceOrder,
                                                     b.source.SOPInstanceUID, b.source.frameNumber);
  });
  ReadResult result;
  const std::vector<Bucket> ofOneGeometry = bucketsOf(frames);
  nameSeveralGeometries(ofOneGeometry, result.verdicts);
  std::vector<Bucket> buckets;
  for (const Bucket& bucket : ofOneGeometry) {
    for (Bucket& part : partsOfOneContent(bucket, result.verdicts)) {
      buckets.push_back(std::move(part));
    }
  }
  for (Bucket& bucket : mergeSingleSlices(std::move(buckets), result.verdicts)) {
    addStack(bucket, result);
  }
  return result;
}

}  // namespace cmr
