#include "dicom_sr/short_names.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "analysis/aha_segments.h"

namespace cmr {
namespace {

struct ShortName {
  std::string_view id;
  const char* name;
};

// In the order of importance: OHIF shows five at a time.
constexpr std::array<ShortName, 60> shortNames{{
    {"lv.ef", "LV EF"},
    {"lv.edv", "LV EDV"},
    {"lv.esv", "LV ESV"},
    {"lv.sv", "LV SV"},
    {"lv.mass", "LV mass"},
    {"lv.edvi", "LV EDV index"},
    {"lv.esvi", "LV ESV index"},
    {"lv.massi", "LV mass index"},
    {"lv.co", "LV CO"},
    {"lv.ci", "LV CI"},
    {"lv.svi", "LV SV index"},
    {"lv.wall.max", "LV wall, largest"},
    {"lv.wall.mean", "LV wall, mean"},
    {"lv.wall.ecc.mid", "LV GCS, mid-wall"},
    {"lv.wall.ecc.endo", "LV GCS, endocardial"},
    {"lv.wall.err", "LV GRS"},
    {"lv.wall.thickening", "LV wall thickening"},
    {"lv.per", "LV PER"},
    {"lv.pfr", "LV PFR"},
    {"heart.rate", "Heart rate"},
    {"body.surface", "BSA"},
    {"rv.ef", "RV EF"},
    {"rv.edv", "RV EDV"},
    {"rv.esv", "RV ESV"},
    {"rv.sv", "RV SV"},
    {"rv.edvi", "RV EDV index"},
    {"rv.esvi", "RV ESV index"},
    {"rv.svi", "RV SV index"},
    {"lge.percent.5sd", "LGE of LV, 5 SD"},
    {"lge.mass.5sd", "LGE mass, 5 SD"},
    {"lge.percent.6sd", "LGE of LV, 6 SD"},
    {"lge.mass.6sd", "LGE mass, 6 SD"},
    {"lge.percent.fwhm", "LGE of LV, FWHM"},
    {"lge.mass.fwhm", "LGE mass, FWHM"},
    {"t1.global", "T1"},
    {"t1.global.q1", "T1, Q1"},
    {"t1.global.q3", "T1, Q3"},
    {"t1.blood", "T1 of blood"},
    {"t1post.global", "T1 post"},
    {"t1post.global.q1", "T1 post, Q1"},
    {"t1post.global.q3", "T1 post, Q3"},
    {"t1post.blood", "T1 post of blood"},
    {"t2.global", "T2"},
    {"t2.global.q1", "T2, Q1"},
    {"t2.global.q3", "T2, Q3"},
    {"ecv.global", "ECV"},
    {"lax.lv.ef", "LV EF, 1 plane"},
    {"lax.lv.edv", "LV EDV, 1 plane"},
    {"lax.lv.esv", "LV ESV, 1 plane"},
    {"lax.gls", "LV GLS"},
    {"lax.mapse", "MAPSE"},
    {"lax.la.max", "LA max"},
    {"lax.la.min", "LA min"},
    {"lax.la.area", "LA area"},
    {"lax.ra.max", "RA max"},
    {"lax.ra.min", "RA min"},
    {"lax.ra.area", "RA area"},
    {"lax.lv.ef.al", "LV EF, 1 plane AL"},
    {"lax.lv.edv.al", "LV EDV, 1 plane AL"},
    {"lax.lv.esv.al", "LV ESV, 1 plane AL"},
}};

constexpr std::string_view segmentPart = ".segment.";

const ShortName* find(const std::string& id) {
  return std::find_if(shortNames.begin(), shortNames.end(),
                      [&](const ShortName& name) { return name.id == id; });
}

std::string segmentName(const std::string& id, int segment) {
  std::string name;
  if (id.starts_with("lge.")) {
    name = id.ends_with("transmurality") ? "LGE depth" : "LGE";
  } else if (id.starts_with("lv.wall.")) {
    name = id.ends_with(".ed") ? "Wall ED" : id.ends_with(".es") ? "Wall ES" : "Thickening";
  } else if (id.starts_with("t1post.")) {
    name = "T1 post";
  } else if (id.starts_with("t1.")) {
    name = "T1";
  } else if (id.starts_with("t2.")) {
    name = "T2";
  } else if (id.starts_with("ecv.")) {
    name = "ECV";
  } else {
    return name;
  }
  name.append(", AHA ");
  name.append(std::to_string(segment));
  return name;
}

}  // namespace

std::size_t importanceOf(const std::string& measurementId) {
  return static_cast<std::size_t>(find(measurementId) - shortNames.begin());
}

std::string shortNameOf(const std::string& measurementId) {
  if (const int segment = segmentOf(measurementId); segment > 0) {
    return segmentName(measurementId, segment);
  }
  const ShortName* const at = find(measurementId);
  return at == shortNames.end() ? "" : at->name;
}

int segmentOf(const std::string& measurementId) {
  const std::size_t at = measurementId.find(segmentPart);
  if (at == std::string::npos) return 0;
  const int segment = std::atoi(measurementId.c_str() + at + segmentPart.size());
  return segment >= 1 && segment <= ahaApex ? segment : 0;
}

}  // namespace cmr
