#include "models/phantom_dicom.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/errors.h"
#include "dicom_sr/read_series.h"
#include "models/png_file.h"
#include "tests/support/judge.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

// Two frames of each series and every phase of one slice less: small, of all kinds.
PhantomExam smallExam(PhantomVendor vendor) {
  PhantomExam exam = planExam(5, PhantomDisease::infarct, vendor);
  for (ExamSeries& series : exam.series) {
    const bool stack = series.view == PhantomView::sax && series.sequence == PhantomSequence::cine;
    std::vector<ExamFramePlan> kept;
    for (const ExamFramePlan& plan : series.frames) {
      if (plan.phaseIndex < (stack ? 3 : 2) && plan.slice < 3) kept.push_back(plan);
    }
    series.frames = kept;
    series.phaseCount = std::min(series.phaseCount, stack ? 3 : 2);
  }
  return exam;
}

nlohmann::json truthOf(const fs::path& folder) {
  std::ifstream in(folder / "truth.json");
  return nlohmann::json::parse(in);
}

// What dciodvfy says of these vendors' own files as well, so that it belongs to the likeness:
// Siemens writes trigger times without CG among the scan options, GE an inversion time of 0 where
// nothing was inverted.
bool isOfVendor(PhantomVendor vendor, const std::string& error) {
  const bool needless =
      error.find("Attribute present when condition unsatisfied") != std::string::npos;
  if (vendor == PhantomVendor::siemens) {
    return needless && error.find("</TriggerTime(0018,1060)>") != std::string::npos;
  }
  return vendor == PhantomVendor::ge && needless &&
         error.find("</InversionTime(0018,0082)>") != std::string::npos;
}

class PhantomDicomOf : public testing::TestWithParam<PhantomVendor> {};

TEST_P(PhantomDicomOf, WritesFilesInWhichDciodvfyFindsNoErrorThatTheVendorsOwnLack) {
  const fs::path folder = test::ownFolder();
  writePhantomStudy(smallExam(GetParam()), folder.string(), {});
  std::set<std::string> errors;
  for (const auto& series : fs::directory_iterator(folder / "dicom")) {
    const fs::path file = fs::directory_iterator(series.path())->path();
    const test::Verdict verdict = test::run("dciodvfy -new '" + file.string() + "'");
    ASSERT_FALSE(verdict.output.empty()) << "is dicom3tools installed?";
    for (const std::string& line : test::linesOf(verdict.output)) {
      if (line.rfind("Error", 0) != 0 || isOfVendor(GetParam(), line)) continue;
      errors.insert(series.path().filename().string() + ": " + line);
    }
  }
  EXPECT_TRUE(errors.empty()) << *errors.begin();
  fs::remove_all(folder);
}

TEST_P(PhantomDicomOf, ReadsBackAsTheStackThatWasAcquired) {
  const fs::path folder = test::ownFolder();
  const PhantomExam exam = smallExam(GetParam());
  PhantomStudyOptions options;
  options.seriesPerSlice = GetParam() == PhantomVendor::siemens;
  writePhantomStudy(exam, folder.string(), options);
  const ReadResult read = readFolder((folder / "dicom").string());
  const ExamSeries* cine = nullptr;
  for (const ExamSeries& s : exam.series) {
    if (s.view == PhantomView::sax && s.sequence == PhantomSequence::cine) cine = &s;
  }
  ASSERT_NE(cine, nullptr);
  int found = 0;
  for (const SeriesStack& s : read.stacks) {
    if (s.stack.sliceCount != 3 || s.stack.phaseCount != 3) continue;
    ++found;
    EXPECT_EQ(s.stack.rows, cine->rows);
    EXPECT_NEAR(sliceDistancesMm(s.stack).front(), 10, 1e-3);
    EXPECT_TRUE(s.stack.patient.sex.has_value());
    EXPECT_NEAR(s.stack.frame(0, 1).timing.triggerTimeMs.value_or(0), cine->frames[1].triggerMs,
                0.01);
    const ExamFrame first = acquireFrame(exam, *cine, 0);
    const int slice = norm(s.stack.planes[0].originMm - cine->frames[0].view.plane.originMm) < 0.1
                          ? 0
                          : 2;  // the reader orders slices along the normal
    const StackFrame& back = s.stack.frame(slice, 0);
    for (std::size_t i = 0; i < back.pixels.size(); ++i) {
      ASSERT_EQ(back.pixels[i], static_cast<float>(first.pixels[i])) << i;
    }
  }
  EXPECT_EQ(found, 1);
  fs::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Vendors, PhantomDicomOf,
                         testing::Values(PhantomVendor::siemens, PhantomVendor::ge,
                                         PhantomVendor::philips),
                         [](const auto& vendor) { return vendorName(vendor.param); });

TEST(PhantomDicom, TruthNamesEveryFileWithLabelsOfItsSize) {
  const fs::path folder = test::ownFolder();
  const PhantomExam exam = smallExam(PhantomVendor::siemens);
  const PhantomStudySummary summary = writePhantomStudy(exam, folder.string(), {});
  const nlohmann::json truth = truthOf(folder);
  EXPECT_EQ(truth["condition"], "infarct");
  EXPECT_NEAR(truth["heart"]["lvEdvMl"].get<double>(), exam.body.heart.lvEdvMl,
              0.03 * exam.body.heart.lvEdvMl);
  EXPECT_GT(truth["heart"]["scarMassG"].get<double>(), 0);
  int files = 0;
  for (const auto& series : truth["series"]) {
    for (const auto& frame : series["frames"]) {
      ++files;
      ASSERT_TRUE(fs::exists(folder / "dicom" / frame["file"].get<std::string>()));
      const GrayImage labels =
          readPng((folder / "labels" / frame["labels"].get<std::string>()).string());
      ASSERT_GT(labels.width, 0);
      for (const std::uint16_t v : labels.pixels) ASSERT_LT(v, phantomTissueCount);
    }
  }
  EXPECT_EQ(files, summary.instances);
  EXPECT_THROW(writePhantomStudy(exam, folder.string(), {}), InputError);
  fs::remove_all(folder);
}

TEST(PhantomDicom, TheSameExamGivesTheSameBytes) {
  const fs::path folder = test::ownFolder();
  const auto bytesOf = [&](const std::string& name) {
    PhantomExam exam = smallExam(PhantomVendor::ge);
    exam.series.resize(2);
    writePhantomStudy(exam, (folder / name).string(), {});
    std::string all;
    std::set<fs::path> files;
    for (const auto& f : fs::recursive_directory_iterator(folder / name)) {
      if (f.is_regular_file()) files.insert(f.path());
    }
    for (const fs::path& f : files) {
      std::ifstream in(f, std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  };
  EXPECT_EQ(bytesOf("one"), bytesOf("two"));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace cmr
