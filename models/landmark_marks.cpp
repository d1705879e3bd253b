#include "models/landmark_marks.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "analysis/errors.h"
#include "analysis/tasks.h"

namespace cmr {
namespace {

std::vector<std::string> fieldsOf(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  std::string field;
  while (std::getline(in, field, ',')) fields.push_back(field);
  return fields;
}

double numberIn(const std::string& text) {
  std::size_t used = 0;
  const double value = std::stod(text, &used);
  if (used != text.size()) throw std::invalid_argument(text);
  return value;
}

}  // namespace

LandmarkMarks readLandmarkMarks(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw InputError("cannot read " + path);
  const auto& known = taskById("landmarks").classes;
  LandmarkMarks marks;
  std::string line;
  std::getline(in, line);
  if (line != "frame,landmark,column,row") {
    throw InputError(path + " does not begin with the line frame,landmark,column,row");
  }
  for (int number = 2; std::getline(in, line); ++number) {
    const std::string where = path + ", line " + std::to_string(number) + ": ";
    const std::vector<std::string> fields = fieldsOf(line);
    if (fields.size() != 4) throw InputError(where + "a mark has four fields");
    if (std::find(known.begin(), known.end(), fields[1]) == known.end()) {
      throw InputError(where + "there is no landmark '" + fields[1] + "'");
    }
    try {
      marks[fields[0]][fields[1]] = {numberIn(fields[2]), numberIn(fields[3])};
    } catch (const std::logic_error&) {
      throw InputError(where + "column and row are numbers");
    }
  }
  return marks;
}

}  // namespace cmr
