// A guard in front of the parser, which recurses once per level of nested sequences: a crafted file
// of some hundred kilobytes could otherwise exhaust the stack and end the process.
#pragma once

#include <cstddef>
#include <string_view>

namespace cmr {

// Deepest nesting that a real object needs is about five levels.
inline constexpr std::size_t deepestNesting = 64;

// True when items lie in items (PS3.5 7.5) deeper than that, in either byte order. Looks at item
// tags alone, in one pass; equal bytes inside of pixel data do not nest and so do no harm. Deflated
// data have to be inflated before (parse_instance.h). What hides its depth on purpose can still end
// the process that reads it, which is why that is never the archive's.
bool nestsTooDeeply(std::string_view bytes);

}  // namespace cmr
