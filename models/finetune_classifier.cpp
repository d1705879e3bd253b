#include "models/finetune_classifier.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "analysis/package_weights.h"
#include "models/augment.h"
#include "models/classification_report.h"
#include "models/extend_package.h"
#include "models/heart_places.h"
#include "models/release_rule.h"
#include "models/token_cache.h"
#include "models/training_likeness.h"

namespace cmr {
namespace {

using nlohmann::json;

// Images that are held out together, and what the head that did not see them says.
struct Judged {
  std::vector<std::vector<double>> logits;  // by image; empty where nobody judged
  double temperature = 1;
};

constexpr std::uint64_t phantomFolds = 5;

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

std::vector<bool> where(const std::vector<LabelledImage>& images,
                        const std::function<bool(const LabelledImage&, std::size_t)>& holds) {
  std::vector<bool> mask;
  for (std::size_t i = 0; i < images.size(); ++i) mask.push_back(holds(images[i], i));
  return mask;
}

std::vector<bool> opposite(std::vector<bool> mask) {
  mask.flip();
  return mask;
}

PooledHead trainWithout(const std::vector<bool>& heldOut, const PooledHeadGeometry& geometry,
                        const ViewTokens& tokens, const std::vector<LabelledImage>& images,
                        const ClassifierTraining& training) {
  return trainClassifier(geometry, tokens,
                         balancedSamples(tokens, images, opposite(heldOut), training.realWeight),
                         training);
}

void judge(PooledHead& head, const ViewTokens& tokens, const std::vector<bool>& heldOut,
           Judged& judged) {
  std::vector<std::vector<double>> own = plainLogits(head, tokens, heldOut);
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (!own[i].empty()) judged.logits[i] = std::move(own[i]);
  }
}

// By chance, as kinds of drawn hearts follow each other in turn; all images of one together.
std::vector<bool> fifthOfDrawnHearts(const std::vector<LabelledImage>& images, std::uint64_t seed) {
  std::map<std::string, std::uint64_t> numbers;
  for (const LabelledImage& image : images) {
    if (image.isPhantom) numbers.emplace(image.subject, numbers.size());
  }
  return where(images, [&](const LabelledImage& image, std::size_t) {
    return image.isPhantom && mixSeed(seed, numbers.at(image.subject)) % phantomFolds == 0;
  });
}

// Every real subject by a head that never saw it, and a fifth of the drawn hearts.
void judgeInTurn(const PooledHeadGeometry& geometry, const ViewTokens& tokens,
                 const std::vector<LabelledImage>& images, const ClassifierOptions& o,
                 Judged& judged) {
  std::set<std::string> subjects;
  for (const LabelledImage& image : images) {
    if (!image.isPhantom) subjects.insert(image.subject);
  }
  std::size_t done = 0;
  for (const std::string& subject : subjects) {
    const auto heldOut = where(images, [&](const LabelledImage& image, std::size_t) {
      return !image.isPhantom && image.subject == subject;
    });
    PooledHead head = trainWithout(heldOut, geometry, tokens, images, o.training);
    judge(head, tokens, heldOut, judged);
    std::printf("\r%zu of %zu subjects judged by a head that never saw them", ++done,
                subjects.size());
    std::fflush(stdout);
  }
  std::printf("\n");
  const std::vector<bool> drawn = fifthOfDrawnHearts(images, o.training.seed);
  if (std::find(drawn.begin(), drawn.end(), true) == drawn.end()) return;
  PooledHead head = trainWithout(drawn, geometry, tokens, images, o.training);
  judge(head, tokens, drawn, judged);
}

// On real images where several classes are real, else on all that were judged.
double temperatureOf(const Judged& judged, const std::vector<LabelledImage>& images) {
  std::vector<std::vector<double>> logits;
  std::vector<ClassSet> allowed;
  std::set<ClassSet> realLabels;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (!judged.logits[i].empty() && !images[i].isPhantom) realLabels.insert(images[i].allowed);
  }
  for (std::size_t i = 0; i < images.size(); ++i) {
    const bool counts = !images[i].isPhantom || realLabels.size() < 2;
    if (judged.logits[i].empty() || !counts) continue;
    logits.push_back(judged.logits[i]);
    allowed.push_back(images[i].allowed);
  }
  return fitTemperature(logits, allowed);
}

