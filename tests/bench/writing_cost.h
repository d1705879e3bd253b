// Time, and beside it what peak_memory.h is judged by: the size of what comes out.
#pragma once

#include <benchmark/benchmark.h>

#include <utility>
#include <vector>

#include "dicom_sr/produced_object.h"

namespace cmr::bench {

inline std::vector<ProducedObject> listOf(ProducedObject object) {
  std::vector<ProducedObject> list;
  list.push_back(std::move(object));
  return list;
}

// `write` gives a list of objects; what one iteration made is gone before the next begins.
template <typename Write>
void measureWriting(benchmark::State& state, const Write& write) {
  double bytes = 0;
  for (auto _ : state) {
    const std::vector<ProducedObject> made = write();
    bytes = 0;
    for (const ProducedObject& object : made) bytes += static_cast<double>(object.bytes.size());
  }
  state.counters["object_bytes"] = bytes;
}

}  // namespace cmr::bench
