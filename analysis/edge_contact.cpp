#include "analysis/edge_contact.h"

#include <algorithm>

namespace cmr {
namespace {

struct Side {
  bool isTouched = false;
  bool isOfImage = false;
};

bool isInRow(const LabelStack& labels, int slice, int phase, int row, const PixelWindow& window,
             std::uint8_t label) {
  const auto frame = labels.frame(slice, phase);
  const auto at = frame.begin() + static_cast<std::ptrdiff_t>(row) * labels.columns;
  return std::find(at + window.firstColumn, at + window.lastColumn + 1, label) !=
         at + window.lastColumn + 1;
}

bool isInColumn(const LabelStack& labels, int slice, int phase, int column,
                const PixelWindow& window, std::uint8_t label) {
  const auto frame = labels.frame(slice, phase);
  for (int row = window.firstRow; row <= window.lastRow; ++row) {
    if (frame[static_cast<std::size_t>(row) * static_cast<std::size_t>(labels.columns) +
              static_cast<std::size_t>(column)] == label) {
      return true;
    }
  }
  return false;
}

PixelWindow windowOf(const LabelStack& labels, const std::vector<PixelWindow>& seen, int slice) {
  const PixelWindow whole{0, labels.columns - 1, 0, labels.rows - 1};
  if (seen.empty()) return whole;
  const PixelWindow& own = seen.at(static_cast<std::size_t>(slice));
  return {std::max(own.firstColumn, 0), std::min(own.lastColumn, whole.lastColumn),
          std::max(own.firstRow, 0), std::min(own.lastRow, whole.lastRow)};
}

void lookAtFrame(const LabelStack& labels, int slice, int phase, const PixelWindow& window,
                 std::uint8_t label, bool& ofImage, bool& ofCrop) {
  const Side sides[] = {
      {isInRow(labels, slice, phase, window.firstRow, window, label), window.firstRow == 0},
      {isInRow(labels, slice, phase, window.lastRow, window, label),
       window.lastRow == labels.rows - 1},
      {isInColumn(labels, slice, phase, window.firstColumn, window, label),
       window.firstColumn == 0},
      {isInColumn(labels, slice, phase, window.lastColumn, window, label),
       window.lastColumn == labels.columns - 1}};
  for (const Side& side : sides) {
    ofImage = ofImage || (side.isTouched && side.isOfImage);
    ofCrop = ofCrop || (side.isTouched && !side.isOfImage);
  }
}

std::string listed(const std::vector<int>& slices) {
  std::string text = slices.size() == 1 ? "slice " : "slices ";
  for (std::size_t i = 0; i < slices.size(); ++i) {
    if (i > 0) text += i + 1 == slices.size() ? " and " : ", ";
    text += std::to_string(slices[i] + 1);
  }
  return text;
}

Finding findingOf(Structure structure, const std::string& id, const std::string& text) {
  Finding finding{{Severity::warning, id, text}};
  finding.doubtsLv = structure == Structure::lvCavity;
  finding.doubtsMyocardium = structure != Structure::rvCavity;
  finding.doubtsRv = structure == Structure::rvCavity;
  finding.about = structure;
  return finding;
}

}  // namespace

EdgeContact edgeContact(const LabelStack& labels, const std::vector<PixelWindow>& seen,
                        std::uint8_t label) {
  EdgeContact contact;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    const PixelWindow window = windowOf(labels, seen, slice);
    if (window.lastColumn < window.firstColumn || window.lastRow < window.firstRow) continue;
    bool ofImage = false;
    bool ofCrop = false;
    for (int phase = 0; phase < labels.phaseCount; ++phase) {
      lookAtFrame(labels, slice, phase, window, label, ofImage, ofCrop);
    }
    if (ofImage) contact.ofImage.push_back(slice);
    if (ofCrop) contact.ofCrop.push_back(slice);
  }
  return contact;
}

std::string saidOfEdge(const std::string& structure, const std::vector<int>& slices, int sliceCount,
                       bool isOfCrop) {
  const std::string where = listed(slices) + " of " + std::to_string(sliceCount);
  if (isOfCrop) {
    return "The " + structure +
           " reaches the edge of the part of the image that the network saw, in " + where +
           ": what lies beyond it was not outlined.";
  }
  return "The " + structure + " reaches the edge of the image in " + where +
         ": what lies beyond it is in no image.";
}

std::vector<Finding> checkEdges(const LabelStack& labels, const std::vector<PixelWindow>& seen) {
  constexpr std::pair<Structure, const char*> structures[] = {
      {Structure::lvCavity, "left ventricle's cavity"},
      {Structure::lvMyocardium, "left ventricle's myocardium"},
      {Structure::rvCavity, "right ventricle"}};
  std::vector<Finding> findings;
  for (const auto& [structure, name] : structures) {
    const EdgeContact contact = edgeContact(labels, seen, static_cast<std::uint8_t>(structure));
    if (!contact.ofImage.empty()) {
      findings.push_back(findingOf(structure, cutByImage,
                                   saidOfEdge(name, contact.ofImage, labels.sliceCount, false)));
    }
    if (!contact.ofCrop.empty()) {
      findings.push_back(findingOf(structure, cutByCrop,
                                   saidOfEdge(name, contact.ofCrop, labels.sliceCount, true)));
    }
  }
  return findings;
}

}  // namespace cmr
