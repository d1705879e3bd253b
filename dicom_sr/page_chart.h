// Lines over time or over slices, with axes that hold zero.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom_sr/page_canvas.h"

namespace cmr {

struct ChartLine {
  std::string name;
  Paint color = page::ink;
  bool dashed = false;
  std::vector<std::optional<double>> values;  // one for each place; a gap where there is none
};

struct ChartMark {
  std::string name;
  std::size_t place = 0;
};

struct Chart {
  std::string title;  // with the unit
  std::string axis;   // what the places are
  std::vector<double> places;
  std::vector<std::string> names;  // of the places; empty: round numbers
  std::vector<ChartLine> lines;
  std::vector<ChartMark> marks;
};

// Round numbers from 0 to the first one that is not below the largest value, three to seven of
// them. {0, 1} when there is nothing to show.
std::vector<double> axisTicks(double largest);

// Places must ascend and every line have as many values. Without any value there is the title alone
// and that nothing was measured. Returns the height that was used.
double drawChart(PageCanvas& canvas, double left, double top, double width, const Chart& chart);

}  // namespace cmr
