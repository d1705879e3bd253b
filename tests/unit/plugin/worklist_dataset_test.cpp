#include "plugin/worklist_dataset.h"

#include <gtest/gtest.h>

#include "plugin/worklist_entry.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

WorklistItem datasetWith(const Json& more) {
  Json body{{"PatientName", "Müller^Jörg"},
            {"PatientID", "P1"},
            {"AccessionNumber", "A1"},
            {"Modality", "MR"},
            {"ScheduledProcedureStepStartDate", "20260131"}};
  body.update(more);
  return worklistDataset(readWorklistEntry(body.dump()));
}

TEST(WorklistDataset, WhatBelongsToTheStepStandsInItsSequence) {
  const WorklistItem data = datasetWith({{"ScheduledProcedureStepStartTime", "0830"}});
  EXPECT_EQ(data.at("0010,0010").text, "Müller^Jörg");
  EXPECT_EQ(data.at("0008,0005").text, "ISO_IR 192");
  EXPECT_EQ(data.count("0008,0060"), 0U);
  ASSERT_EQ(data.at("0040,0100").items.size(), 1U);
  EXPECT_EQ(stepOf(data).at("0008,0060").text, "MR");
  EXPECT_EQ(stepOf(data).at("0040,0003").text, "083000");
  EXPECT_EQ(stepOf(data).at("0040,0001").text, "");
}

// Orthanc's matcher finds no item in an empty sequence that would meet a key within it.
TEST(WorklistDataset, AnExamWithoutCodesHasNoSequenceOfThem) {
  const auto stepWith = [](const Json& codes) {
    return stepOf(datasetWith({{"ScheduledProtocolCodeSequence", codes}}));
  };
  EXPECT_EQ(stepOf(datasetWith(Json::object())).count("0040,0008"), 0U);
  EXPECT_EQ(stepWith(Json::array()).count("0040,0008"), 0U);
  const auto codes = stepWith(Json::parse(R"([{"CodeValue": "H", "CodingSchemeDesignator": "99X",
      "CodeMeaning": "Heart"}])"))
                         .at("0040,0008")
                         .items;
  ASSERT_EQ(codes.size(), 1U);
  EXPECT_EQ(codes[0].at("0008,0100").text, "H");
}

TEST(WorklistDataset, AFileIsExplicitLittleEndianOfEvenLengths) {
  WorklistItem data;
  data["0008,0060"] = {"CS", "MR"};
  data["0020,000d"] = {"UI", "1.2"};
  data["0040,0100"] = {"SQ", {}, {{{"0040,0009", {"SH", "S"}}}}};
  data["0040,1400"] = {"UT"};
  using namespace std::string_literals;
  const std::string file = dicomFileOf(data);
  EXPECT_EQ(file.substr(128, 4), "DICM");
  const std::string meta =
      "\x02\0\0\0UL\x04\0\x1c\0\0\0"s + "\x02\0\x10\0UI\x14\0"s + "1.2.840.10008.1.2.1\0"s;
  EXPECT_EQ(file.substr(132, meta.size()), meta);
  EXPECT_EQ(file.substr(132 + meta.size()),
            "\x08\0\x60\0CS\x02\0MR"s + "\x20\0\x0d\0UI\x04\0"s + "1.2\0"s +
                "\x40\0\0\x01SQ\0\0\x12\0\0\0"s + "\xfe\xff\0\xe0\x0a\0\0\0"s +
                "\x40\0\x09\0SH\x02\0S "s + "\x40\0\0\x14UT\0\0\0\0\0\0"s);
}

}  // namespace
}  // namespace cmr
