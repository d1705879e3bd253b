#include "dicom_sr/merge_slices.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

namespace cmr {
namespace {

// Of this many places one may have been taken again in what is still one run.
constexpr std::size_t fewestPlacesPerRetake = 3;

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

using Family = std::vector<Bucket*>;  // single slices that may share a stack

// Takes of one place each, in the order of their positions.
std::vector<Family> placesOf(Family family) {
  const Vec3 normal = planeNormal(family.front()->first().plane);
  const auto place = [&](const Bucket* b) { return alongNormal(b->first(), normal); };
  std::stable_sort(family.begin(), family.end(),
                   [&](const Bucket* a, const Bucket* b) { return place(a) < place(b); });
  std::vector<Family> places;
  for (Bucket* bucket : family) {
    if (places.empty() || place(bucket) - place(places.back().front()) > samePositionMm) {
      places.emplace_back();
    }
    places.back().push_back(bucket);
  }
  return places;
}

std::string acquiredAt(const Bucket& bucket) {
  std::string earliest = bucket.first().acquiredAt;
  for (const FrameFacts* f : bucket.frames) earliest = std::min(earliest, f->acquiredAt);
  return earliest;
}

std::string numberOfSeries(const Bucket& bucket) {
  const auto number = bucket.first().seriesNumber;
  if (!number || *number < 0 || *number > 1e9) return {};
  std::string digits = std::to_string(static_cast<long>(*number));
  return std::string(10 - std::min<std::size_t>(10, digits.size()), '0') + digits;
}

using Clock = std::string (*)(const Bucket&);

bool tellsTakesApart(Clock clock, const std::vector<Family>& places) {
  return std::all_of(places.begin(), places.end(), [&](const Family& takes) {
    std::set<std::string> moments;
    for (const Bucket* take : takes) moments.insert(clock(*take));
    return takes.size() == 1 || (moments.size() == takes.size() && moments.count("") == 0);
  });
}

// The acquisition's time, else the number of the series; nullptr where neither tells.
Clock clockFor(const std::vector<Family>& places) {
  for (const Clock clock : {acquiredAt, numberOfSeries}) {
    if (tellsTakesApart(clock, places)) return clock;
  }
  return nullptr;
}

Family sortedBy(Clock clock, Family family) {
  std::stable_sort(family.begin(), family.end(),
                   [&](const Bucket* a, const Bucket* b) { return clock(*a) < clock(*b); });
  return family;
}

bool showsEachPlaceOnce(const Family& run) { return placesOf(run).size() == run.size(); }

// Of series in their order: a run ends where a place comes once more.
std::vector<Family> runsOf(const Family& ordered) {
  std::vector<Family> runs;
  for (Bucket* bucket : ordered) {
    Family next = runs.empty() ? Family{} : runs.back();
    next.push_back(bucket);
    if (runs.empty() || !showsEachPlaceOnce(next)) {
      runs.push_back({bucket});
    } else {
      runs.back() = std::move(next);
    }
  }
  return runs;
}

// What the table or the planes travel in one run, mm: a run goes through the heart once.
double wayOf(const Family& run) {
  const Vec3 normal = planeNormal(run.front()->first().plane);
  double way = 0;
  for (std::size_t i = 1; i < run.size(); ++i) {
    way +=
        std::abs(alongNormal(run[i]->first(), normal) - alongNormal(run[i - 1]->first(), normal));
  }
  return way;
}

// The last run that has every place; empty: there is none. A run may have been broken off before or
// after it, in either direction, so that series of two runs show every place once, too: of all rows
// of consecutive series that do, those with the shortest way are runs.
Family lastCompleteRun(const Family& ordered, std::size_t places) {
  Family best;
  for (std::size_t end = places; end <= ordered.size(); ++end) {
    const auto last = ordered.begin() + static_cast<std::ptrdiff_t>(end);
    const Family row(last - static_cast<std::ptrdiff_t>(places), last);
    if (!showsEachPlaceOnce(row)) continue;
    if (best.empty() || wayOf(row) <= wayOf(best) + samePositionMm) best = row;
  }
  for (const Family& run : runsOf(ordered)) {
    if (run.size() == places && wayOf(run) <= wayOf(best) + samePositionMm) best = run;
  }
  return best;
}

// Every place's first take, every place's second, ...; empty where not all have equally many.
std::vector<Family> rowsOfTakes(std::vector<Family> places, Clock clock) {
  std::vector<Family> rows(places.front().size());
  for (Family& takes : places) {
    if (takes.size() != rows.size()) return {};
    takes = sortedBy(clock, std::move(takes));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(takes[i]);
  }
  return rows;
}

void noteRepeat(Bucket& taken, Bucket& repeat) {
  taken.notes.push_back("series " + repeat.first().source.SeriesInstanceUID +
                        " shows a slice of this stack once more and is read apart");
  repeat.notes.push_back("series " + repeat.first().source.SeriesInstanceUID +
                         " shows a slice that another stack holds already");
}

std::vector<FrameFacts*> framesOf(const std::vector<Family>& families) {
  std::vector<FrameFacts*> frames;
  for (const Family& family : families) {
    for (const Bucket* bucket : family) {
      frames.insert(frames.end(), bucket->frames.begin(), bucket->frames.end());
    }
  }
  return frames;
}

void leaveOutEarlier(Bucket& taken, const std::vector<Family>& earlier,
                     std::vector<Verdict>& verdicts) {
  if (earlier.empty()) return;
  const std::vector<FrameFacts*> frames = framesOf(earlier);
  const std::string what = describe(taken) + ", one series for each slice, was acquired " +
                           std::to_string(earlier.size() + 1) +
                           " times: the last complete run is read, " +
                           countOfImages(frames.size()) + " of the others are left out";
  verdicts.push_back({"repeated-acquisition", what, namesOf(frames)});
  taken.notes.push_back(what);
}

// A run that has every place is read as it is; so is, where all places have equally many takes, the
// last take of each. Other runs that are complete are left out, slices more than that stay apart.
std::vector<Family> completeRun(const Family& ordered, const std::vector<Family>& places,
                                Clock clock, std::vector<Verdict>& verdicts) {
  Family best = lastCompleteRun(ordered, places.size());
  if (best.empty()) {
    const std::vector<Family> rows = rowsOfTakes(places, clock);
    if (rows.empty()) return {};
    best = rows.back();
  }
  const std::set<Bucket*> taken(best.begin(), best.end());
  Family rest;
  for (Bucket* bucket : ordered) {
    if (taken.count(bucket) == 0) rest.push_back(bucket);
  }
  std::vector<Family> groups{best};
  std::vector<Family> otherComplete;
  for (const Family& run : runsOf(rest)) {
    (run.size() == places.size() ? otherComplete : groups).push_back(run);
  }
  leaveOutEarlier(*best.front(), otherComplete, verdicts);
  for (std::size_t i = 1; i < groups.size(); ++i) {
    for (Bucket* repeat : groups[i]) noteRepeat(*best.front(), *repeat);
  }
  return groups;
}

// A few slices that were taken again: the last take of each place, where the clock tells it.
std::vector<Family> retakenSlices(std::vector<Family> places, Clock clock) {
  std::vector<Family> groups(1);
  for (Family& takes : places) {
    if (clock != nullptr) {
      std::sort(takes.begin(), takes.end(),
                [&](const Bucket* a, const Bucket* b) { return clock(*b) < clock(*a); });
    }
    groups.front().push_back(takes.front());
  }
  for (const Family& takes : places) {
    for (std::size_t i = 1; i < takes.size(); ++i) {
      noteRepeat(*groups.front().front(), *takes[i]);
      groups.push_back({takes[i]});
    }
  }
  return groups;
}

// The stacks that a family makes: never one of images of two runs.
std::vector<Family> groupsOf(const Family& family, std::vector<Verdict>& verdicts) {
  const std::vector<Family> places = placesOf(family);
  if (places.size() == family.size()) return {family};
  const Clock clock = clockFor(places);
  if (clock != nullptr) {
    std::vector<Family> groups = completeRun(sortedBy(clock, family), places, clock, verdicts);
    if (!groups.empty()) return groups;
  }
  const auto repeated = static_cast<std::size_t>(std::count_if(
      places.begin(), places.end(), [](const Family& takes) { return takes.size() > 1; }));
  if (repeated <= places.size() / fewestPlacesPerRetake) return retakenSlices(places, clock);
  verdicts.push_back({"repeated-acquisition",
                      describe(*family.front()) + ", one series for each slice, has " +
                          std::to_string(repeated) + " of its " + std::to_string(places.size()) +
                          " places more than once, and which images are of one run cannot be told",
                      namesOf(framesOf({family}))});
  return {};
}

std::vector<Family> familiesOf(std::vector<Bucket>& buckets) {
  std::vector<Family> families;
  for (Bucket& bucket : buckets) {
    const bool isSingle = slicesOf(bucket).size() == 1;
    const auto fits = [&](const Family& family) {
      return isSingle && mayShareStack(*family.front(), bucket) &&
             slicesOf(*family.front()).size() == 1;
    };
    const auto found = std::find_if(families.begin(), families.end(), fits);
    if (found != families.end()) {
      found->push_back(&bucket);
    } else {
      families.push_back({&bucket});
    }
  }
  return families;
}

Bucket joined(const Family& group) {
  Bucket all;
  for (const Bucket* bucket : group) {
    all.frames.insert(all.frames.end(), bucket->frames.begin(), bucket->frames.end());
    all.notes.insert(all.notes.end(), bucket->notes.begin(), bucket->notes.end());
  }
  return all;
}

}  // namespace

std::vector<Bucket> mergeSingleSlices(std::vector<Bucket> buckets, std::vector<Verdict>& verdicts) {
  std::vector<Bucket> merged;
  for (const Family& family : familiesOf(buckets)) {
    for (const Family& group : groupsOf(family, verdicts)) merged.push_back(joined(group));
  }
  return merged;
}

}  // namespace cmr
