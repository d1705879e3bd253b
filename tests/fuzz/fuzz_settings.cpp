// Orthanc's configuration with our section in it.
#include "config/settings.h"
#include "tests/fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cmr::fuzz::answered([&] { cmr::parseSettings(cmr::fuzz::textOf(data, size)); });
  return 0;
}
