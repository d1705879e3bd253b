#include "dicom_sr/build_stacks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "dicom_sr/phase_order.h"
#include "dicom_sr/source_date.h"
#include "dicom_sr/stack_timing.h"

namespace cmr {
namespace {

constexpr double sameDirectionCosine = 0.9999;  // 0.8 degrees
constexpr double samePositionMm = 0.1;
constexpr double sameSpacing = 1e-3;  // relative
constexpr std::size_t namesPerVerdict = 20;

// A series has one frame of reference (PS3.3 A.1.2.5); anonymisers that give every image its own
// break that, and within a series positions are believed all the same.
bool sameReference(const FrameFacts& a, const FrameFacts& b) {
  return a.source.SeriesInstanceUID == b.source.SeriesInstanceUID ||
         a.FrameOfReferenceUID == b.FrameOfReferenceUID;
}

bool sameGeometry(const FrameFacts& a, const FrameFacts& b) {
  const auto close = [](double x, double y) { return std::abs(x - y) <= sameSpacing * y; };
  return a.rows == b.rows && a.columns == b.columns && a.StudyInstanceUID == b.StudyInstanceUID &&
         sameReference(a, b) && close(a.plane.rowSpacingMm, b.plane.rowSpacingMm) &&
         close(a.plane.columnSpacingMm, b.plane.columnSpacingMm) &&
         dot(a.plane.rowDirection, b.plane.rowDirection) > sameDirectionCosine &&
         dot(a.plane.columnDirection, b.plane.columnDirection) > sameDirectionCosine;
}

struct Bucket {
  std::vector<FrameFacts*> frames;
  std::vector<std::string> notes;
  const FrameFacts& first() const { return *frames.front(); }
};

// Frames of one series and one geometry.
std::vector<Bucket> bucketsOf(std::vector<FrameFacts>& frames) {
  std::vector<Bucket> buckets;
  for (FrameFacts& frame : frames) {
    const auto fits = [&](const Bucket& b) {
      return b.first().source.SeriesInstanceUID == frame.source.SeriesInstanceUID &&
             sameGeometry(b.first(), frame);
    };
    const auto found = std::find_if(buckets.begin(), buckets.end(), fits);
    if (found != buckets.end()) {
      found->frames.push_back(&frame);
    } else {
      buckets.push_back({{&frame}, {}});
    }
  }
  return buckets;
}

using Slices = std::vector<SliceFrames>;

double alongNormal(const FrameFacts& frame, const Vec3& normal) {
  return dot(frame.plane.originMm, normal);
}

// Slices in the order of their positions along the common normal.
Slices slicesOf(const Bucket& bucket) {
  const Vec3 normal = planeNormal(bucket.first().plane);
  std::vector<FrameFacts*> sorted = bucket.frames;
  std::stable_sort(sorted.begin(), sorted.end(), [&](const FrameFacts* a, const FrameFacts* b) {
    return alongNormal(*a, normal) < alongNormal(*b, normal);
  });
  Slices slices;
  for (const FrameFacts* frame : sorted) {
    if (slices.empty() ||
        alongNormal(*frame, normal) - alongNormal(*slices.back().front(), normal) >
            samePositionMm) {
      slices.emplace_back();
    }
    slices.back().push_back(frame);
  }
  return slices;
}

std::string withoutDigits(const std::string& text) {
  std::string rest;
  for (const char c : text) {
    if (c < '0' || c > '9') rest += c;
  }
  return rest;
}

// Siemens and others write every slice of a cine into a series of its own: single positions of one
// geometry, with equally many phases and descriptions that differ in a number at most.
bool mayShareStack(const Bucket& a, const Bucket& b) {
  return a.first().source.SeriesInstanceUID != b.first().source.SeriesInstanceUID &&
         a.frames.size() == b.frames.size() && a.frames.size() > 1 &&
         sameGeometry(a.first(), b.first()) &&
         withoutDigits(a.first().SeriesDescription) == withoutDigits(b.first().SeriesDescription) &&
         a.first().ImageType == b.first().ImageType;
}

// A slice that was taken twice stays apart: two series at one position are two candidates, and
// which of them is the better one is not ours to guess.
bool hasPosition(const std::vector<Bucket*>& members, const Bucket& bucket) {
  const Vec3 normal = planeNormal(bucket.first().plane);
  return std::any_of(members.begin(), members.end(), [&](const Bucket* m) {
    return std::abs(alongNormal(m->first(), normal) - alongNormal(bucket.first(), normal)) <=
           samePositionMm;
  });
}

void noteRepeat(Bucket& taken, Bucket& repeat) {
  taken.notes.push_back("series " + repeat.first().source.SeriesInstanceUID +
                        " shows a slice of this stack once more and is read apart");
  repeat.notes.push_back("series " + repeat.first().source.SeriesInstanceUID +
                         " shows a slice that another stack holds already");
}

std::vector<Bucket> mergeSingleSlices(std::vector<Bucket> buckets) {
  std::vector<std::vector<Bucket*>> groups;
  for (Bucket& bucket : buckets) {
    const bool single = slicesOf(bucket).size() == 1;
    const auto fits = [&](const std::vector<Bucket*>& group) {
      if (!single || !mayShareStack(*group.front(), bucket) ||
          slicesOf(*group.front()).size() != 1) {
        return false;
      }
      if (!hasPosition(group, bucket)) return true;
      noteRepeat(*group.front(), bucket);
      return false;
    };
    const auto found = std::find_if(groups.begin(), groups.end(), fits);
    if (found != groups.end()) {
      found->push_back(&bucket);
    } else {
      groups.push_back({&bucket});
    }
  }
  std::vector<Bucket> merged;
  for (const auto& group : groups) {
    Bucket all;
    for (const Bucket* bucket : group) {
      all.frames.insert(all.frames.end(), bucket->frames.begin(), bucket->frames.end());
      all.notes.insert(all.notes.end(), bucket->notes.begin(), bucket->notes.end());
    }
    merged.push_back(std::move(all));
  }
  return merged;
}

std::vector<std::string> namesOf(const Bucket& bucket) {
  std::vector<std::string> names;
  for (const FrameFacts* f : bucket.frames) {
    if (names.size() == namesPerVerdict) break;
    names.push_back(f->source.SOPInstanceUID);
  }
  return names;
}

std::string describe(const Bucket& bucket) {
  const FrameFacts& f = bucket.first();
  const std::string name =
      f.SeriesDescription.empty() ? f.source.SeriesInstanceUID : "'" + f.SeriesDescription + "'";
  return "series " + name;
}

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
                   namesOf(bucket)};
  }
  if (!fewer.empty()) {
    return Verdict{"missing-phases",
                   describe(bucket) + " lacks images: position " + list(fewer) + " of " +
                       std::to_string(slices.size()) + " has fewer than " + std::to_string(usual) +
                       " phases",
                   namesOf(bucket)};
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
                       namesOf(bucket)};
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
  out.ContrastBolusAgent = first.ContrastBolusAgent;
  std::set<std::string> series;
  for (const FrameFacts* f : bucket.frames) {
    series.insert(f->source.SeriesInstanceUID);
    if (f->header == nullptr) continue;
    out.latestDateTime = std::max(out.latestDateTime, latestDateTime(*f->header));
  }
  out.SeriesInstanceUIDs.assign(series.begin(), series.end());
}

// Moves the pixels out of the facts: they are not needed twice.
SeriesStack makeStack(const Bucket& bucket, Slices& slices, PhaseKey key) {
  SeriesStack out;
  out.notes = bucket.notes;
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

void addStack(const Bucket& bucket, ReadResult& result) {
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
                               namesOf(bucket)});
    return;
  }
  result.stacks.push_back(makeStack(bucket, slices, *key));
}

}  // namespace

ReadResult buildStacks(std::vector<FrameFacts> frames) {
  std::stable_sort(frames.begin(), frames.end(), [](const FrameFacts& a, const FrameFacts& b) {
    return std::tie(a.source.SeriesInstanceUID, a.instanceOrder, a.source.SOPInstanceUID,
                    a.source.frameNumber) < std::tie(b.source.SeriesInstanceUID, b.instanceOrder,
                                                     b.source.SOPInstanceUID, b.source.frameNumber);
  });
  ReadResult result;
  for (const Bucket& bucket : mergeSingleSlices(bucketsOf(frames))) addStack(bucket, result);
  return result;
}

}  // namespace cmr
