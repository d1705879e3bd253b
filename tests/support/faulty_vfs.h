// A file system layer for SQLite that fails the N-th change of a file: a write, a sync, a
// truncation, a deletion or new shared memory.
#pragma once

#include <string>

namespace cmr::test {

// Registers itself with SQLite under name() while it lives; at most one at a time. Not for threads.
class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  static std::string name();
  // The change with this number (from 1 on, counted from here) fails; with `forEver` all later ones
  // too. Half of a write that fails reaches the file, as on a disk that breaks. 0: none fails.
  void failAt(int change, bool forEver);
  bool failed() const;  // since failAt()
};

}  // namespace cmr::test
