// manifest.json of a model package; the files that it names are not there.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "analysis/model_package.h"
#include "tests/fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("cmr-fuzz-manifest-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "manifest.json", std::ios::binary) << cmr::fuzz::textOf(data, size);
  cmr::fuzz::answered([&] { cmr::openPackage(folder.string()); });
  return 0;
}
