#include "analysis/indexed_measurements.h"

#include <string>

#include "analysis/errors.h"
#include "analysis/measurement_verdict.h"

namespace cmr {
namespace {

const char* const mosteller = "Mosteller (N Engl J Med 1987;317:1098)";

std::string quantityOf(const Measurement& m) { return m.id.substr(m.id.find('.') + 1); }

std::string indexId(const Measurement& m) {
  const std::string side = m.id.substr(0, m.id.find('.') + 1);
  const std::string quantity = quantityOf(m);
  return side + (quantity == "co" ? "ci" : quantity + "i");
}

std::string indexLabel(const Measurement& m) {
  if (quantityOf(m) == "co") return m.label.substr(0, m.label.find(' ')) + " cardiac index";
  return m.label + " index";
}

// Stroke and cardiac index have codes of their own (PS3.16 CID 12203, 12204); the others are the
// property itself with the modifier Index (121425, DCM).
Code indexConcept(const Measurement& m) {
  if (m.id == "lv.sv") return {"277381004", "SCT", "Stroke Index"};
  if (m.id == "lv.co") return {"54993008", "SCT", "Cardiac Index"};
  if (m.id == "rv.sv") return {"429619008", "SCT", "RV Stroke Index"};
  return m.concept_;
}

Code indexUnit(const Measurement& m) {
  const std::string quantity = quantityOf(m);
  if (quantity == "edv" || quantity == "esv" || quantity == "sv") {
    return {"mL/m2", "UCUM", "milliliter per square meter"};
  }
  if (quantity == "co") return {"L/min/m2", "UCUM", "liter per minute per square meter"};
  if (quantity == "mass") return {"g/m2", "UCUM", "gram per square meter"};
  throw InputError("'" + m.id + "' is no measurement that is indexed by body surface");
}

}  // namespace

Measurement indexedBy(const BodySurface& surface, const Measurement& measurement) {
  Measurement m;
  m.id = indexId(measurement);
  m.label = indexLabel(measurement);
  m.concept_ = indexConcept(measurement);
  m.unit = indexUnit(measurement);
  m.method = measurement.label + " over body surface area by " + mosteller + ".";
  m.sourceFrames = measurement.sourceFrames;
  m.indexedFrom = measurement.id;
  m.quality = measurement.quality;
  m.reason = measurement.reason;
  if (!measurement.value) {
    worsen(m, Quality::unmeasurable, measurement.reason);
  } else if (!surface.m2) {
    worsen(m, Quality::unmeasurable, surface.reason);
  } else {
    m.value = *measurement.value / *surface.m2;
  }
  return m;
}

Measurement bodySurfaceMeasurement(const BodySurface& surface) {
  Measurement m;
  m.id = "body.surface";
  m.label = "Body surface area";
  m.concept_ = {"8277-6", "LN", "BSA"};
  m.unit = {"m2", "UCUM", "square meter"};
  m.method = std::string("Square root of height in cm times weight in kg over 3600, ") + mosteller +
             ", from what the images state.";
  m.value = surface.m2;
  if (!surface.m2) worsen(m, Quality::unmeasurable, surface.reason);
  return m;
}

}  // namespace cmr
