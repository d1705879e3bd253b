// Images with a class each, as a table names them: what a classification head learns from and is
// measured on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/classification_scores.h"
#include "models/pretrain_image.h"
#include "models/pretrain_images.h"

namespace cmr {

// Where the heart is, in pixels of the image, (0, 0) being the middle of the first.
struct HeartPlace {
  double column = 0;
  double row = 0;
};

struct LabelledImage {
  PretrainImage image;
  std::string subject;  // splits are made by subject
  std::string series;
  bool isPhantom = false;
  ClassSet allowed = 0;
  std::optional<HeartPlace> heart = {};  // for heads that see crops about it
  std::string view = "sax";              // class of the task `view`: says how the heart is found
};

struct LabelTable {
  std::string path;
  std::string task;                  // a column of this name holds the labels, else "label"
  std::vector<std::string> classes;  // bit i of a ClassSet is classes[i]
  std::size_t imagesPerEntry = 24;   // of a folder, spread evenly over its files by name
};

// Reads a CSV file with a header. Columns: "path" (a file, or a folder with all files right in it,
// relative to the table), "subject", the labels, and optionally "series" (else the path of a
// folder, or the subject of a file), "spacing_mm" (of pixels whose file does not tell it) and
// "view" (a class of the task `view`, where that is not the task; empty: "sax"). A label is a
// class, or several with '|' between them when it is not known which of them it is; an empty one
// leaves the line out. Throws InputError naming the line: a class that is none, a path that is not
// there, an image that cannot be read.
std::vector<LabelledImage> readLabelledImages(const LabelTable& table,
                                              const std::vector<ImageFormat>& formats);

}  // namespace cmr
