#include "tests/support/faulty_vfs.h"

#include <sqlite3.h>

#include <cstring>
#include <new>

namespace cmr::test {
namespace {

// SQLite's interface is of C: the state cannot be a member of what it calls.
struct Plan {
  int failing = 0;
  bool forEver = false;
  int changes = 0;
  bool failed = false;

  bool now() {
    ++changes;
    const bool hit = failing > 0 && (changes == failing || (forEver && changes > failing));
    failed = failed || hit;
    return hit;
  }
};

Plan plan;
sqlite3_vfs shim;

struct File {
  sqlite3_file base;  // first: SQLite sees only this
  // The real file follows in the same allocation.
};

sqlite3_vfs* real() { return static_cast<sqlite3_vfs*>(shim.pAppData); }
sqlite3_file* realOf(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
}
const sqlite3_io_methods& methodsOf(sqlite3_file* file) { return *realOf(file)->pMethods; }

int closeFile(sqlite3_file* f) { return methodsOf(f).xClose(realOf(f)); }
int readFile(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return methodsOf(f).xRead(realOf(f), to, size, at);
}
int writeFile(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  if (!plan.now()) return methodsOf(f).xWrite(realOf(f), from, size, at);
  methodsOf(f).xWrite(realOf(f), from, size / 2, at);
  return SQLITE_IOERR_WRITE;
}
int truncateFile(sqlite3_file* f, sqlite3_int64 size) {
  return plan.now() ? SQLITE_IOERR_TRUNCATE : methodsOf(f).xTruncate(realOf(f), size);
}
int syncFile(sqlite3_file* f, int flags) {
  return plan.now() ? SQLITE_IOERR_FSYNC : methodsOf(f).xSync(realOf(f), flags);
}
int fileSize(sqlite3_file* f, sqlite3_int64* size) {
  return methodsOf(f).xFileSize(realOf(f), size);
}
int lockFile(sqlite3_file* f, int level) { return methodsOf(f).xLock(realOf(f), level); }
int unlockFile(sqlite3_file* f, int level) { return methodsOf(f).xUnlock(realOf(f), level); }
int checkLock(sqlite3_file* f, int* out) { return methodsOf(f).xCheckReservedLock(realOf(f), out); }
int control(sqlite3_file* f, int code, void* argument) {
  return methodsOf(f).xFileControl(realOf(f), code, argument);
}
int sectorSize(sqlite3_file* f) { return methodsOf(f).xSectorSize(realOf(f)); }
int characteristics(sqlite3_file* f) { return methodsOf(f).xDeviceCharacteristics(realOf(f)); }
int shmMap(sqlite3_file* f, int region, int size, int extend, void volatile** out) {
  if (extend != 0 && plan.now()) return SQLITE_IOERR_SHMSIZE;
  return methodsOf(f).xShmMap(realOf(f), region, size, extend, out);
}
int shmLock(sqlite3_file* f, int offset, int count, int flags) {
  return methodsOf(f).xShmLock(realOf(f), offset, count, flags);
}
void shmBarrier(sqlite3_file* f) { methodsOf(f).xShmBarrier(realOf(f)); }
int shmUnmap(sqlite3_file* f, int deleting) { return methodsOf(f).xShmUnmap(realOf(f), deleting); }

const sqlite3_io_methods shimMethods{
    2,        closeFile,  readFile,  writeFile, truncateFile, syncFile,        fileSize,
    lockFile, unlockFile, checkLock, control,   sectorSize,   characteristics, shmMap,
    shmLock,  shmBarrier, shmUnmap,  nullptr,   nullptr};

int openFile(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out) {
  file->pMethods = nullptr;
  std::memset(realOf(file), 0, static_cast<std::size_t>(real()->szOsFile));
  const int code = real()->xOpen(real(), name, realOf(file), flags, out);
  if (realOf(file)->pMethods != nullptr) file->pMethods = &shimMethods;
  return code;
}
int deleteFile(sqlite3_vfs* /*vfs*/, const char* name, int syncFolder) {
  return plan.now() ? SQLITE_IOERR_DELETE : real()->xDelete(real(), name, syncFolder);
}
// The other functions of the layer get the layer itself, so they must be told of the real one.
int accessFile(sqlite3_vfs* /*vfs*/, const char* name, int flags, int* out) {
  return real()->xAccess(real(), name, flags, out);
}
int fullPath(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
  return real()->xFullPathname(real(), name, size, out);
}

}  // namespace

FaultyVfs::FaultyVfs() {
  plan = Plan();
  sqlite3_vfs* unix = sqlite3_vfs_find(nullptr);
  shim = *unix;
  shim.pNext = nullptr;
  shim.zName = "cmr-faulty";
  shim.pAppData = unix;
  shim.szOsFile = static_cast<int>(sizeof(File)) + unix->szOsFile;
  shim.xOpen = openFile;
  shim.xDelete = deleteFile;
  shim.xAccess = accessFile;
  shim.xFullPathname = fullPath;
  sqlite3_vfs_register(&shim, 0);
}

FaultyVfs::~FaultyVfs() { sqlite3_vfs_unregister(&shim); }

std::string FaultyVfs::name() { return "cmr-faulty"; }

void FaultyVfs::failAt(int change, bool forEver) { plan = Plan{change, forEver, 0, false}; }

bool FaultyVfs::failed() const { return plan.failed; }

}  // namespace cmr::test
