// A number that a reader may use: value, unit, coded concept, method, the images it came from,
// and how far it can be trusted. What could not be measured has no value and says why.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cmr {

struct Code {
  std::string value;   // "8821-1"
  std::string scheme;  // "LN", "SCT", "DCM", "UCUM"
  std::string meaning;
};

// An interval that healthy people's values lie in, as published.
struct ReferenceRange {
  double low = 0;
  double high = 0;
  std::string source;      // printed beside it: "Kawel-Boehm et al., JCMR 2025;27:101853"
  std::string population;  // of whom, and by which convention
};

enum class Quality { good, uncertain, unmeasurable };

struct Measurement {
  std::string id;     // stable name in results.json: "lv.edv"
  std::string label;  // for people: "LV end-diastolic volume"
  Code concept_;      // the measured property
  Code unit;          // UCUM
  std::optional<double> value;
  std::string method;                     // one sentence: how it was computed, with its source
  std::vector<std::size_t> sourceFrames;  // StackFrame::sourceIndex of the images used
  Quality quality = Quality::good;
  std::string reason;       // why uncertain or unmeasurable; empty when good
  std::string indexedFrom;  // the id of what this is per m2 of body surface; else empty
  std::optional<ReferenceRange> reference;  // only where its conditions are met
  std::string noReference;                  // why a published range is not shown; else empty
};

enum class Severity { note, warning, serious };

// Something a reader should know about the result as a whole.
struct Flag {
  Severity severity = Severity::note;
  std::string id;    // stable: "basal-slice-uncertain"
  std::string text;  // one sentence
};

}  // namespace cmr
