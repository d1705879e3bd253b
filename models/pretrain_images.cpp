#include "models/pretrain_images.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>

#include "analysis/errors.h"
#include "models/augment.h"
#include "models/phantom_sample.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t reasonsKept = 5;
constexpr std::size_t longestRun = 1000;  // of files that are of no use
constexpr int smallestSide = 16;

// A picture of any view and sequence: what a backbone for all tasks has to have seen.
PretrainImage phantomOf(std::uint64_t seed) {
  PhantomSample sample = drawPhantom(seed);
  return {"phantom " + std::to_string(seed), sample.rows, sample.columns, 1,
          std::move(sample.image)};
}

// Throws InputError when there is nothing to see.
void requirePicture(const PretrainImage& image) {
  if (image.rows < smallestSide || image.columns < smallestSide) {
    throw InputError("is smaller than " + std::to_string(smallestSide) + " pixels");
  }
  if (!std::all_of(image.pixels.begin(), image.pixels.end(),
                   [](float v) { return std::isfinite(v); })) {
    throw InputError("holds values that are no numbers");
  }
  const auto [low, high] = std::minmax_element(image.pixels.begin(), image.pixels.end());
  if (*low == *high) {
    throw InputError("has the same grey everywhere");
  }
  if (!(image.rowsPerColumn > 0.05 && image.rowsPerColumn < 20)) {
    throw InputError("has pixels of an impossible shape");
  }
}

struct Entries {
  std::vector<std::string> files;
  std::vector<std::string> folders;
};

Entries entriesOf(const std::string& folder) {
  Entries entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code unknown;
    if (at->is_directory(unknown)) {
      if (!at->is_symlink(unknown)) {  // may lead in circles
        entries.folders.push_back(at->path().filename().string());
      }
    } else if (at->is_regular_file(unknown)) {
      entries.files.push_back(at->path().filename().string());
    }
  }
  if (error) {
    throw InputError("the folder " + folder + " cannot be read: " + error.message());
  }
  std::sort(entries.files.begin(), entries.files.end());
  std::sort(entries.folders.begin(), entries.folders.end());
  // Masks are no pictures of a patient.
  std::error_code unknown;
  if (fs::is_directory(folder + "/images", unknown)) {  // a link to one, too
    std::erase_if(entries.folders,
                  [](const std::string& f) { return f == "endo" || f == "epi" || f == "rv"; });
  }
  return entries;
}

}  // namespace

void PretrainImages::addFolder(const std::string& folder, const std::vector<ImageFormat>& formats,
                               const std::vector<std::string>& excluded) {
  if (!fs::is_directory(folder)) {
    throw InputError("there is no folder " + folder);
  }
  const std::size_t before = records_.size();
  const auto firstFormat = static_cast<std::uint32_t>(formats_.size());
  formats_.insert(formats_.end(), formats.begin(), formats.end());
  list(folder, formats, firstFormat, excluded);
  if (records_.size() == before) {
    throw InputError(folder + " holds no image that can be pretrained on");
  }
}

void PretrainImages::list(const std::string& folder, const std::vector<ImageFormat>& formats,
                          std::uint32_t firstFormat, const std::vector<std::string>& excluded) {
  const Entries entries = entriesOf(folder);
  const auto folderIndex = static_cast<std::uint32_t>(folders_.size());
  folders_.push_back(folder);
  for (const std::string& name : entries.files) {
    const auto format = std::find_if(formats.begin(), formats.end(),
                                     [&](const ImageFormat& f) { return f.accepts(name); });
    if (format == formats.end()) {
      ++ignored_;
    } else {
      addRecord(folderIndex, name,
                firstFormat + static_cast<std::uint32_t>(format - formats.begin()), excluded);
    }
  }
  for (const std::string& name : entries.folders) {
    list(folder + "/" + name, formats, firstFormat, excluded);
  }
}

void PretrainImages::addListed(const std::string& source, const std::vector<ImageGroup>& groups,
                               const ImageFormat& format,
                               const std::vector<std::string>& excluded) {
  const std::size_t before = records_.size();
  const auto formatIndex = static_cast<std::uint32_t>(formats_.size());
  formats_.push_back(format);
  for (const ImageGroup& group : groups) {
    const auto folderIndex = static_cast<std::uint32_t>(folders_.size());
    folders_.push_back(group.folder);
    for (const std::string& name : group.names) addRecord(folderIndex, name, formatIndex, excluded);
  }
  if (records_.size() == before) {
    throw InputError(source + " holds no image that can be pretrained on");
  }
}

