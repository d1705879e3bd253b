// The few-label experiment as a plan: which arms learn from which patients, how often. No learning
// here, so that the plan can be read, tested and resumed apart from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cmr {

// What a network knows before it sees a label, and how much of it may change.
enum class FewshotStart {
  random,    // nothing
  backbone,  // a backbone without labels (safetensors)
  network    // weights of a whole network: a package, or best.ckpt of `cmr finetune`
};
enum class FewshotMode {
  full,   // everything learns
  frozen  // the backbone stays as it is, the head learns
};

struct FewshotArm {
  std::string name;  // as in the tables: "scratch", "dino frozen"
  FewshotStart start = FewshotStart::random;
  FewshotMode mode = FewshotMode::full;
  bool unet = false;  // the plain U-Net in place of the transformer
  std::string file;   // of a backbone or network; empty: random

  bool operator==(const FewshotArm&) const = default;
};

// The arms of a command line in the order given. Each text is one of
//   scratch          random weights, everything learns
//   random-frozen    random weights, only the head learns
//   unet             plain U-Net from random weights
//   NAME=FILE        a backbone (FILE ends in .safetensors), or a package's folder or a checkpoint;
//                    one arm for each of `modes` ("frozen", "full"), named "NAME frozen", "NAME
//                    full"
// Throws InputError for another text, a name twice, a file that is not there, or no arm at all.
std::vector<FewshotArm> fewshotArms(const std::vector<std::string>& texts,
                                    const std::vector<std::string>& modes);

// "1", "4", "all" -> numbers of patients, ascending. Throws InputError for what is no number from 1
// to `patients` or stands there twice.
std::vector<std::size_t> fewshotSizes(const std::vector<std::string>& texts, std::size_t patients);

// One training: an arm that learns from the first `size` patients of a draw.
struct FewshotCell {
  FewshotArm arm;
  std::size_t size = 0;
  int draw = 0;                       // from 1
  std::vector<std::string> patients;  // in the order of the draw
  std::uint64_t seed = 0;             // of start and batches: the same in every arm
};

// All cells, draw by draw, so that a run that is not finished yet can be read: size by size within
// a draw, arm by arm within a size. A draw is one order of all patients, so that its patients are
// the same in every arm and those of a smaller size are among those of a larger one. A function of
// its arguments (the order of `patients` does not matter), the same with every standard library.
std::vector<FewshotCell> fewshotCells(const std::vector<FewshotArm>& arms,
                                      const std::vector<std::size_t>& sizes, int draws,
                                      std::vector<std::string> patients, std::uint64_t seed);

// Throws InputError naming the patients that are in both.
void requireDisjoint(const std::vector<std::string>& training, const std::vector<std::string>& test,
                     const std::string& what);

}  // namespace cmr
