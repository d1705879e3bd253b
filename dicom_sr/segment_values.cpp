#include "dicom_sr/segment_values.h"

#include <algorithm>
#include <string>

#include "analysis/aha_segments.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/measurement_text.h"

namespace cmr {
namespace {

struct Picture {
  const char* prefix;
  const char* suffix;
  const char* title;
  const char* unit;
  double low;
  double high;
  int decimals;
};

constexpr Picture pictures[] = {
    {"lv.wall.segment.", ".ed", "Wall thickness at ED", "mm", 0, 20, 1},
    {"lv.wall.segment.", ".es", "Wall thickness at ES", "mm", 0, 20, 1},
    {"lv.wall.segment.", ".thickening", "Wall thickening", "%", 0, 100, 0},
    {"t1.segment.", "", "T1, native", "ms", 800, 1500, 0},
    {"t1post.segment.", "", "T1 after contrast agent", "ms", 200, 700, 0},
    {"t2.segment.", "", "T2", "ms", 30, 80, 0},
    {"ecv.segment.", "", "Extracellular volume", "%", 15, 60, 0},
    {"lge.segment.", ".percent", "Enhanced share of the segment", "%", 0, 100, 0},
    {"lge.segment.", ".transmurality", "Transmurality of enhancement", "%", 0, 100, 0}};

const Measurement* measurementNamed(const SaxAnalysis& analysis, const std::string& id) {
  const auto at = std::find_if(analysis.measurements.begin(), analysis.measurements.end(),
                               [&](const Measurement& m) { return m.id == id; });
  return at == analysis.measurements.end() ? nullptr : &*at;
}

}  // namespace

std::vector<SegmentValues> segmentValues(const SaxAnalysis& analysis) {
  std::vector<SegmentValues> all;
  std::string prefixShown;
  for (const Picture& picture : pictures) {
    SegmentValues segments{picture.title, picture.unit,     {}, picture.low,
                           picture.high,  picture.decimals, {}};
    int measured = 0;
    int uncertain = 0;
    int withheld = 0;
    std::string why;  // of the first that is withheld
    for (int n = 1; n <= ahaApex; ++n) {
      const Measurement* const m =
          measurementNamed(analysis, picture.prefix + std::to_string(n) + picture.suffix);
      const bool isShown = m != nullptr && isReleased(analysis, *m) && isMeasured(*m);
      segments.values.push_back(isShown ? m->value : std::nullopt);
      if (n != ahaApex && m != nullptr && isReleased(analysis, *m) && !isMeasured(*m)) {
        if (withheld++ == 0) why = m->reason;
      }
      measured += isShown;
      uncertain += isShown && m->quality == Quality::uncertain;
    }
    // Empty ones are drawn beside others of their kind alone: the page's table says why elsewhere.
    const bool isOfKind = prefixShown == picture.prefix;
    if (measured == 0 && !(isOfKind && withheld > 0)) continue;
    if (uncertain > 0) {
      segments.note = std::to_string(uncertain) + " of " + std::to_string(measured) +
                      " values are uncertain: the reasons stand in the report. ";
    }
    if (withheld > 0) segments.note += std::to_string(withheld) + " are not given: " + why + " ";
    segments.note += apexNotMeasured;
    prefixShown = picture.prefix;
    all.push_back(std::move(segments));
  }
  return all;
}

}  // namespace cmr
