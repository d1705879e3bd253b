// The images that a pretraining run sees: files below folders, read when they are needed, and drawn
// hearts. An image costs sixteen bytes and its file name, however many there are.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "models/pretrain_image.h"

namespace cmr {

struct ImageFormat {
  std::string name;  // "PNG"
  bool (*accepts)(const std::string& fileName) = nullptr;
  // `pick` chooses among the images of a file that holds several. Throws InputError when the file
  // cannot be read.
  std::function<PretrainImage(const std::string& path, std::uint64_t pick)> read;
};

// Images of one place, named by whoever lists them: path is folder + "/" + name.
struct ImageGroup {
  std::string folder;
  std::vector<std::string> names;
};

// What could not be used, so far.
struct SkippedImages {
  std::size_t count = 0;             // images, each counted once
  std::vector<std::string> reasons;  // of the first few
};

// Thread ownership: draw() and skipped() are called from any thread, all else before them.
class PretrainImages {
 public:
  explicit PretrainImages(std::uint64_t seed) : seed_(seed) {}

  // Lists the files below a folder in the order of their names, links to folders left out. Of a
  // folder that holds images/ beside endo/, epi/ or rv/, the layout of labelled frames, only the
  // images are taken. Files of no given format are counted as ignored. excluded: parts of paths;
  // what contains one is left out. Throws InputError for a folder that is not there or holds no
  // image.
  void addFolder(const std::string& folder, const std::vector<ImageFormat>& formats,
                 const std::vector<std::string>& excluded);

  // Takes images that lie elsewhere than in folders. source: for messages. Throws InputError when
  // there is none.
  void addListed(const std::string& source, const std::vector<ImageGroup>& groups,
                 const ImageFormat& format, const std::vector<std::string>& excluded);

  // Draws short-axis phantoms in this share of the places, or in all when there are no files.
  void addPhantoms(double share) { phantomShare_ = share; }

  // The image in a place of the endless sequence: a function of seed, files and slot. Every file
  // has one place in each round through the files, in another order each round. A file that cannot
  // be read, or shows nothing, is skipped for the next one, and counted. Throws InputError when a
  // thousand files in a row, or all, are of no use, ResourceError when they cannot be reached.
  PretrainImage draw(std::uint64_t slot);

  // Fixed images to measure features on, spread evenly over the files; fewer when there are fewer.
  std::vector<PretrainImage> probe(std::size_t count);

  std::size_t files() const { return records_.size(); }
  std::size_t ignored() const { return ignored_; }
  std::size_t excludedCount() const { return excluded_; }
  // The parts of paths that did leave something out: one that is not among them was mistyped.
  const std::set<std::string>& fittingExclusions() const { return fitting_; }
  std::size_t indexBytes() const;
  double phantomShare() const { return records_.empty() ? 1 : phantomShare_; }
  SkippedImages skipped() const;

 private:
  struct Record {
    std::uint64_t nameAt = 0;  // in names_
    std::uint32_t folder = 0;
    std::uint32_t format = 0;
  };

  void list(const std::string& folder, const std::vector<ImageFormat>& formats,
            std::uint32_t firstFormat, const std::vector<std::string>& excluded);
  void addRecord(std::uint32_t folder, const std::string& name, std::uint32_t format,
                 const std::vector<std::string>& excluded);
  bool isExcluded(const std::string& path, const std::vector<std::string>& parts);
  std::string pathOf(const Record& record) const;
  bool read(std::size_t index, std::uint64_t pick, PretrainImage& image);

  std::uint64_t seed_;
  double phantomShare_ = 0;
  std::vector<ImageFormat> formats_;
  std::vector<std::string> folders_;
  std::string names_;  // each ends with '\0'
  std::vector<Record> records_;
  std::size_t ignored_ = 0;
  std::size_t excluded_ = 0;
  std::set<std::string> fitting_;
  mutable std::mutex mutex_;  // of what follows
  std::unordered_set<std::size_t> bad_;
  std::vector<std::string> reasons_;
};

// Where the place `position` of a round lies in it after shuffling: for each round a permutation
// of 0 .. count - 1 that needs no memory (a Feistel network, walked until it is back in range).
std::uint64_t shuffledPosition(std::uint64_t seed, std::uint64_t round, std::uint64_t position,
                               std::uint64_t count);

}  // namespace cmr
