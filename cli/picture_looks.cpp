#include "cli/picture_looks.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "analysis/errors.h"
#include "dicom_sr/read_series.h"
#include "plugin/sort_by_pictures.h"

namespace cmr {
namespace {

using Series = std::vector<const SeriesToLookAt*>;

void addFiles(const SeriesHeader& header, std::vector<InstanceBytes>& instances) {
  for (const std::string& path : header.files) {
    std::ifstream file(path, std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(file), {});
    if (!file) throw InputError(path + " cannot be read");
    instances.push_back({path, std::move(bytes)});
  }
}

ReadResult readAll(const Series& series) {
  std::vector<InstanceBytes> instances;
  for (const SeriesToLookAt* one : series) addFiles(*one->header, instances);
  return readInstances(instances);
}

bool isOneSlice(const ReadResult& read) {
  return read.stacks.size() == 1 && read.stacks.front().stack.sliceCount == 1;
}

// What slices of one stack share before anybody looks at where they lie.
std::string groupOf(const SeriesToLookAt& one) {
  std::string key = one.rule;
  for (const char* keyword :
       {"StudyInstanceUID", "FrameOfReferenceUID", "Rows", "Columns", "ImageOrientationPatient"}) {
    const auto found = one.header->values.find(keyword);
    key += "\n" + (found == one.header->values.end() ? std::string() : found->second);
  }
  return key;
}

PictureLook lookAt(const ReadResult& read, FrameSegmenter& segmenter) {
  PictureLook look;
  if (read.stacks.empty()) {
    look.why = read.verdicts.empty() ? "nothing in it can be read" : read.verdicts.front().reason;
    return look;
  }
  const SeriesStack& largest = read.stacks.at(largestStack(read.stacks));
  look.classified = classifiedBy(segmenter.firstLook(largest.stack));
  return look;
}

}  // namespace

std::map<std::string, PictureLook> lookAtPictures(const std::vector<SeriesToLookAt>& series,
                                                  FrameSegmenter& segmenter) {
  std::map<std::string, PictureLook> looks;
  std::map<std::string, Series> slices;
  for (const SeriesToLookAt& one : series) {
    const ReadResult read = readAll({&one});
    if (isOneSlice(read)) {
      slices[groupOf(one)].push_back(&one);
    } else {
      looks[one.header->SeriesInstanceUID] = lookAt(read, segmenter);
    }
  }
  for (const auto& [key, group] : slices) {
    const PictureLook look = lookAt(readAll(group), segmenter);
    for (const SeriesToLookAt* one : group) looks[one->header->SeriesInstanceUID] = look;
  }
  return looks;
}

}  // namespace cmr
