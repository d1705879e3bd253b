#include "models/fewshot_plan.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <random>
#include <regex>
#include <set>
#include <utility>

#include "analysis/errors.h"
#include "models/augment.h"

namespace cmr {
namespace {

FewshotMode modeByName(const std::string& name) {
  if (name == "frozen") return FewshotMode::frozen;
  if (name == "full") return FewshotMode::full;
  throw InputError("an arm is 'frozen' or 'full', not '" + name + "'");
}

void checkName(const std::string& name) {
  // Names stand in tables and in a picture.
  static const std::regex allowed("[A-Za-z0-9][A-Za-z0-9.+-]*");
  if (!std::regex_match(name, allowed)) {
    throw InputError("an arm's name is made of letters, digits, '.', '+' and '-', not '" + name +
                     "'");
  }
}

FewshotArm armWithoutFile(const std::string& name) {
  if (name == "scratch") return {name, FewshotStart::random, FewshotMode::full, false, ""};
  if (name == "random-frozen") return {name, FewshotStart::random, FewshotMode::frozen, false, ""};
  if (name == "unet") return {name, FewshotStart::random, FewshotMode::full, true, ""};
  throw InputError("no arm is called '" + name +
                   "'; there are scratch, random-frozen, unet, and NAME=FILE");
}

std::vector<FewshotArm> armsOf(const std::string& text, const std::vector<std::string>& modes) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos) return {armWithoutFile(text)};
  const std::string name = text.substr(0, at);
  const std::string file = text.substr(at + 1);
  checkName(name);
  if (!std::filesystem::exists(file)) {
    throw InputError("the arm " + name + " is to start from '" + file + "', which is not there");
  }
  const bool backbone = std::filesystem::path(file).extension() == ".safetensors";
  std::vector<FewshotArm> arms;
  for (const std::string& mode : modes) {
    arms.push_back({name + " " + mode, backbone ? FewshotStart::backbone : FewshotStart::network,
                    modeByName(mode), false, file});
  }
  return arms;
}

// Fisher and Yates; plain remainders, since the distributions of standard libraries differ.
void shuffle(std::vector<std::string>& patients, std::uint64_t seed) {
  std::mt19937_64 rng(seed);
  for (std::size_t i = patients.size(); i > 1; --i) {
    std::swap(patients[i - 1], patients[rng() % i]);
  }
}

}  // namespace

std::vector<FewshotArm> fewshotArms(const std::vector<std::string>& texts,
                                    const std::vector<std::string>& modes) {
  std::vector<FewshotArm> arms;
  std::set<std::string> names;
  for (const std::string& text : texts) {
    for (FewshotArm& arm : armsOf(text, modes)) {
      if (!names.insert(arm.name).second) {
        throw InputError("two arms are called '" + arm.name + "'");
      }
      arms.push_back(std::move(arm));
    }
  }
  if (arms.empty()) throw InputError("there is no arm to train: name them with --arm");
  return arms;
}

std::vector<std::size_t> fewshotSizes(const std::vector<std::string>& texts, std::size_t patients) {
  std::vector<std::size_t> sizes;
  for (const std::string& text : texts) {
    std::size_t size = text == "all" ? patients : 0;
    if (text != "all") {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
      if (error != std::errc() || end != text.data() + text.size()) size = 0;
    }
    if (size < 1 || size > patients) {
      throw InputError("'" + text + "' is no number of patients from 1 to " +
                       std::to_string(patients));
    }
    sizes.push_back(size);
  }
  std::sort(sizes.begin(), sizes.end());
  if (std::adjacent_find(sizes.begin(), sizes.end()) != sizes.end()) {
    throw InputError("the same number of patients is asked for twice");
  }
  return sizes;
}

std::vector<FewshotCell> fewshotCells(const std::vector<FewshotArm>& arms,
                                      const std::vector<std::size_t>& sizes, int draws,
                                      std::vector<std::string> patients, std::uint64_t seed) {
  std::sort(patients.begin(), patients.end());
  std::vector<FewshotCell> cells;
  for (int draw = 1; draw <= draws; ++draw) {
    std::vector<std::string> order = patients;
    shuffle(order, mixSeed(seed, static_cast<std::uint64_t>(draw)));
    for (const std::size_t size : sizes) {
      const std::vector<std::string> taken(order.begin(),
                                           order.begin() + static_cast<std::ptrdiff_t>(size));
      for (const FewshotArm& arm : arms) {
        cells.push_back({arm, size, draw, taken,
                         mixSeed(seed, static_cast<std::uint64_t>(draw), std::uint64_t{size})});
      }
    }
  }
  return cells;
}

void requireDisjoint(const std::vector<std::string>& training, const std::vector<std::string>& test,
                     const std::string& what) {
  std::string both;
  for (const std::string& patient : std::set<std::string>(test.begin(), test.end())) {
    if (std::find(training.begin(), training.end(), patient) != training.end()) {
      both += (both.empty() ? "" : ", ") + patient;
    }
  }
  if (!both.empty()) throw InputError(what + " holds patients of the test: " + both);
}

}  // namespace cmr
