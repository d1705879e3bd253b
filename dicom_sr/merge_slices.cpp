#include "dicom_sr/merge_slices.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cmr {
namespace {

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
         a.first().ImageType == b.first().ImageType && a.first().content == b.first().content;
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

}  // namespace

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

}  // namespace cmr
