#include "dicom_sr/repeated_runs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace cmr {
namespace {

constexpr std::size_t fewestOfRun = 2;
constexpr std::size_t fewestOfRisingRun = 3;  // two may rise by chance
// Heart rates differ from run to run; halves of one beat cover less.
constexpr double shareOfBeat = 0.6;

using Runs = std::vector<SliceFrames>;  // of one place, the first one first

std::optional<double> valueOf(const FrameFacts& frame, PhaseKey key) {
  return frame.keys.at(static_cast<std::size_t>(key));
}

// No value where some frame has none.
std::map<double, SliceFrames> groupsOf(const SliceFrames& slice, PhaseKey key) {
  std::map<double, SliceFrames> groups;
  for (const FrameFacts* frame : slice) {
    const auto value = valueOf(*frame, key);
    if (!value) return {};
    groups[*value].push_back(frame);
  }
  return groups;
}

bool isAlike(std::optional<double> a, std::optional<double> b) {
  return a.has_value() == b.has_value() && (!a || std::abs(*a - *b) <= 1);
}

Runs runsByValue(const SliceFrames& slice, PhaseKey key) {
  Runs runs;
  for (const auto& [value, frames] : groupsOf(slice, key)) runs.push_back(frames);
  return runs;
}

// A run ends where the time after the R wave falls or stays.
Runs risingRuns(const SliceFrames& slice, PhaseKey order) {
  Runs runs;
  std::optional<double> before;
  for (const auto& [value, frames] : groupsOf(slice, order)) {
    const auto time = valueOf(*frames.front(), PhaseKey::triggerTime);
    if (frames.size() > 1 || !time) return {};
    if (!before || *time <= *before) runs.emplace_back();
    runs.back().push_back(frames.front());
    before = time;
  }
  const bool areLong = std::all_of(runs.begin(), runs.end(), [](const SliceFrames& run) {
    return run.size() >= fewestOfRisingRun;
  });
  return areLong ? runs : Runs{};
}

// From the first to the last; empty when a time is missing or there twice.
std::optional<double> spanOf(const SliceFrames& run) {
  std::set<double> times;
  for (const FrameFacts* frame : run) {
    const auto time = valueOf(*frame, PhaseKey::triggerTime);
    if (!time || !times.insert(*time).second) return std::nullopt;
  }
  return *times.rbegin() - *times.begin();
}

bool coverTheSameBeat(const SliceFrames& slice, const Runs& runs) {
  double first = 0;
  double last = 0;
  for (const FrameFacts* frame : slice) {
    const double time = valueOf(*frame, PhaseKey::triggerTime).value_or(0);
    first = frame == slice.front() ? time : std::min(first, time);
    last = frame == slice.front() ? time : std::max(last, time);
  }
  return last > first && std::all_of(runs.begin(), runs.end(), [&](const SliceFrames& run) {
           const auto span = spanOf(run);
           return span && *span >= shareOfBeat * (last - first);
         });
}

bool countTheSamePhases(const Runs& runs, PhaseKey key) {
  std::set<double> first;
  for (const SliceFrames& run : runs) {
    std::set<double> numbers;
    for (const FrameFacts* frame : run) {
      const auto number = valueOf(*frame, key);
      if (!number || !numbers.insert(*number).second) return false;
    }
    if (first.empty()) first = numbers;
    if (numbers != first) return false;
  }
  return true;
}

bool areTakesOfOneCine(const SliceFrames& slice, const Runs& runs) {
  if (runs.size() < 2 || runs.front().size() < fewestOfRun) return false;
  for (const SliceFrames& run : runs) {
    if (run.size() != runs.front().size()) return false;
  }
  return coverTheSameBeat(slice, runs) || countTheSamePhases(runs, PhaseKey::privatePhaseNumber) ||
         countTheSamePhases(runs, PhaseKey::temporalPosition);
}

std::string earliestOf(const SliceFrames& run) {
  std::string earliest = run.front()->acquiredAt;
  for (const FrameFacts* frame : run) earliest = std::min(earliest, frame->acquiredAt);
  return earliest;
}

// By the clock where it tells; else as the key that parted them has them.
void sortByTime(Runs& runs) {
  std::stable_sort(runs.begin(), runs.end(), [](const SliceFrames& a, const SliceFrames& b) {
    return earliestOf(a) < earliestOf(b);
  });
}

using Parting = Runs (*)(const SliceFrames&, PhaseKey);

// One list of runs for each slice; empty where this parts them not all alike.
std::vector<Runs> partAll(const Slices& slices, Parting parting, PhaseKey key) {
  std::vector<Runs> all;
  for (const SliceFrames& slice : slices) {
    Runs runs = parting(slice, key);
    if (!areTakesOfOneCine(slice, runs)) return {};
    if (!all.empty() && all.front().size() != runs.size()) return {};
    sortByTime(runs);
    all.push_back(std::move(runs));
  }
  return all;
}

std::vector<Runs> runsOf(const Slices& slices) {
  if (std::any_of(slices.begin(), slices.end(), hasSeveralContrasts)) return {};
  constexpr std::pair<Parting, PhaseKey> ways[] = {{runsByValue, PhaseKey::acquisitionNumber},
                                                   {runsByValue, PhaseKey::acquisitionTime},
                                                   {runsByValue, PhaseKey::temporalPosition},
                                                   {risingRuns, PhaseKey::acquisitionTime},
                                                   {risingRuns, PhaseKey::instanceNumber}};
  for (const auto& [parting, key] : ways) {
    std::vector<Runs> runs = partAll(slices, parting, key);
    if (!runs.empty()) return runs;
  }
  return {};
}

bool repeats(const Slices& slices, PhaseKey key) {
  std::size_t times = 0;
  for (const SliceFrames& slice : slices) {
    const auto groups = groupsOf(slice, key);
    if (groups.size() < 2 || hasSeveralContrasts(slice)) return false;
    for (const auto& [value, frames] : groups) {
      if (times == 0) times = frames.size();
      if (frames.size() != times) return false;
    }
  }
  return times > 1;
}

}  // namespace

