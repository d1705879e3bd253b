// Stands in for libFuzzer where the compiler has none: runs a target once over every file below the
// paths given, and then over as many mutations of them as --mutations says, always the same. Files
// that end in .hex hold bytes as hexadecimal text, so that what is kept can be read. A mutation
// that crashes the target is left in the file PROGRAM.crash.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/mutation.h"

namespace {

namespace fs = std::filesystem;

std::string contentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content(std::istreambuf_iterator<char>(file), {});
  if (path.extension() != ".hex") return content;
  std::string bytes;
  std::string digits;
  for (const char c : content) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
    digits.clear();
  }
  return bytes;
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::vector<std::string> readAll(const std::vector<std::string>& folders) {
  std::vector<fs::path> paths;
  for (const std::string& folder : folders) {
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());  // so that the mutations are the same everywhere
  std::vector<std::string> inputs;
  for (const fs::path& path : paths) {
    std::cout << path.string() << std::endl;  // the last line names what crashed
    inputs.push_back(contentOf(path));
    run(inputs.back());
  }
  return inputs;
}

// What is tried lies in a file first: when the target crashes it is what did it.
void runMutations(const std::vector<std::string>& inputs, int count, const std::string& crashFile) {
  std::mt19937_64 random(20260101);
  for (int i = 0; i < count; ++i) {
    const std::string input = cmr::fuzz::mutated(inputs[random() % inputs.size()], random);
    std::ofstream(crashFile, std::ios::binary) << input;
    run(input);
  }
  fs::remove(crashFile);
}

}  // namespace

// TARGET [--mutations COUNT] FOLDER...
int main(int argc, char** argv) {
  std::vector<std::string> folders(argv + 1, argv + argc);
  int mutations = 0;
  if (folders.size() > 1 && folders[0] == "--mutations") {
    mutations = std::stoi(folders[1]);
    folders.erase(folders.begin(), folders.begin() + 2);
  }
  const std::vector<std::string> inputs = readAll(folders);
  if (inputs.empty()) return 1;
  runMutations(inputs, mutations, std::string(argv[0]) + ".crash");
  std::cout << inputs.size() << " inputs and " << mutations << " mutations" << std::endl;
  return 0;
}
