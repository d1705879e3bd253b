#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/errors.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/page_pdf.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/writers.h"
#include "tests/support/dicom_edit.h"
#include "tests/support/judge.h"
#include "tests/support/real_series.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

using test::circlesOn;
using test::fixedContext;
using testing::HasSubstr;
using testing::Not;

SeriesStack demoStack() {
  const ReadResult result = readFolder(std::string(CMR_DEMO_DATA) + "/SCD0000301");
  if (result.stacks.size() != 1) throw std::runtime_error("the demo series does not read");
  return result.stacks.front();
}

// What one of poppler's tools says of a PDF.
std::string ask(const std::string& tool, const std::string& pdf, const std::string& rest = "") {
  const test::TemporaryFolder folder;
  return test::run(tool + " '" + folder.write("page.pdf", pdf) + "' " + rest).output;
}

TEST(WriteDocument, GivesAnEncapsulatedPdfThatDciodvfyAccepts) {
  const SeriesStack source = demoStack();
  const std::string pdf = drawResultPdf(source, circlesOn(source), fixedContext());
  const ProducedObject object =
      writeDocument(source, pdf, resultPageTitle(circlesOn(source)), fixedContext());
  EXPECT_EQ(object.SOPClassUID, UID_EncapsulatedPDFStorage);
  for (const std::string& error : test::dciodvfyErrors(object, source)) ADD_FAILURE() << error;
}

TEST(WriteDocument, KeepsEveryByteOfThePdfAsPydicomReadsIt) {
  const SeriesStack source = demoStack();
  for (const char* pdf : {"%PDF-odd", "%PDF-even"}) {
    const ProducedObject object = writeDocument(source, pdf, "A title", fixedContext());
    EXPECT_EQ(pdfIn(object), pdf);
    const test::TemporaryFolder folder;
    const test::Verdict verdict =
        test::run("/usr/bin/python3 -W ignore -c \"import pydicom;d=pydicom.dcmread('" +
                  folder.write("document.dcm", object.bytes) +
                  "');print(d.EncapsulatedDocument[:d.EncapsulatedDocumentLength].decode(),"
                  "d.MIMETypeOfEncapsulatedDocument,d.BurnedInAnnotation,d.DocumentTitle,"
                  "len(d.SourceInstanceSequence),len(d.EncapsulatedDocument)%2)\"");
    EXPECT_EQ(verdict.output,
              std::string(pdf) + " application/pdf NO A title. AI result, not verified 200 0\n");
  }
}

TEST(WriteDocument, GivesTheSameBytesTwiceAndIsRecognisedAsOurOwn) {
  const SeriesStack source = demoStack();
  const auto write = [&] {
    return writeDocument(source, drawResultPdf(source, circlesOn(source), fixedContext()),
                         "A title", fixedContext());
  };
  const ProducedObject object = write();
  EXPECT_EQ(object.bytes, write().bytes);
  DcmFileFormat file;
  test::parse(object.bytes, file);
  EXPECT_TRUE(isOwnOutput(*file.getDataset()));
}

TEST(WriteDocument, RefusesWhatIsNoPdf) {
  EXPECT_THROW(writeDocument(demoStack(), "", "", fixedContext()), InputError);
  EXPECT_THROW(writeDocument(demoStack(), "<html>", "", fixedContext()), InputError);
}

TEST(DrawResultPdf, IsOneSheetOfA4ThatCarriesTheDateOfTheResult) {
  const SeriesStack source = demoStack();
  const std::string pdf = drawResultPdf(source, circlesOn(source), fixedContext());
  const std::string facts = ask("TZ=UTC pdfinfo -isodates", pdf);
  EXPECT_THAT(facts, HasSubstr("Pages:           1\n"));
  EXPECT_THAT(facts, HasSubstr("(A4)"));
  EXPECT_THAT(facts, HasSubstr("CreationDate:    2012-03-14T10:15:00"));
  EXPECT_THAT(facts, Not(HasSubstr("ModDate")));
}

TEST(DrawResultPdf, CanBeSearchedForEveryNumberAndEveryReason) {
  const SeriesStack source = demoStack();
  const SaxAnalysis analysis = circlesOn(source);
  std::string text = ask("pdftotext", drawResultPdf(source, analysis, fixedContext()), "-");
  std::replace(text.begin(), text.end(), '\n', ' ');
  EXPECT_THAT(text, HasSubstr("Research use, not for diagnosis"));
  EXPECT_THAT(text, HasSubstr("AI result, not verified by a person."));
  EXPECT_THAT(text, HasSubstr(resultPageTitle(analysis)));
  for (const Measurement& m : analysis.measurements) {
    EXPECT_THAT(text, HasSubstr(m.reason));
    if (m.indexedFrom.empty()) {
      EXPECT_THAT(text, HasSubstr(m.label));
    }
    if (isMeasured(m)) {
      std::string value = valueText(m);
      if (value.front() == '-') value.replace(0, 1, "\xE2\x88\x92");  // a minus
      EXPECT_THAT(text, HasSubstr(value));
      EXPECT_THAT(text, HasSubstr(unitText(m.unit)));
    }
  }
  EXPECT_THAT(text, HasSubstr("The most basal slice is uncertain."));
}

TEST(DrawResultPdf, CarriesItsFonts) {
  const SeriesStack source = demoStack();
  const auto lines =
      test::linesOf(ask("pdffonts", drawResultPdf(source, circlesOn(source), fixedContext())));
  ASSERT_GE(lines.size(), 4U);  // two lines of heading, regular and bold
  for (std::size_t i = 2; i < lines.size(); ++i) {
    // emb, sub, uni: embedded, a subset, with a map to Unicode
    EXPECT_THAT(lines[i], HasSubstr("yes yes yes")) << lines[i];
  }
}

TEST(SheetsOf, HoldsHoweverMuchThereIsToSay) {
  const std::string line(40, 'x');
  for (const int lines : {1, 80, 100, 150}) {
    const std::string pdf =
        sheetsOf({"A title", "20240102030405"}, {[&](PageCanvas& canvas) {
                   for (int i = 0; i < lines; ++i) {
                     canvas.text(page::margin, page::margin + 22 * i, line, TextStyle::small);
                   }
                   return 2 * page::margin + 22 * lines;
                 }});
    EXPECT_THAT(ask("pdfinfo", pdf), HasSubstr("Pages:           1\n"));
    const std::string text = ask("pdftotext", pdf, "-");
    std::size_t found = 0;
    for (const std::string& read : test::linesOf(text)) found += read == line ? 1U : 0U;
    EXPECT_EQ(found, static_cast<std::size_t>(lines));
  }
}

TEST(SheetsOf, FailsLoudlyWhereCairoDoes) {
  EXPECT_THROW(sheetsOf({"A title", "2024"}, {[](PageCanvas&) { return 1.0; }}), InputError);
  EXPECT_THROW(sheetsOf({"A title", "20240102030405"}, {[](PageCanvas& canvas) {
                          cairo_restore(canvas.context());  // without a save
                          return 1.0;
                        }}),
               Error);
}

}  // namespace
}  // namespace cmr
