#include "cli/measurement_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cmr {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string measurement(const std::string& label, const std::string& value,
                        const std::string& quality, const std::string& reason,
                        const std::string& reported = "true") {
  return R"({"id": "x", "label": ")" + label + R"(", "value": )" + value +
         R"(, "unit": {"value": "mL"}, "quality": ")" + quality + R"(", "reason": ")" + reason +
         R"(", "reported": )" + reported + "}";
}

std::string results(const std::string& measurements) {
  return R"({"notice": "Research use", "measurements": [)" + measurements + R"(],
    "keyPhases": {"endDiastole": {"phase": 19, "timeMs": 886.2},
                  "endSystole": {"phase": 7, "timeMs": null}},
    "source": {"slices": 10, "phases": 20},
    "flags": [{"severity": "warning", "id": "f", "text": "The base is doubtful."}],
    "verdicts": [{"id": "v", "reason": "series 'LGE' is no cine", "instances": []}],
    "package": {"name": "starter", "version": "1.0", "device": "cpu", "precision": "float32"}})";
}

TEST(MeasurementTable, ShowsValuesWithUnitsAndTheReasonsOfDoubt) {
  const std::string table = measurementTable(
      results(measurement("LV EDV", "151.4", "good", "") + "," +
              measurement("LV ESV", "60.2", "uncertain", "The base is doubtful.")));
  EXPECT_THAT(table, HasSubstr("  LV EDV                                    151  mL\n"));
  EXPECT_THAT(table, HasSubstr("60  mL       Uncertain: The base is doubtful.\n"));
  EXPECT_THAT(table, HasSubstr("end-diastole: phase 20 (886 ms), end-systole: phase 8, of 10"));
  EXPECT_THAT(table, HasSubstr("warning: The base is doubtful.\n"));
  EXPECT_THAT(table, HasSubstr("not used: series 'LGE' is no cine\n"));
}

TEST(MeasurementTable, ShowsRangesAndSaysOnceWhyNothingIsIndexed) {
  const std::string range =
      R"({"label": "LV EDV", "value": 232, "unit": {"value": "mL"}, "quality": "good", "reason": "",
          "reported": true, "indexedFrom": "", "noReference": "",
          "reference": {"low": 81, "high": 204, "of": "men", "source": "A study"}})";
  const std::string index =
      R"({"label": "LV EDV index", "value": null, "unit": {"value": "mL/m2"}, "reported": true,
          "quality": "unmeasurable", "reason": "No height.", "indexedFrom": "lv.edv",
          "reference": null, "noReference": ""})";
  const std::string table = measurementTable(results(range + "," + index + "," + index));
  EXPECT_THAT(table, HasSubstr("232  mL       [81\xE2\x80\x93"
                               "204] above\n"));
  EXPECT_THAT(table, HasSubstr("[ranges] men (A study)\n"));
  EXPECT_THAT(table, HasSubstr("  not indexed by body surface: No height.\n"));
  EXPECT_THAT(table, Not(HasSubstr("LV EDV index")));
}

TEST(MeasurementTable, SaysWhatWasNotMeasuredAndShowsNoZero) {
  const std::string table =
      measurementTable(results(measurement("RV EF", "null", "unmeasurable", "No base.")));
  EXPECT_THAT(table, HasSubstr("not measured"));
  EXPECT_THAT(table, HasSubstr("No base."));
  EXPECT_THAT(table, Not(HasSubstr("mL")));
}

TEST(MeasurementTable, NamesWhatMayNotBeReportedWithItsReasonAndWithoutItsValue) {
  const std::string table = measurementTable(
      results(measurement("RV EDV", "98765", "unmeasurable", "Not released.", "false")));
  EXPECT_THAT(table, Not(HasSubstr("98765")));
  EXPECT_THAT(table, HasSubstr("not reported: RV EDV. Not released."));
}

}  // namespace
}  // namespace cmr
