// Pooled tokens on disk, so that a second head on the same images costs seconds.
#pragma once

#include <string>
#include <vector>

#include "models/labelled_images.h"
#include "models/view_tokens.h"

namespace cmr {

// A function of everything that the tokens depend on: the files of the backbone, the pixels,
// layers, views and precision. Heads beside the backbone change nothing.
std::string tokenKey(const ModelPackage& package, const std::vector<LabelledImage>& images,
                     const std::vector<int>& layers, const ViewOptions& views,
                     ComputePrecision precision);

// Class tokens and pooled features; the levels themselves are not kept. Throws ResourceError.
void writeTokens(const std::string& path, const std::string& key, const ViewTokens& tokens);
// Into `tokens`. False when there is no such file, or it is of another key.
bool readTokens(const std::string& path, const std::string& key, ViewTokens& tokens);

}  // namespace cmr
