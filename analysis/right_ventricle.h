// The right ventricle of a frame from a head of its own (task seg_cine_sax_rv), set into the labels
// of seg_cine_sax. The left ventricle stays pixel for pixel what it was: where both claim a pixel,
// the left one has it.
#pragma once

#include <cstdint>
#include <span>

namespace cmr {

// That task: a head on the decoder of seg_cine_sax, which can be taught without moving the left
// ventricle. Its answer is part of seg_cine_sax wherever a package has it.
inline constexpr const char* rightVentricleTask = "seg_cine_sax_rv";

// labels: of seg_cine_sax, changed in place; what it took for right ventricle becomes background.
// own: of the head of the right ventricle, of which only that structure is taken. Of one size.
void takeRightVentricle(std::span<std::uint8_t> labels, std::span<const std::uint8_t> own);

}  // namespace cmr
