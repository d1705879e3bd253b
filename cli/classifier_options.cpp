#include "cli/classifier_options.h"

#include <iterator>

#include "analysis/errors.h"
#include "cli/package_location.h"
#include "models/phantom_labels.h"
#include "models/png_images.h"
#if CMR_READS_DICOM
#include "models/dicom_images.h"
#endif

namespace cmr {

void addLabelOptions(CLI::App& c, ClassifierArguments& a) {
  c.add_option("--images", a.table,
               "Classification: a CSV table with the columns path, subject, the task's name (or "
               "label) and optionally series");
  c.add_option("--images-per-entry", a.imagesPerEntry,
               "Classification: so many of a folder's images, spread evenly")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
}

void addClassifierOptions(CLI::App& c, ClassifierArguments& a) {
  addLabelOptions(c, a);
  c.add_option("--phantom-images", a.phantomImages,
               "Classification: so many drawn images besides, half of them cines")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  c.add_option("--layers", a.layers, "Classification: layers of the backbone that the head reads")
      ->delimiter(',')
      ->capture_default_str();
  c.add_option("--queries", a.queries,
               "Classification: 0 takes the mean of the patches, else attention by so many queries")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  c.add_option("--views", a.views, "Classification: changed views of an image besides itself")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  c.add_option("--tokens", a.tokens,
               "Classification: a file that keeps what the backbone said of the images, for the "
               "next run on the same");
  c.add_option("--ridge", a.ridge,
               "Classification: no steps, but least squares with this penalty (0.0003, say)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  c.add_option("--real-weight", a.realWeight,
               "Classification: weight of real images beside drawn ones of the same label")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  c.add_option("--head-steps", a.headSteps, "Classification: batches of 128 views")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

std::vector<LabelledImage> readClassifierImages(const std::string& task,
                                                const ClassifierArguments& a, std::uint64_t seed) {
  std::vector<LabelledImage> images = drawLabelledImages(task, a.phantomImages, seed);
  if (a.table.empty() && images.empty()) {
    throw InputError("name a table of labelled images with --images");
  }
  if (a.table.empty()) return images;
  std::vector<ImageFormat> formats{pngImages()};
#if CMR_READS_DICOM
  formats.push_back(dicomImages());
#endif
  std::vector<LabelledImage> real =
      readLabelledImages({a.table, task, taskById(task).classes, a.imagesPerEntry}, formats);
  std::move(images.begin(), images.end(), std::back_inserter(real));
  return real;
}

ClassifierOptions classifierOptions(const std::string& task, const std::string& package,
                                    const FinetuneOptions& shared, const ClassifierArguments& a) {
  ClassifierOptions o;
  o.task = task;
  o.package = packageFolderOr(package);
  o.layers = a.layers;
  o.queries = a.queries;
  o.views.augmented = a.views;
  o.views.seed = shared.seed;
  o.tokens = a.tokens;
  o.training.steps = a.headSteps;
  o.training.seed = shared.seed;
  o.training.ridge = a.ridge;
  o.training.realWeight = a.realWeight;
  o.validationSubjects = shared.validationPatients;
  o.threads = shared.threads;
  o.device = shared.device;
  o.precision = shared.precision;
  o.output = shared.output;
  o.packageFolder = shared.packageFolder;
  o.packageVersion = shared.packageVersion;
  o.command = shared.command;
  return o;
}

}  // namespace cmr
