// How much memory writing takes, beside what comes out.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "dicom_sr/contour_cine.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/wall_page.h"
#include "dicom_sr/writers.h"
#include "tests/support/peak_memory.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

struct Writer {
  const char* name;
  std::function<std::vector<ProducedObject>()> write;
};

std::vector<ProducedObject> listOf(ProducedObject object) {
  std::vector<ProducedObject> list;
  list.push_back(std::move(object));
  return list;
}

// Objects of a few hundred kilobytes are beside the point: fonts and the memory of DCMTK's values
// do not grow with pixels. What counts is that no set of results needs more than twice the largest
// of its objects.
TEST(WritingMemory, IsAtMostTwiceTheLargestObject) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep what is freed";
#endif
  const SeriesStack source = readFolder(std::string(CMR_DEMO_DATA) + "/SCD0000301").stacks.at(0);
  SaxAnalysis a = test::circlesOn(source);
  a.wall = examineWall(source.stack, a.labels, {a.endDiastolePhase, a.endSystolePhase});
  const OutputContext context = test::fixedContext();
  const auto segmentations = writeSegmentation(source, a, context);
  const std::vector<Writer> writers{
      {"SEG", [&] { return writeSegmentation(source, a, context); }},
      {"SR", [&] { return listOf(writeStructuredReport(source, a, context, segmentations)); }},
      {"SC",
       [&] {
         return listOf(writeResultPage(source, drawResultPage(source, a, context), context));
       }},
      {"SC 2",
       [&] { return listOf(writeWallPage(source, drawWallPage(source, a, context), context)); }},
      {"PDF",
       [&] {
         return listOf(
             writeDocument(source, drawResultPdf(source, a, context), "A title", context));
       }},
      {"CINE",
       [&] { return listOf(writeContourCine(source, drawContourCine(source, a), context)); }}};
  for (const Writer& writer : writers) writer.write();  // fonts and tables are loaded once
  std::vector<std::int64_t> peaks;
  std::int64_t largest = 0;
  for (const Writer& writer : writers) {
    test::PeakMemory memory;
    memory.start();
    std::int64_t size = 0;
    {
      const auto objects = writer.write();
      for (const ProducedObject& o : objects) size += static_cast<std::int64_t>(o.bytes.size());
    }
    peaks.push_back(memory.bytes());
    largest = std::max(largest, size);
    std::cout << writer.name << ": " << static_cast<double>(size) / 1e6 << " MB, peak "
              << static_cast<double>(peaks.back()) / 1e6 << " MB\n";
  }
  for (std::size_t i = 0; i < peaks.size(); ++i)
    EXPECT_LE(peaks[i], 2 * largest) << writers[i].name;
}

}  // namespace
}  // namespace cmr
