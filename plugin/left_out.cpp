#include "plugin/left_out.h"

#include <algorithm>
#include <array>

#include "analysis/measurement_verdict.h"

namespace cmr {
namespace {

// Of verdicts of the reader: those that may have cost an image of the heart.
constexpr std::array lostImages{"truncated-file",  "truncated-pixels",  "broken-pixels",
                                "too-much",        "absurd-dimensions", "unsupported-pixels",
                                "missing-geometry"};

constexpr std::size_t mostNamed = 20;  // verdict.h

bool shareASeries(const SeriesStack& a, const SeriesStack& b) {
  return std::any_of(
      a.SeriesInstanceUIDs.begin(), a.SeriesInstanceUIDs.end(), [&b](const std::string& uid) {
        return std::find(b.SeriesInstanceUIDs.begin(), b.SeriesInstanceUIDs.end(), uid) !=
               b.SeriesInstanceUIDs.end();
      });
}

std::string counted(std::size_t images) {
  return std::to_string(images) + (images == 1 ? " image" : " images");
}

}  // namespace

std::string whatIsLeftOut(const std::vector<SeriesStack>& stacks, std::size_t chosen,
                          const std::vector<Verdict>& verdictsOfReading) {
  std::size_t apart = 0;
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    if (i == chosen || isMap(stacks[i].content)) continue;
    if (shareASeries(stacks[i], stacks[chosen])) apart += stacks[i].sources.size();
  }
  std::string why;
  if (apart > 0) {
    why = counted(apart) + " of the same series lie in another plane, field of view or matrix";
  }
  for (const Verdict& verdict : verdictsOfReading) {
    if (std::find(lostImages.begin(), lostImages.end(), verdict.id) == lostImages.end()) continue;
    const std::size_t named = verdict.instances.size();
    why += why.empty() ? "" : "; ";
    why += (named < mostNamed ? "" : "at least ") + counted(named) + ": " + verdict.reason;
  }
  if (why.empty()) return {};
  return "Images were left out, and with them perhaps a slice of the ventricles: " + why + ".";
}

std::vector<Flag> flagsOfRepeats(const std::vector<Verdict>& verdictsOfReading) {
  std::vector<Flag> flags;
  for (const Verdict& verdict : verdictsOfReading) {
    if (verdict.id != "repeated-acquisition") continue;
    flags.push_back({Severity::warning, verdict.id, "Of the images: " + verdict.reason + "."});
  }
  return flags;
}

void doubtForWhatIsLeftOut(SaxAnalysis& analysis, const std::string& sentence) {
  if (sentence.empty()) return;
  for (Measurement& m : analysis.measurements) {
    const bool isOfVentricle = m.id.rfind("lv.", 0) == 0 || m.id.rfind("rv.", 0) == 0;
    if (isOfVentricle && m.value) worsen(m, Quality::uncertain, sentence);
  }
  analysis.flags.push_back({Severity::serious, "images-left-out", sentence});
}

}  // namespace cmr
