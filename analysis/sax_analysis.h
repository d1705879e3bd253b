// The result of a short-axis cine: labels after plausibility repair, the two key phases, volume
// curves, measurements and flags. Writers of SEG, SR and pictures read this and nothing else.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/aha_segments.h"
#include "analysis/frame_segmenter.h"
#include "analysis/image_stack.h"
#include "analysis/label_stack.h"
#include "analysis/long_axis.h"
#include "analysis/measurement.h"
#include "analysis/wall_measurements.h"

namespace cmr {

// What the package knows of a structure that it does not release, as far as it was never shown to
// work on patients: for results.json, never for SEG, SR or page.
struct ExperimentalStructure {
  Structure structure = Structure::background;
  std::string reason;            // why it is not reported
  std::vector<double> volumeMl;  // per phase; empty for a single slice
  std::vector<Measurement> measurements;
  std::vector<Flag> flags;  // what repair and checks say of it
};

struct SaxAnalysis {
  std::string task = "seg_cine_sax";
  // No cine: one image at each place, so that there is no end diastole and no end systole. Both
  // key phases are then 0, and there are no curves and no wall.
  bool isStill = false;
  std::string longAxisView;  // "2ch", "4ch"; empty for a short axis
  // Of a long axis whose head is released: what volumes of two planes are made of.
  std::optional<ChamberCycle> leftVentricle;
  std::optional<ChamberCycle> leftAtrium;
  // Of a still: what it is in words, where its septum ends in each slice, and the pixels counted as
  // enhanced (5 SD) in each slice. Empty for a cine.
  std::string stillWords;
  std::vector<std::optional<SeptumDirections>> septum;
  std::vector<std::vector<std::size_t>> enhancedPixels;
  LabelStack labels;  // after repair in three dimensions and over time
  int endDiastolePhase = 0;
  int endSystolePhase = 0;
  int keySlice = 0;                  // slice with the largest LV cavity at ED: the key image
  std::vector<double> phaseTimesMs;  // trigger time per phase; empty when unknown
  std::vector<double> lvVolumeMl;    // per phase
  std::vector<double> rvVolumeMl;    // per phase
  VentricleWall wall;                // empty when cavity or myocardium are not released
  std::vector<Measurement> measurements;
  std::vector<Flag> flags;
  std::vector<ExperimentalStructure> experimental;  // in the order of Structure; labels, curves and
                                                    // flags above are free of them
  FirstLook firstLook;                              // at the same images
  std::vector<FirstLookAnswer> pathology;           // Segmentation::cropAnswers
  PackageIdentity package;
};

// Segments, repairs, finds ED and ES and measures. Throws InputError when the stack is no cine
// (a single phase) and CancelledError when progress asks for it.
SaxAnalysis analyzeSax(const ImageStack& stack, FrameSegmenter& segmenter,
                       const ProgressCallback& progress);

}  // namespace cmr
