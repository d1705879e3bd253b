// Labels that end where the picture ends. The heart may go on beyond: what lies outside of the
// image nobody saw, what lies outside of the crop the network alone did not see.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/finding.h"
#include "analysis/label_stack.h"
#include "analysis/pixel_window.h"

namespace cmr {

// Slices (from 0) in which a label touches an edge at any phase.
struct EdgeContact {
  std::vector<int> ofImage;
  std::vector<int> ofCrop;  // a side of the crop that lies within the image
};

// seen: by slice; empty: the whole of every image was seen.
EdgeContact edgeContact(const LabelStack& labels, const std::vector<PixelWindow>& seen,
                        std::uint8_t label);

// "The right ventricle reaches the edge of the image in slices 2 and 3 of 12: ..."
std::string saidOfEdge(const std::string& structure, const std::vector<int>& slices, int sliceCount,
                       bool isOfCrop);

inline constexpr const char* cutByImage = "cut-by-image-edge";
inline constexpr const char* cutByCrop = "cut-by-crop-edge";

// Of a short axis: a finding for each structure and kind of edge, which doubts that structure's
// numbers; of the myocardium also thickness and strain, which are counted with it.
std::vector<Finding> checkEdges(const LabelStack& labels, const std::vector<PixelWindow>& seen);

}  // namespace cmr