std::vector<ClassifiedImage> classified(const Judged& judged,
                                        const std::vector<LabelledImage>& images) {
  std::vector<ClassifiedImage> result;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (judged.logits[i].empty()) continue;
    const LabelledImage& image = images[i];
    result.push_back({image.image.name, image.series, image.subject, image.isPhantom, image.allowed,
                      softmax(judged.logits[i], judged.temperature)});
  }
  return result;
}

json trainedOn(const std::vector<LabelledImage>& images, const ClassifierOptions& o) {
  std::set<std::string> subjects;
  std::size_t real = 0;
  for (const LabelledImage& image : images) {
    if (image.isPhantom) continue;
    subjects.insert(image.subject);
    ++real;
  }
  return {
      {"command", o.command},
      {"seed", o.training.seed},
      {"trained",
       {{"real images", real}, {"drawn images", images.size() - real}, {"subjects", subjects}}}};
}

void writeFile(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw ResourceError("cannot write " + path);
}

// The classes that any image may be, in the task's order.
std::vector<std::string> taughtClasses(const Task& task, const std::vector<LabelledImage>& images) {
  ClassSet any = 0;
  for (const LabelledImage& image : images) any |= image.allowed;
  std::vector<std::string> taught;
  for (std::size_t k = 0; k < task.classes.size(); ++k) {
    if ((any >> k & 1U) != 0) taught.push_back(task.classes[k]);
  }
  return taught;
}

// Bits of the task's classes to bits of the taught ones.
std::vector<LabelledImage> onTaughtClasses(std::vector<LabelledImage> images, const Task& task,
                                           const std::vector<std::string>& taught) {
  for (LabelledImage& image : images) {
    ClassSet set = 0;
    for (std::size_t t = 0; t < taught.size(); ++t) {
      const auto at = static_cast<std::size_t>(
          std::find(task.classes.begin(), task.classes.end(), taught[t]) - task.classes.begin());
      set |= (image.allowed >> at & 1U) << t;
    }
    image.allowed = set;
  }
  return images;
}

// The table of `sequence` holds all kinds of images that a package should know.
void addLikeness(const ViewTokens& tokens, const std::vector<LabelledImage>& images,
                 PackageAddition& addition) {
  const auto found = measureLikeness(tokens, images);
  if (!found) {
    say("no real image: nothing is said of images unlike the training");
    return;
  }
  const MeasuredLikeness& measured = *found;
  addition.unlikeTraining = measured.manifest;
  const auto tensors = tensorsOf(measured.likeness);
  addition.tensors.insert(tensors.begin(), tensors.end());
  std::printf("unlike the training above %.2f; real series of subjects left out:\n",
              measured.likeness.threshold);
  for (const auto& [series, distance] : measured.manifest.at("distanceOfSeriesLeftOut").items()) {
    std::printf("  %-40s median %.2f, largest %.2f\n", series.c_str(),
                distance.at("median").get<double>(), distance.at("largest").get<double>());
  }
}

ViewTokens tokensOfImages(Network& network, const ModelPackage& package,
                          const std::vector<LabelledImage>& images, const std::vector<int>& layers,
                          const ClassifierOptions& o, ComputePrecision precision) {
  ViewTokens tokens;
  const bool isKept = o.queries == 0 && !o.tokens.empty();
  const std::string key = isKept ? tokenKey(package, images, layers, o.views, precision) : "";
  if (isKept && readTokens(o.tokens, key, tokens)) return tokens;
  tokens = readViews(network, package.input.size, images, layers, o.views, o.queries == 0,
                     precision, [&](std::size_t done) {
                       if (done % 50 != 0 && done != images.size()) return;
                       std::printf("\rtokens of %zu of %zu images", done, images.size());
                       std::fflush(stdout);
                     });
  std::printf("\n");
  if (isKept) writeTokens(o.tokens, key, tokens);
  return tokens;
}

// A head that sees crops cannot learn from images whose heart the network does not find.
std::vector<LabelledImage> placed(const std::vector<LabelledImage>& images,
                                  const ClassifierOptions& o) {
  const auto segmenter = loadNetworkSegmenter(o.package, {o.precision, o.threads, 8, {}, o.device});
  std::vector<LabelledImage> kept = withHearts(images, *segmenter, [](std::size_t done) {
    std::printf("\rheart searched in %zu real images", done);
    std::fflush(stdout);
  });
  std::printf("\n%zu images left out, whose heart was not found\n", images.size() - kept.size());
  return kept;
}

// A mistyped subject would be trained on, and the head called blind to it.
void requireSubjects(const std::vector<std::string>& held,
                     const std::vector<LabelledImage>& images) {
  for (const std::string& subject : held) {
    if (std::none_of(images.begin(), images.end(), [&](const LabelledImage& image) {
          return !image.isPhantom && image.subject == subject;
        })) {
      throw InputError("no real image belongs to the subject '" + subject + "'");
    }
  }
}

