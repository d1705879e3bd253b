#include "plugin/left_out.h"

#include <algorithm>
#include <array>

#include "analysis/measurement_verdict.h"

namespace cmr {
namespace {

// Of verdicts of the reader: those that may have cost an image of the heart.
constexpr std::array lostImages{"truncated-file",     "truncated-pixels", "broken-pixels",
                                "absurd-dimensions",  "too-much",         "out-of-memory",
                                "unsupported-pixels", "missing-geometry", "unreadable"};
// And those that end the reading.
constexpr std::array cutShort{"too-much", "out-of-memory"};

constexpr std::size_t mostNamed = 20;  // verdict.h

bool shareASeries(const SeriesStack& a, const SeriesStack& b) {
  return std::any_of(
      a.SeriesInstanceUIDs.begin(), a.SeriesInstanceUIDs.end(), [&b](const std::string& uid) {
        return std::find(b.SeriesInstanceUIDs.begin(), b.SeriesInstanceUIDs.end(), uid) !=
               b.SeriesInstanceUIDs.end();
      });
}

template <typename Ids>
bool isOneOf(const Ids& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool isOfImages(const Measurement& m) { return m.id != "heart.rate" && m.id != "body.surface"; }

void worsenAll(std::vector<Measurement>& measurements, const LeftOut& leftOut) {
  const Quality quality = leftOut.isCutShort ? Quality::unmeasurable : Quality::uncertain;
  for (Measurement& m : measurements) {
    if (m.value && isOfImages(m)) worsen(m, quality, leftOut.sentence);
  }
}

void removeCurves(SaxAnalysis& analysis) {
  analysis.lvVolumeMl.clear();
  analysis.rvVolumeMl.clear();
  analysis.wall = {};
  analysis.leftVentricle.reset();
  analysis.leftAtrium.reset();
  for (ExperimentalStructure& apart : analysis.experimental) apart.volumeMl.clear();
}

std::string counted(std::size_t images) {
  return std::to_string(images) + (images == 1 ? " image" : " images");
}

}  // namespace

LeftOut whatIsLeftOut(const std::vector<SeriesStack>& stacks, std::size_t chosen,
                      const std::vector<Verdict>& verdictsOfReading, OtherStacks others) {
  LeftOut leftOut;
  std::size_t apart = 0;
  for (std::size_t i = 0; i < stacks.size() && others == OtherStacks::areMissed; ++i) {
    if (i == chosen || isMap(stacks[i].content)) continue;
    if (shareASeries(stacks[i], stacks[chosen])) apart += stacks[i].sources.size();
  }
  std::string why;
  if (apart > 0) {
    why = counted(apart) + " of the same series lie in another plane, field of view or matrix";
  }
  for (const Verdict& verdict : verdictsOfReading) {
    if (!isOneOf(lostImages, verdict.id)) continue;
    leftOut.isCutShort = leftOut.isCutShort || isOneOf(cutShort, verdict.id);
    const std::size_t named = verdict.instances.size();
    why += why.empty() ? "" : "; ";
    why += (named < mostNamed ? "" : "at least ") + counted(named) + ": " + verdict.reason;
  }
  if (why.empty()) return leftOut;
  leftOut.sentence =
      leftOut.isCutShort
          ? "Not all images were read, and nothing is measured on a part: " + why + "."
          : "Images were left out, and with them perhaps a part of the heart: " + why + ".";
  return leftOut;
}

std::vector<Flag> flagsOfRepeats(const std::vector<Verdict>& verdictsOfReading) {
  std::vector<Flag> flags;
  for (const Verdict& verdict : verdictsOfReading) {
    if (verdict.id != "repeated-acquisition") continue;
    flags.push_back({Severity::warning, verdict.id, "Of the images: " + verdict.reason + "."});
  }
  return flags;
}

void doubtForWhatIsLeftOut(SaxAnalysis& analysis, const LeftOut& leftOut) {
  if (leftOut.sentence.empty()) return;
  worsenAll(analysis.measurements, leftOut);
  for (ExperimentalStructure& apart : analysis.experimental) {
    worsenAll(apart.measurements, leftOut);
  }
  if (leftOut.isCutShort) removeCurves(analysis);
  analysis.flags.push_back({Severity::serious, "images-left-out", leftOut.sentence});
}

}  // namespace cmr
