// `cmr phantom`: computed hearts, as a picture to judge them by and as whole DICOM studies.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "analysis/errors.h"
#include "cli/phantom_agreement.h"
#include "cli/registered_commands.h"
#include "models/phantom_sheet.h"
#if CMR_READS_DICOM
#include "models/dicom_images.h"
#include "models/phantom_dicom.h"
#endif

namespace cmr {
namespace {

struct SheetArguments {
  std::string output;
  std::uint64_t seed = 1;
  int tile = 180;
  std::vector<std::string> real;
  int realPerFolder = 6;
};

#if CMR_READS_DICOM
// So many images of a folder, evenly over its files in the order of their names.
void addReal(std::vector<SheetTile>& tiles, const std::string& folder, int wanted) {
  const ImageFormat format = dicomImages();
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (entry.is_regular_file() && format.accepts(path)) files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) throw InputError(folder + " holds no DICOM files");
  for (int i = 0; i < wanted; ++i) {
    const std::size_t at =
        (static_cast<std::size_t>(2 * i + 1) * files.size()) / static_cast<std::size_t>(2 * wanted);
    const PretrainImage image = format.read(files[at], 0);
    tiles.push_back(tileOf("real", image.rows, image.columns, image.pixels));
  }
}
#endif

void drawSheet(const SheetArguments& a) {
  std::vector<SheetTile> real;
#if CMR_READS_DICOM
  for (const std::string& folder : a.real) addReal(real, folder, a.realPerFolder);
#endif
  drawPhantomSheet(a.output, a.seed, a.tile, real);
}

void registerSheet(CLI::App& phantom) {
  auto a = std::make_shared<SheetArguments>();
  CLI::App* c = phantom.add_subcommand(
      "sheet", "One picture of phantoms in all views, sequences and conditions");
  c->add_option("-o,--output", a->output, "PNG file")->required();
  c->add_option("--seed", a->seed, "The same seed draws the same sheet")->capture_default_str();
  c->add_option("--tile", a->tile, "Pixels of an image's side")
      ->check(CLI::Range(32, 512))
      ->capture_default_str();
#if CMR_READS_DICOM
  c->add_option("--real", a->real, "Folders of DICOM images to show below, for comparison");
  c->add_option("--real-images", a->realPerFolder, "Images of each folder")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
#endif
  c->callback([a] { drawSheet(*a); });
}

#if CMR_READS_DICOM
struct StudyArguments {
  std::string output;
  std::string vendor = "siemens";
  std::string condition = "normal";
  std::uint64_t seed = 1;
  PhantomStudyOptions options;
};

void writeStudy(const StudyArguments& a) {
  const PhantomExam exam = planExam(a.seed, diseaseByName(a.condition), vendorByName(a.vendor));
  const PhantomStudySummary summary = writePhantomStudy(exam, a.output, a.options);
  std::cout << a.output << ": " << summary.instances << " images in " << summary.series
            << " series; the truth is in " << a.output << "/truth.json\n";
}

void registerStudy(CLI::App& phantom) {
  auto a = std::make_shared<StudyArguments>();
  CLI::App* c = phantom.add_subcommand("study", "A whole DICOM study with the truth beside it");
  c->add_option("-o,--output", a->output, "Folder, new or empty")->required();
  c->add_option("--vendor", a->vendor, "Whose headers: siemens, ge or philips")
      ->capture_default_str();
  c->add_option("--condition", a->condition,
                "normal, dilated, hypertrophic, infarct or abnormal-rv")
      ->capture_default_str();
  c->add_option("--seed", a->seed, "The same seed writes the same bytes")->capture_default_str();
  c->add_flag("--series-per-slice", a->options.seriesPerSlice,
              "Short-axis cine as one series for each slice, as Siemens scanners often store it");
  c->callback([a] { writeStudy(*a); });
}
#endif

}  // namespace

void registerPhantom(CLI::App& app) {
  CLI::App* phantom = app.add_subcommand("phantom", "Computed hearts whose truth is known");
  phantom->require_subcommand(1);
  registerSheet(*phantom);
  registerAgreement(*phantom);
#if CMR_READS_DICOM
  registerStudy(*phantom);
#endif
}

}  // namespace cmr