// What a head is for, beside its classes.
void describeUse(HeadDescription& head, const std::vector<LabelledImage>& images) {
  if (head.task == "lge_presence") head.sequences = {"lge"};
  if (head.task == "disease") head.sequences = {"cine"};
  if (head.look != HeadLook::crop) return;
  std::set<std::string> views;
  for (const LabelledImage& image : images) views.insert(image.view);
  head.views.assign(views.begin(), views.end());
}

}  // namespace

HeadLook lookFor(const std::string& task) {
  return task == "lge_presence" || task == "disease" ? HeadLook::crop : HeadLook::field;
}

void finetuneClassifier(const ClassifierOptions& asked, const std::vector<LabelledImage>& given) {
  ClassifierOptions o = asked;
  const Task& task = taskById(o.task);
  requireSubjects(o.validationSubjects, given);
  o.views.look = lookFor(o.task);
  setThreads(o.threads);
  const ModelPackage package = openPackage(o.package);
  o.views.cropSpacingMm = package.input.spacingMm;
  std::vector<LabelledImage> kept = o.views.look == HeadLook::crop ? placed(given, o) : given;
  const std::vector<std::string> classes = taughtClasses(task, kept);
  const std::vector<LabelledImage> images = onTaughtClasses(std::move(kept), task, classes);
  const std::string folder = o.packageFolder.empty() ? o.output + "/package" : o.packageFolder;
  prepareTarget(o.package, folder, false);
  Network network = readWeights(package);
  const torch::Device device = chooseDevice(o.device);
  network->to(device);
  const ComputePrecision precision = choosePrecision(o.precision, device);
  holdWeightsIn(*network, precision);
  std::vector<int> layers = o.layers;
  std::sort(layers.begin(), layers.end());
  const ViewTokens tokens = tokensOfImages(network, package, images, layers, o, precision);
  const PooledHeadGeometry geometry{static_cast<int>(tokens.classTokens.size(1)), layers, o.queries,
                                    static_cast<int>(classes.size())};
  Judged judged;
  judged.logits.resize(images.size());
  PooledHead head{nullptr};
  if (o.validationSubjects.empty()) {
    judgeInTurn(geometry, tokens, images, o, judged);
    head = trainWithout(std::vector<bool>(images.size()), geometry, tokens, images, o.training);
  } else {
    const std::set<std::string> held(o.validationSubjects.begin(), o.validationSubjects.end());
    const auto heldOut = where(images, [&](const LabelledImage& image, std::size_t) {
      return held.count(image.subject) != 0;
    });
    head = trainWithout(heldOut, geometry, tokens, images, o.training);
    judge(head, tokens, heldOut, judged);
  }
  judged.temperature = temperatureOf(judged, images);
  const std::vector<ClassifiedImage> results = classified(judged, images);
  if (results.empty()) throw InputError("no image was left to measure the head on");

  HeadDescription description;
  description.task = o.task;
  description.architecture = HeadArchitecture::pooled;
  description.layers = layers;
  description.queries = o.queries;
  description.look = o.views.look;
  describeUse(description, images);
  description.classes = releasedClasses(classes, images, results);
  description.temperature = judged.temperature;
  description.leastProbability = 0.6;
  // Targets of least squares are 0 and 1.
  if (o.training.ridge > 0) description.knownAnswer.tolerance = 0.1;
  description.measured = classificationJson(results, classes);
  say(classificationText(results, classes));
  std::filesystem::create_directories(o.output);
  writeFile(o.output + "/evaluation.json", description.measured.dump(2) + "\n");
  writeFile(o.output + "/series.csv", seriesTable(results, classes));

  PackageAddition addition;
  addition.version = o.packageVersion;
  addition.heads[o.task] = description;
  addition.training = {{o.task, trainedOn(images, o)}};
  for (const auto& item : head->named_parameters()) {
    // In float32: a few kB, and what tells images apart is small beside what they share.
    addition.tensors[o.task + "." + item.key()] = item.value().detach().to(torch::kFloat32);
  }
  if (o.task == "sequence") addLikeness(tokens, images, addition);
  const std::string version = extendPackage(o.package, folder, addition);
  std::printf("temperature %.3f; package %s written to %s\n", judged.temperature, version.c_str(),
              folder.c_str());
}

}  // namespace cmr
