#include "dicom_sr/frame_fragments.h"

#include <algorithm>
#include <array>

#include "dicom_sr/verdict_error.h"

namespace cmr {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t itemHeader = 8;  // tag and length

// SOC and SIZ markers (ISO 15444-1 A.4.1, A.5.1), or the signature of a JP2 file (I.5.1).
bool beginsImage(Bytes bytes) {
  constexpr std::array<std::uint8_t, 4> codestream{0xFF, 0x4F, 0xFF, 0x51};
  constexpr std::array<std::uint8_t, 8> file{0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20};
  const auto begins = [&](const auto& mark) {
    return bytes.size() >= mark.size() && std::equal(mark.begin(), mark.end(), bytes.begin());
  };
  return begins(codestream) || begins(file);
}

[[noreturn]] void refuse() {
  throw VerdictError("broken-pixels",
                     "it cannot be told which parts of the compressed image data are which frame");
}

std::vector<std::size_t> byOffsets(Bytes table, const Fragments& fragments, std::size_t frames) {
  if (table.size() != 4 * frames) refuse();
  std::vector<std::size_t> first;
  std::size_t place = 0;  // of the fragment looked at
  std::size_t fragment = 0;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const Bytes at = table.subspan(4 * frame, 4);
    const std::size_t offset =
        at[0] | std::size_t{at[1]} << 8 | std::size_t{at[2]} << 16 | std::size_t{at[3]} << 24;
    while (fragment < fragments.size() && place < offset) {
      place += itemHeader + fragments[fragment++].size();
    }
    const bool isNew = first.empty() ? fragment == 0 : fragment > first.back();
    if (fragment >= fragments.size() || place != offset || !isNew) refuse();
    first.push_back(fragment);
  }
  return first;
}

std::vector<std::size_t> byMarkers(const Fragments& fragments) {
  std::vector<std::size_t> first;
  for (std::size_t i = 0; i < fragments.size(); ++i) {
    if (beginsImage(fragments[i])) first.push_back(i);
  }
  return first;
}

}  // namespace

std::vector<std::size_t> firstFragments(Bytes offsetTable, const Fragments& fragments,
                                        std::size_t frames) {
  if (fragments.size() < frames) {
    throw VerdictError("truncated-pixels", "the compressed image data lacks frames");
  }
  if (frames == 1) return {0};
  std::vector<std::size_t> first;
  if (fragments.size() == frames) {
    for (std::size_t i = 0; i < frames; ++i) first.push_back(i);
    return first;
  }
  first = offsetTable.empty() ? byMarkers(fragments) : byOffsets(offsetTable, fragments, frames);
  const bool allBegin = std::all_of(first.begin(), first.end(),
                                    [&](std::size_t i) { return beginsImage(fragments[i]); });
  if (first.size() != frames || first.front() != 0 || !allBegin) refuse();
  return first;
}

}  // namespace cmr