bool hasSeveralContrasts(const SliceFrames& slice) {
  const FrameTiming& first = slice.front()->timing;
  return std::any_of(slice.begin(), slice.end(), [&](const FrameFacts* frame) {
    return !isAlike(frame->timing.inversionTimeMs, first.inversionTimeMs) ||
           !isAlike(frame->timing.echoTimeMs, first.echoTimeMs);
  });
}

void keepLastRun(Bucket& bucket, std::vector<Verdict>& verdicts) {
  const std::vector<Runs> all = runsOf(slicesOf(bucket));
  if (all.empty()) return;
  std::set<const FrameFacts*> last;
  for (const Runs& runs : all) last.insert(runs.back().begin(), runs.back().end());
  std::vector<FrameFacts*> earlier;
  std::vector<FrameFacts*> kept;
  for (FrameFacts* frame : bucket.frames) {
    (last.count(frame) != 0 ? kept : earlier).push_back(frame);
  }
  const std::string what = describe(bucket) + " was acquired " +
                           std::to_string(all.front().size()) + " times: the last run is read, " +
                           countOfImages(earlier.size()) + " of before are left out";
  verdicts.push_back({"repeated-acquisition", what, namesOf(earlier)});
  bucket.notes.push_back(what);
  bucket.frames = std::move(kept);
}

bool hasRepeatedMoments(const Slices& slices) { return repeats(slices, PhaseKey::triggerTime); }

bool hasRepeatedPhaseNumbers(const Slices& slices) {
  return repeats(slices, PhaseKey::privatePhaseNumber) ||
         repeats(slices, PhaseKey::temporalPosition);
}

}  // namespace cmr
