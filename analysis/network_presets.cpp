#include "analysis/network_presets.h"

#include <algorithm>
#include <vector>

#include "analysis/errors.h"

namespace cmr {
namespace {

using nlohmann::json;

int bounded(const json& object, const char* key, int low, int high) {
  const int value = object.at(key).get<int>();
  if (value < low || value > high) {
    throw PackageError(std::string("the manifest's ") + key + " is " + std::to_string(value) +
                       ", outside " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value;
}

// Widths of layers that GroupNorm divides into groups of about eight channels.
std::vector<int> widths(const json& list, std::size_t count, const char* what) {
  const auto values = list.get<std::vector<int>>();
  const bool possible = std::all_of(values.begin(), values.end(), [](int width) {
    return width >= 1 && width <= 4096 && width % std::max(1, width / 8) == 0;
  });
  if (values.size() != count || !possible) {
    throw PackageError(std::string("no network can be built with the manifest's ") + what + " " +
                       list.dump());
  }
  return values;
}

DenseHeadGeometry denseFromJson(const json& head, const VitGeometry& vit) {
  DenseHeadGeometry dense;
  dense.tokenWidth = vit.width;
  dense.layers = head.at("layers").get<std::vector<int>>();
  dense.fusedWidth = widths(json::array({head.at("fusedWidth")}), 1, "fused width").front();
  dense.imageWidths = widths(head.at("imageWidths"), 3, "image widths");
  dense.classes = bounded(head, "classes", 2, 64);
  dense.useTokens = head.at("useTokens").get<bool>();
  dense.useImagePath = head.at("useImagePath").get<bool>();
  for (const int layer : dense.layers) {
    if (layer < 1 || layer > vit.depth) {
      throw PackageError("the manifest's head reads layer " + std::to_string(layer) + " of " +
                         std::to_string(vit.depth));
    }
  }
  if (dense.layers.empty() || (!dense.useTokens && !dense.useImagePath)) {
    throw PackageError("the manifest's head reads nothing");
  }
  return dense;
}

VitGeometry vitFromJson(const json& object) {
  VitGeometry vit;
  vit.patchSize = bounded(object, "patchSize", 2, 64);
  vit.width = bounded(object, "width", 16, 4096);
  vit.depth = bounded(object, "depth", 1, 64);
  vit.heads = bounded(object, "heads", 1, 64);
  vit.mlpRatio = bounded(object, "mlpRatio", 1, 8);
  vit.inputChannels = bounded(object, "inputChannels", 1, 4);
  vit.positionGrid = bounded(object, "positionGrid", 1, 256);
  vit.layerNormEpsilon = object.at("layerNormEpsilon").get<double>();
  if (vit.width % vit.heads != 0) {
    throw PackageError("the manifest's backbone width is no multiple of its heads");
  }
  return vit;
}

}  // namespace

NetworkGeometry geometryByName(const std::string& name) {
  NetworkGeometry geometry;
  if (name == "unet") {
    geometry.architecture = Architecture::unet;
  } else if (name == "image-path") {
    geometry.dense.useTokens = false;
  } else if (name == "tokens") {
    geometry.dense.useImagePath = false;
  } else if (name != "vit-s8") {
    throw InputError("no architecture is called '" + name +
                     "'; there are vit-s8, tokens, image-path and unet");
  }
  return geometry;
}

json geometryToJson(const NetworkGeometry& g) {
  if (g.architecture == Architecture::unet) {
    return {{"architecture", "unet"}, {"widths", g.unet.widths}, {"classes", g.unet.classes}};
  }
  return {{"architecture", "vit-dense"},
          {"backbone",
           {{"patchSize", g.vit.patchSize},
            {"width", g.vit.width},
            {"depth", g.vit.depth},
            {"heads", g.vit.heads},
            {"mlpRatio", g.vit.mlpRatio},
            {"inputChannels", g.vit.inputChannels},
            {"positionGrid", g.vit.positionGrid},
            {"positionInterpolation", "bicubic"},
            {"layerNormEpsilon", g.vit.layerNormEpsilon},
            {"gelu", "erf"}}},
          {"head",
           {{"layers", g.dense.layers},
            {"fusedWidth", g.dense.fusedWidth},
            {"imageWidths", g.dense.imageWidths},
            {"classes", g.dense.classes},
            {"useTokens", g.dense.useTokens},
            {"useImagePath", g.dense.useImagePath}}}};
}

NetworkGeometry geometryFromJson(const json& object) {
  try {
    NetworkGeometry g;
    const auto architecture = object.at("architecture").get<std::string>();
    if (architecture == "unet") {
      g.architecture = Architecture::unet;
      g.unet.widths = widths(object.at("widths"), 5, "U-Net widths");
      g.unet.classes = bounded(object, "classes", 2, 64);
      return g;
    }
    if (architecture != "vit-dense") {
      throw PackageError("the manifest asks for an unknown architecture '" + architecture + "'");
    }
    g.vit = vitFromJson(object.at("backbone"));
    g.dense = denseFromJson(object.at("head"), g.vit);
    return g;
  } catch (const json::exception& e) {
    throw PackageError(std::string("the manifest's network is incomplete: ") + e.what());
  }
}

}  // namespace cmr
