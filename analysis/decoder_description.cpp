#include "analysis/decoder_description.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/errors.h"
#include "analysis/tasks.h"

namespace cmr {
namespace {

using nlohmann::json;

constexpr const char* sharedDecoder = "seg_cine_sax";
constexpr std::array blockNames{"fuse",    "image1", "image2", "image4", "image8",
                                "image16", "up4",    "up2",    "up1"};

[[noreturn]] void refuse(const std::string& task, const std::string& fault) {
  throw PackageError("the manifest's head " + task + " " + fault);
}

FixedWindow windowFromJson(const json& bounds, const std::string& sequence,
                           const std::string& task) {
  const auto& known = taskById("sequence").classes;
  if (std::find(known.begin(), known.end(), sequence) == known.end()) {
    refuse(task, "has a window for '" + sequence + "', which is no sequence");
  }
  const auto values = bounds.get<std::vector<double>>();
  if (values.size() != 2 || !std::isfinite(values[0]) || !std::isfinite(values[1]) ||
      !(values[0] < values[1])) {
    refuse(task, "has a window for " + sequence + " that is not two rising numbers");
  }
  return {values[0], values[1]};
}

}  // namespace

IntensityWindow DecoderDescription::windowFor(const std::string& sequence,
                                              const IntensityWindow& percentiles) const {
  IntensityWindow window = percentiles;
  const auto found = windows.find(sequence);
  if (found != windows.end()) window.fixed = found->second;
  return window;
}

DecoderDescription decoderFromJson(const json& network, const std::string& task) {
  DecoderDescription decoder;
  try {
    if (network.at("decoder").get<std::string>() != sharedDecoder) {
      refuse(task, "shares the decoder of " + network.at("decoder").dump() +
                       "; only that of seg_cine_sax is shared");
    }
    decoder.ownBlocks = network.at("ownBlocks").get<std::vector<std::string>>();
    for (const std::string& block : decoder.ownBlocks) {
      if (std::find(blockNames.begin(), blockNames.end(), block) == blockNames.end()) {
        refuse(task, "owns the block '" + block + "', which no decoder has");
      }
    }
    const json windows = network.value("windows", json::object());
    for (const auto& [sequence, bounds] : windows.items()) {
      decoder.windows[sequence] = windowFromJson(bounds, sequence, task);
    }
  } catch (const json::exception& e) {
    refuse(task, std::string("does not say how it shares a decoder: ") + e.what());
  }
  return decoder;
}

json decoderToJson(const DecoderDescription& decoder) {
  json windows = json::object();
  for (const auto& [sequence, window] : decoder.windows) {
    windows[sequence] = {window.low, window.high};
  }
  json network = {{"decoder", sharedDecoder}, {"ownBlocks", decoder.ownBlocks}};
  if (!windows.empty()) network["windows"] = windows;
  return network;
}

}  // namespace cmr
