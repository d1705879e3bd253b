// What `cmr finetune` and `cmr evaluate` ask for a classification head.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "models/finetune.h"
#include "models/finetune_classifier.h"

namespace cmr {

struct ClassifierArguments {
  std::string table;
  std::size_t imagesPerEntry = 24;
  int phantomImages = 0;
  std::vector<int> layers = {6, 12};
  int queries = 0;
  int views = 5;
  std::string tokens;
  std::int64_t headSteps = 500;
  double ridge = 0;
  double realWeight = 1;
};

// The table of labelled images: --images and --images-per-entry.
void addLabelOptions(CLI::App& command, ClassifierArguments& a);
void addClassifierOptions(CLI::App& command, ClassifierArguments& a);

// The labelled images of the table, and drawn ones. Throws InputError.
std::vector<LabelledImage> readClassifierImages(const std::string& task,
                                                const ClassifierArguments& a, std::uint64_t seed);

// Seed, threads, precision, validation patients and output are shared with segmentation tasks.
ClassifierOptions classifierOptions(const std::string& task, const std::string& package,
                                    const FinetuneOptions& shared, const ClassifierArguments& a);

}  // namespace cmr