void PretrainImages::addRecord(std::uint32_t folder, const std::string& name, std::uint32_t format,
                               const std::vector<std::string>& excluded) {
  if (isExcluded(folders_[folder] + "/" + name, excluded)) {
    ++excluded_;
    return;
  }
  records_.push_back({names_.size(), folder, format});
  names_.append(name).push_back('\0');
}

bool PretrainImages::isExcluded(const std::string& path, const std::vector<std::string>& parts) {
  bool found = false;
  for (const std::string& part : parts) {
    if (path.find(part) != std::string::npos) {
      fitting_.insert(part);
      found = true;
    }
  }
  return found;
}

std::string PretrainImages::pathOf(const Record& record) const {
  return folders_[record.folder] + "/" + (names_.data() + record.nameAt);
}

bool PretrainImages::read(std::size_t index, std::uint64_t pick, PretrainImage& image) {
  const std::string path = pathOf(records_[index]);
  try {
    image = formats_[records_[index].format].read(path, pick);
    requirePicture(image);
    image.name = path;
    return true;
  } catch (const ResourceError&) {
    throw;  // the image may be whole: nothing is learned from an archive or disk that is away
  } catch (const std::exception& error) {  // whatever a broken file makes of its reader
    const std::lock_guard lock(mutex_);
    if (bad_.insert(index).second && reasons_.size() < reasonsKept) {
      const std::string reason = error.what();
      reasons_.push_back(reason.find(path) == std::string::npos ? path + ": " + reason : reason);
    }
    return false;
  }
}

PretrainImage PretrainImages::draw(std::uint64_t slot) {
  std::mt19937_64 rng(mixSeed(seed_, slot, 7));
  const std::uint64_t drawn = rng();
  if (records_.empty() ||
      (phantomShare_ > 0 && std::uniform_real_distribution<double>(0, 1)(rng) < phantomShare_)) {
    return phantomOf(drawn);
  }
  const std::uint64_t count = records_.size();
  const std::uint64_t at = shuffledPosition(seed_, slot / count, slot % count, count);
  PretrainImage image;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count, longestRun); ++i) {
    if (read((at + i) % count, drawn, image)) {
      return image;
    }
  }
  const SkippedImages skips = skipped();
  throw InputError(std::to_string(std::min<std::uint64_t>(count, longestRun)) +
                   " files in a row are of no use; the first one: " + skips.reasons.front());
}

std::vector<PretrainImage> PretrainImages::probe(std::size_t count) {
  std::vector<PretrainImage> images;
  if (records_.empty()) {
    for (std::size_t i = 0; i < count; ++i) {
      images.push_back(phantomOf(mixSeed(seed_, i, 8)));
    }
    return images;
  }
  const std::size_t wanted = std::min(count, records_.size());
  for (std::size_t i = 0; i < wanted; ++i) {
    PretrainImage image;
    if (read(i * records_.size() / wanted, 0, image)) {
      images.push_back(std::move(image));
    }
  }
  return images;
}

std::size_t PretrainImages::indexBytes() const {
  std::size_t bytes = records_.size() * sizeof(Record) + names_.size();
  for (const std::string& folder : folders_) {
    bytes += folder.size() + sizeof folder;
  }
  return bytes;
}

SkippedImages PretrainImages::skipped() const {
  const std::lock_guard lock(mutex_);
  return {bad_.size(), reasons_};
}

std::uint64_t shuffledPosition(std::uint64_t seed, std::uint64_t round, std::uint64_t position,
                               std::uint64_t count) {
  unsigned halfBits = 1;
  while ((std::uint64_t{1} << (2 * halfBits)) < count) {
    ++halfBits;
  }
  const std::uint64_t mask = (std::uint64_t{1} << halfBits) - 1;
  const std::uint64_t key = mixSeed(seed, round, 11);
  do {
    std::uint64_t left = position >> halfBits;
    std::uint64_t right = position & mask;
    for (std::uint64_t turn = 0; turn < 4; ++turn) {
      const std::uint64_t mixed = left ^ (mixSeed(key, right, turn) & mask);
      left = right;
      right = mixed;
    }
    position = (left << halfBits) | right;
  } while (position >= count);
  return position;
}

}  // namespace cmr
