// The result page, as a picture and as a sheet of paper: what a reader sees who has no other viewer
// than one for images. Nothing on it identifies the patient beyond the identifiers of the source
// series.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "analysis/program.h"
#include "dicom_sr/dataset_values.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/page_canvas.h"
#include "dicom_sr/page_curve.h"
#include "dicom_sr/page_flags.h"
#include "dicom_sr/page_images.h"
#include "dicom_sr/page_pdf.h"
#include "dicom_sr/page_still_table.h"
#include "dicom_sr/page_table.h"
#include "dicom_sr/result_page_parts.h"
#include "dicom_sr/source_date.h"
#include "dicom_sr/wall_page.h"
#include "dicom_sr/write_dataset.h"
#include "dicom_sr/write_header.h"

namespace cmr {
namespace {

constexpr double provenanceLabelWidth = 128;
constexpr double tableWidth = 843;
constexpr std::size_t linesOfHeading = 2;

std::string packageName(const SaxAnalysis& analysis) {
  return "model package " + packageTitle(analysis.package);
}

void drawNotice(PageCanvas& canvas, double baseline) {
  const double right = page::margin + canvas.contentWidth();
  const double textWidth = canvas.textWidth(researchNotice, TextStyle::strong);
  cairo_t* const c = canvas.context();
  canvas.setColor(page::ink);
  cairo_set_line_width(c, 2);
  cairo_rectangle(c, right - textWidth - 32, baseline - 29, textWidth + 31, 42);
  cairo_stroke(c);
  canvas.text(right - 16, baseline, researchNotice, TextStyle::strong, page::ink, Align::right);
}

double drawHeading(PageCanvas& canvas, const std::string& title, const SaxAnalysis& analysis) {
  canvas.text(page::margin, page::margin + 34, title, TextStyle::title);
  drawNotice(canvas, page::margin + 32);
  const double lines =
      canvas.paragraph(page::margin, page::margin + 70,
                       std::string("AI result, not verified by a person. ") + programName + " " +
                           programVersion + ", " + packageName(analysis) + ".",
                       TextStyle::body, page::quiet, canvas.contentWidth(), linesOfHeading);
  const double y = page::margin + 63 + lines;  // 20 below the baseline of the last line
  canvas.line(page::margin, y, page::margin + canvas.contentWidth(), y, page::rule, 1);
  return y + 14;
}

struct Fact {
  std::string name;
  std::string text;
};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string medianDistance(const ImageStack& stack) {
  std::vector<double> distances = sliceDistancesMm(stack);
  if (distances.empty()) return "";
  std::nth_element(distances.begin(),
                   distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2),
                   distances.end());
  return ", slices " + number(distances[distances.size() / 2]) + " mm apart";
}

std::string counted(int count, const char* one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

// A still has one image at each place and no phases to speak of.
std::string imageCount(const ImageStack& stack) {
  const std::string slices = counted(stack.sliceCount, "slice");
  if (stack.phaseCount == 1) return slices;
  return slices + " \xC3\x97 " + counted(stack.phaseCount, "phase");
}

std::vector<Fact> sourceFacts(const SeriesStack& source) {
  const ImageStack& stack = source.stack;
  // DCMTK's search functions are not const although they change nothing.
  auto& header = const_cast<DcmDataset&>(*source.header);
  // The character set of the source is not ours to guess here.
  const std::string seriesNumber = plainText(textOf(header, DCM_SeriesNumber), 12);
  const std::string description = plainText(source.SeriesDescription, 64);
  std::string series = seriesNumber.empty() ? "" : "number " + seriesNumber;
  if (!description.empty()) series += (series.empty() ? "" : ", ") + description;
  const std::size_t count = source.SeriesInstanceUIDs.size();
  if (count > 1) {
    series += (series.empty() ? "" : ", ") + std::string("first of ") + std::to_string(count) +
              " series, one per slice";
  }
  std::vector<Fact> facts;
  if (!series.empty()) facts.push_back({"Series", series});
  facts.push_back({"Series UID", count == 0 ? "" : source.SeriesInstanceUIDs.front()});
  facts.push_back({"Images", imageCount(stack) + " of " + std::to_string(stack.columns) +
                                 " \xC3\x97 " + std::to_string(stack.rows) + " pixels"});
  const PlaneGeometry& plane = stack.planes.front();
  facts.push_back({"Spacing", number(plane.columnSpacingMm) + " \xC3\x97 " +
                                  number(plane.rowSpacingMm) + " mm" + medianDistance(stack)});
  if (stack.phaseCount > 1) facts.push_back({"Phase order", "by " + source.phaseOrderKey});
  return facts;
}

std::string dateText(const OutputContext& context) {
  if (context.dateTime == unknownDateTime) return "not known: the images carry no valid date";
  const std::string date = dateOf(context);
  const std::string time = timeOf(context);
  return date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2) + " " +
         time.substr(0, 2) + ":" + time.substr(2, 2);
}

std::vector<Fact> programFacts(const SaxAnalysis& analysis, const OutputContext& context) {
  const std::string& sha = context.packageSha256;
  // Two lines of equal length.
  const std::string hash = sha.size() == 64 ? sha.substr(0, 32) + ' ' + sha.substr(32) : sha;
  return {{"Program", std::string(programName) + " " + programVersion + ", output format " +
                          outputFormatVersion},
          {"Package", packageTitle(analysis.package)},
          {"SHA-256", hash},
          {"Computed on",
           context.deviceAndPrecision + ", settings " + context.settingsFingerprint.substr(0, 16)},
          {"Date", dateText(context)}};
}

double drawFacts(PageCanvas& canvas, double left, double top, double width,
                 const std::string& title, const std::vector<Fact>& facts) {
  double y = top + 22;
  canvas.text(left, y, title, TextStyle::section);
  y += 30;
  for (const Fact& fact : facts) {
    canvas.text(left, y, fact.name, TextStyle::small, page::quiet);
    y += std::max(canvas.paragraph(left + provenanceLabelWidth, y, fact.text, TextStyle::small,
                                   page::ink, width - provenanceLabelWidth, 3),
                  PageCanvas::lineHeight(TextStyle::small));
  }
  return y - top;
}

double drawProvenance(PageCanvas& canvas, double top, const SeriesStack& source,
                      const SaxAnalysis& analysis, const OutputContext& context) {
  canvas.line(page::margin, top, page::margin + canvas.contentWidth(), top, page::rule, 1);
  const double width = (canvas.contentWidth() - page::gutter) / 2;
  const double left =
      drawFacts(canvas, page::margin, top + 12, width, "Computed from", sourceFacts(source));
  const double right = drawFacts(canvas, page::margin + width + page::gutter, top + 12, width,
                                 "Computed by", programFacts(analysis, context));
  return 12 + std::max(left, right);
}

// Curve and flags beside the table. Returns the height that was used.
double drawNumbers(PageCanvas& canvas, double y, const SaxAnalysis& analysis) {
  const double curveWidth = canvas.contentWidth() - tableWidth - 2 * page::gutter;
  const double tableLeft = page::margin + curveWidth + 2 * page::gutter;
  const double curve = drawCurve(canvas, page::margin, y, curveWidth, analysis);
  const double flags = drawFlags(canvas, page::margin, y + curve + 10, curveWidth, analysis);
  const double table = drawTable(canvas, tableLeft, y, tableWidth, analysis);
  return std::max(curve + 10 + flags, table);
}

// Flags beside the table: a still has no curve.
double drawStillNumbers(PageCanvas& canvas, double y, const SaxAnalysis& analysis) {
  const double flagsWidth = canvas.contentWidth() - tableWidth - 2 * page::gutter;
  const double tableLeft = page::margin + flagsWidth + 2 * page::gutter;
  const double flags = drawFlags(canvas, page::margin, y, flagsWidth, analysis);
  return std::max(flags, drawStillTable(canvas, tableLeft, y, tableWidth, analysis));
}

// Returns the height that was used.
double layOut(PageCanvas& canvas, const SeriesStack& source, const SaxAnalysis& analysis,
              const OutputContext& context) {
  double y = drawHeading(canvas, resultPageTitle(analysis), analysis);
  y += drawImages(canvas, y, source, analysis) + 24;
  if (analysis.isStill) {
    y += drawStillNumbers(canvas, y, analysis) + 20;
  } else {
    y += drawNumbers(canvas, y, analysis) + 20;
  }
  return y + drawProvenance(canvas, y, source, analysis, context) + page::margin / 2;
}

}  // namespace

