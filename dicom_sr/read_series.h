// DICOM instances to image stacks. Never throws on bad data: what does not fit gets a verdict.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "dicom_sr/source.h"

namespace cmr {

// Ceilings checked before anything is allocated.
struct ReadLimits {
  int maxRows = 4096;
  int maxColumns = 4096;
  std::size_t maxFrames = 20000;
  std::size_t maxPixelBytes = std::size_t{4} << 30;
};

// Takes instances one at a time, so that not all of them have to lie in memory at once. Use from
// one thread at a time.
class SeriesReader {
 public:
  explicit SeriesReader(const ReadLimits& limits = {});
  ~SeriesReader();
  SeriesReader(SeriesReader&&) noexcept;

  void add(const InstanceBytes& instance);  // what does not fit becomes a verdict
  bool hasVerdicts() const;
  void setLimits(const ReadLimits& limits);  // of what is added from now on, and of the sum
  // As readInstances() says; once.
  ReadResult finish();

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

// Groups instances into acquisition groups (one series per stack, or one series per slice with
// common orientation and frame of reference), orders slices by position and phases by the first
// candidate key that gives a full grid.
ReadResult readInstances(const std::vector<InstanceBytes>& instances,
                         const ReadLimits& limits = {});

// Reads every regular file below a folder, in name order; unreadable files get a verdict.
ReadResult readFolder(const std::string& folder, const ReadLimits& limits = {});

}  // namespace cmr
