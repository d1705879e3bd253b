#include "models/labelled_images.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "analysis/errors.h"
#include "analysis/tasks.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> fieldsOf(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::vector<std::string> fields(1);
  bool isQuoted = false;
  for (const char c : line) {
    if (c == '"') {
      isQuoted = !isQuoted;
    } else if (c == ',' && !isQuoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

// Where the columns are that a table has.
struct Columns {
  std::size_t path = 0;
  std::size_t subject = 0;
  std::size_t label = 0;
  std::optional<std::size_t> series;
  std::optional<std::size_t> spacing;
  std::optional<std::size_t> view;
  std::size_t count = 0;
};

Columns columnsOf(const std::vector<std::string>& header, const LabelTable& table) {
  const auto find = [&](const std::string& name) -> std::optional<std::size_t> {
    const auto at = std::find(header.begin(), header.end(), name);
    if (at == header.end()) return std::nullopt;
    return static_cast<std::size_t>(at - header.begin());
  };
  const auto path = find("path");
  const auto subject = find("subject");
  auto label = find(table.task);
  if (!label) label = find("label");
  if (!path || !subject || !label) {
    throw InputError(table.path + " needs the columns path, subject and " + table.task +
                     " (or label)");
  }
  return {*path,          *subject,           *label,
          find("series"), find("spacing_mm"), table.task == "view" ? std::nullopt : find("view"),
          header.size()};
}

std::string viewIn(const std::vector<std::string>& fields, const Columns& columns,
                   const std::string& where) {
  if (!columns.view || fields[*columns.view].empty()) return "sax";
  const std::string& view = fields[*columns.view];
  const std::vector<std::string>& known = taskById("view").classes;
  if (std::find(known.begin(), known.end(), view) == known.end()) {
    throw InputError(where + ": '" + view + "' is no view");
  }
  return view;
}

// 0 when the table does not say it.
double spacingIn(const std::vector<std::string>& fields, const Columns& columns,
                 const std::string& where) {
  if (!columns.spacing || fields[*columns.spacing].empty()) return 0;
  const std::string& text = fields[*columns.spacing];
  char* end = nullptr;
  const double spacing = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0' || !(spacing > 0) || !std::isfinite(spacing)) {
    throw InputError(where + ": '" + text + "' is no pixel spacing in mm");
  }
  return spacing;
}

ClassSet classesIn(const std::string& label, const LabelTable& table, const std::string& where) {
  ClassSet set = 0;
  std::size_t begin = 0;
  while (begin <= label.size()) {
    const std::size_t end = std::min(label.find('|', begin), label.size());
    const std::string name = label.substr(begin, end - begin);
    const auto found = std::find(table.classes.begin(), table.classes.end(), name);
    if (found == table.classes.end()) {
      throw InputError(where + ": '" + name + "' is no class of " + table.task);
    }
    set |= ClassSet{1} << static_cast<unsigned>(found - table.classes.begin());
    begin = end + 1;
  }
  return set;
}

const ImageFormat* formatOf(const fs::path& file, const std::vector<ImageFormat>& formats) {
  for (const ImageFormat& format : formats) {
    if (format.accepts(file.filename().string())) return &format;
  }
  return nullptr;
}

std::vector<fs::path> filesOf(const fs::path& path, const LabelTable& table,
                              const std::vector<ImageFormat>& formats) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.is_regular_file() && formatOf(entry.path(), formats) != nullptr) {
      all.push_back(entry.path());
    }
  }
  std::sort(all.begin(), all.end());
  if (all.size() <= table.imagesPerEntry) return all;
  std::vector<fs::path> spread;
  for (std::size_t i = 0; i < table.imagesPerEntry; ++i) {
    spread.push_back(all[i * all.size() / table.imagesPerEntry]);
  }
  return spread;
}

// A picture of one grey all over tells nothing and cannot be normalised.
bool showsSomething(const PretrainImage& image) {
  const auto [low, high] = std::minmax_element(image.pixels.begin(), image.pixels.end());
  return !image.pixels.empty() && std::isfinite(*low) && std::isfinite(*high) && *low < *high;
}

}  // namespace

std::vector<LabelledImage> readLabelledImages(const LabelTable& table,
                                              const std::vector<ImageFormat>& formats) {
  std::ifstream in(table.path);
  std::string line;
  if (!in || !std::getline(in, line)) throw InputError("cannot read " + table.path);
  if (line.rfind("\xEF\xBB\xBF", 0) == 0) line.erase(0, 3);
  const Columns columns = columnsOf(fieldsOf(line), table);
  const fs::path base = fs::path(table.path).parent_path();
  std::vector<LabelledImage> images;
  for (int number = 2; std::getline(in, line); ++number) {
    const std::string where = table.path + ", line " + std::to_string(number);
    if (line.find_first_not_of(" \r") == std::string::npos) continue;
    const std::vector<std::string> fields = fieldsOf(line);
    if (fields.size() != columns.count) {
      throw InputError(where + ": " + std::to_string(fields.size()) + " fields, the header has " +
                       std::to_string(columns.count));
    }
    if (fields[columns.label].empty()) continue;
    const ClassSet allowed = classesIn(fields[columns.label], table, where);
    const std::string& subject = fields[columns.subject];
    if (subject.empty()) throw InputError(where + ": no subject");
    const fs::path path = base / fields[columns.path];
    if (!fs::exists(path)) throw InputError(where + ": there is no " + path.string());
    std::string series = columns.series ? fields[*columns.series] : std::string();
    if (series.empty()) series = fs::is_directory(path) ? fields[columns.path] : subject;
    const std::vector<fs::path> files = filesOf(path, table, formats);
    const double spacingMm = spacingIn(fields, columns, where);
    const std::string view = viewIn(fields, columns, where);
    if (files.empty()) throw InputError(where + ": " + path.string() + " holds no image");
    for (const fs::path& file : files) {
      const ImageFormat* format = formatOf(file, formats);
      if (format == nullptr) {
        throw InputError(where + ": " + file.string() + " is no image of a known kind");
      }
      PretrainImage image = format->read(file.string(), 0);
      if (!showsSomething(image)) {
        throw InputError(where + ": " + file.string() + " has the same grey everywhere");
      }
      if (image.columnSpacingMm == 0) image.columnSpacingMm = spacingMm;
      images.push_back({std::move(image), subject, series, false, allowed, {}, view});
    }
  }
  if (images.empty()) throw InputError(table.path + " labels no image for " + table.task);
  return images;
}

}  // namespace cmr