double drawPageHeading(PageCanvas& canvas, const std::string& title, const SaxAnalysis& analysis) {
  return drawHeading(canvas, title, analysis);
}

double drawPageProvenance(PageCanvas& canvas, double top, const SeriesStack& source,
                          const SaxAnalysis& analysis, const OutputContext& context) {
  return drawProvenance(canvas, top, source, analysis, context);
}

const char* resultPageTitle(const SaxAnalysis& analysis) {
  if (analysis.task == "seg_lge_sax") return "Late enhancement, short axis";
  if (analysis.task == "seg_map_sax") return "Short-axis map";
  if (analysis.longAxisView == "2ch") return "Two-chamber cine: volumes of one plane";
  if (analysis.longAxisView == "4ch") return "Four-chamber cine: volumes of one plane";
  return "Short-axis cine: ventricular volumes";
}

RgbImage drawResultPage(const SeriesStack& source, const SaxAnalysis& analysis,
                        const OutputContext& context) {
  requireFit(source, analysis);
  return pictureOfPage(page::minHeight, page::maxHeight, [&](PageCanvas& canvas) {
    return layOut(canvas, source, analysis, context);
  });
}

std::string drawResultPdf(const SeriesStack& source, const SaxAnalysis& analysis,
                          const OutputContext& context) {
  requireFit(source, analysis);
  std::vector<DrawPage> pages{
      [&](PageCanvas& canvas) { return layOut(canvas, source, analysis, context); }};
  if (hasWallPage(source, analysis)) {
    pages.emplace_back(
        [&](PageCanvas& canvas) { return layOutWallPage(canvas, source, analysis, context); });
  }
  return sheetsOf({resultPageTitle(analysis), context.dateTime}, pages);
}

}  // namespace cmr
