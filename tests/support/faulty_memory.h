// Allocations that fail: `new` everywhere in the program, and SQLite's own memory. Linking
// faulty_memory.cpp replaces both; nothing fails until it is told to.
#pragma once

namespace cmr::test {

// Of this thread alone: the allocation with this number (from 1 on, counted from here) fails; with
// `forEver` all later ones too. Failing allocations end with the object. Not nested.
class FaultyMemory {
 public:
  explicit FaultyMemory(int allocation, bool forEver = false);
  ~FaultyMemory();
  FaultyMemory(const FaultyMemory&) = delete;
  FaultyMemory& operator=(const FaultyMemory&) = delete;

  static bool failed();  // since the last of these was made
};

}  // namespace cmr::test
