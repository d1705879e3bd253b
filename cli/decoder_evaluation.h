// `cmr evaluate` for the dense heads beside seg_cine_sax: on drawn hearts, and on real series by
// what another series of the same patient says.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "analysis/network_segmenter.h"

namespace cmr {

struct DecoderEvaluationArguments {
  std::string package;
  std::string task;
  std::string series;    // of the kind that the task is for
  std::string against;   // of the same patient
  std::string contours;  // of `against`; else its ventricle is found by a head, too
  std::string againstTask = "seg_map_sax";
  std::string picture;  // PNG
  std::string frames;   // PNG frames, on some of which landmarks are marked
  std::string marks;    // the table of them
  double spacingMm = 0;
  int phantoms = 0;
  std::uint64_t phantomSeed = 1;
  bool json = false;
  InferenceSettings inference;
};

void addDecoderEvaluation(CLI::App& command, DecoderEvaluationArguments& a);
// Prints what was measured. Throws InputError when there is nothing to measure on.
void evaluateDenseHead(const DecoderEvaluationArguments& a);

}  // namespace cmr
