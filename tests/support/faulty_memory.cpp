#include "tests/support/faulty_memory.h"

#include <sqlite3.h>

#include <cstdlib>
#include <new>

namespace {

// Plain numbers: they are used while the thread, or the program, is made and unmade.
thread_local int failing = 0;
thread_local bool failsForEver = false;
thread_local int allocations = 0;
thread_local bool hasFailed = false;

bool failsNow() {
  if (failing == 0) return false;
  ++allocations;
  const bool hit = allocations == failing || (failsForEver && allocations > failing);
  hasFailed = hasFailed || hit;
  return hit;
}

void* allocated(std::size_t size) {
  void* memory = failsNow() ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* alignedAllocated(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  void* memory = failsNow() ? nullptr : std::aligned_alloc(step, (size + step - 1) / step * step);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

sqlite3_mem_methods real;

void* sqliteMalloc(int size) { return failsNow() ? nullptr : real.xMalloc(size); }
void* sqliteRealloc(void* memory, int size) {
  return failsNow() ? nullptr : real.xRealloc(memory, size);
}

// Before anybody uses SQLite.
const int sqliteIsWatched = [] {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
  sqlite3_mem_methods watched = real;
  watched.xMalloc = sqliteMalloc;
  watched.xRealloc = sqliteRealloc;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &watched);
}();

}  // namespace

void* operator new(std::size_t size) { return allocated(size); }
void* operator new[](std::size_t size) { return allocated(size); }
void* operator new(std::size_t size, std::align_val_t a) { return alignedAllocated(size, a); }
void* operator new[](std::size_t size, std::align_val_t a) { return alignedAllocated(size, a); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace cmr::test {

FaultyMemory::FaultyMemory(int allocation, bool forEver) {
  allocations = 0;
  hasFailed = false;
  failsForEver = forEver;
  failing = sqliteIsWatched == SQLITE_OK ? allocation : 0;
}

FaultyMemory::~FaultyMemory() { failing = 0; }

bool FaultyMemory::failed() { return hasFailed; }

}  // namespace cmr::test
