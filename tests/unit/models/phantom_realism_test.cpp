// Phantoms against real short-axis frames of the training patients: brightness and sharpness.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <filesystem>
#include <iostream>
#include <numbers>
#include <set>

#include "models/phantom_sample.h"
#include "models/png_file.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

constexpr int side = 256;
constexpr int frequencies = 112;  // below what zero filling left empty
constexpr int bins = 20;

struct Appearance {
  std::array<double, frequencies> amplitude{};  // of rows and columns, averaged
  std::array<double, bins> histogram{};         // of grey between the 1st and the 99.5th percentile
  int images = 0;

  void add(std::vector<float> image) {
    std::vector<float> sorted = image;
    std::sort(sorted.begin(), sorted.end());
    const float low = sorted[sorted.size() / 100];
    const float high = sorted[sorted.size() * 995 / 1000];
    for (float& v : image) {
      v = std::clamp((v - low) / (high - low + 1e-6F), 0.0F, 1.5F);
      const int bin = static_cast<int>(v * bins);
      if (bin < bins) histogram[static_cast<std::size_t>(bin)] += 1.0 / (side * side);
    }
    for (int line = 20; line < side - 20; line += 12) {
      addLine([&](int i) { return image[static_cast<std::size_t>(line * side + i)]; });
      addLine([&](int i) { return image[static_cast<std::size_t>(i * side + line)]; });
    }
    ++images;
  }

 private:
  template <class At>
  void addLine(At at) {
    for (int k = 1; k < frequencies; ++k) {
      std::complex<double> sum = 0;
      const std::complex<double> turn = std::polar(1.0, -2 * std::numbers::pi * k / side);
      std::complex<double> wheel = 1;
      for (int i = 0; i < side; ++i) {
        const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / side);
        sum += wheel * (window * static_cast<double>(at(i)));
        wheel *= turn;
      }
      amplitude[static_cast<std::size_t>(k)] += std::abs(sum);
    }
  }
};

TEST(PhantomRealism, ShortAxisCineHasTheSpectrumAndTheBrightnessOfRealFrames) {
  const fs::path folder = fs::path(CMR_SHARED_DATA) / "sunnybrook-frames/train/images";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no real images at " << folder;
  std::set<fs::path> files;
  for (const auto& f : fs::directory_iterator(folder)) files.insert(f.path());
  Appearance real;
  std::size_t index = 0;
  for (const fs::path& f : files) {
    if (index++ % 15 != 0) continue;
    const GrayImage image = readPng(f.string());
    if (image.width != side || image.height != side) continue;
    real.add({image.pixels.begin(), image.pixels.end()});
  }
  ASSERT_GT(real.images, 20);
  Appearance drawn;
  PhantomRequest request;
  request.view = PhantomView::sax;
  request.sequence = PhantomSequence::cine;
  for (std::uint64_t seed = 0; drawn.images < real.images; ++seed) {
    drawn.add(drawPhantom(seed, request).image);
  }
  double square = 0;
  for (std::size_t k = 2; k < frequencies; ++k) {
    const double dB = 20 * std::log10(drawn.amplitude[k] / real.amplitude[k]);
    square += dB * dB / (frequencies - 2);
  }
  double moved = 0;  // how far brightness has to be moved: earth mover's distance, 0 to 1
  double difference = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    difference += (drawn.histogram[b] - real.histogram[b]) / real.images;
    moved += std::abs(difference) / bins;
  }
  RecordProperty("spectrum_rms_dB", std::to_string(std::sqrt(square)));
  RecordProperty("histogram_distance", std::to_string(moved));
  std::cout << "spectrum " << std::sqrt(square) << " dB rms, histogram " << moved << "\n";
  EXPECT_LT(std::sqrt(square), 4.0);
  EXPECT_LT(moved, 0.04);
}

}  // namespace
}  // namespace cmr
