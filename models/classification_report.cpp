#include "models/classification_report.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <sstream>
#include <utility>

#include "models/score_format.h"

namespace cmr {
namespace {

using nlohmann::json;

constexpr std::array<bool, 2> kinds{false, true};  // isPhantom

std::vector<ClassifiedImage> ofKind(const std::vector<ClassifiedImage>& images, bool isPhantom) {
  std::vector<ClassifiedImage> own;
  for (const ClassifiedImage& image : images) {
    if (image.isPhantom == isPhantom) own.push_back(image);
  }
  return own;
}

json intervalJson(const Interval& interval) {
  return std::isnan(interval.low) ? json() : json{interval.low, interval.high};
}

json summaryJson(const ClassificationSummary& s, const std::vector<std::string>& classes) {
  json recall = json::object();
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (s.imagesOfClass[k] > 0) {
      recall[classes[k]] = {
          {"n", s.imagesOfClass[k]}, {"recall", s.recall[k]}, {"auc", orNull(s.areaOfClass[k])}};
    }
  }
  return {{"n", s.images},
          {"subjects", s.subjects},
          {"accuracy", orNull(s.accuracy)},
          {"accuracy_interval95", intervalJson(s.accuracyInterval)},
          {"balanced_accuracy", orNull(s.balancedAccuracy)},
          {"balanced_accuracy_interval95", intervalJson(s.balancedInterval)},
          {"auc", orNull(s.area)},
          {"auc_interval95", intervalJson(s.areaInterval)},
          {"ece", orNull(s.calibrationError)},
          {"ece_interval95", intervalJson(s.calibrationInterval)},
          {"classes", recall}};
}

std::string withInterval(double value, const Interval& interval) {
  std::array<char, 64> text{};
  if (std::isnan(interval.low)) {
    std::snprintf(text.data(), text.size(), "%.3f (one subject: no interval)", value);
  } else {
    std::snprintf(text.data(), text.size(), "%.3f (%.3f to %.3f)", value, interval.low,
                  interval.high);
  }
  return text.data();
}

void writeSummary(std::ostream& out, const std::vector<ClassifiedImage>& images, const char* what,
                  const std::vector<std::string>& classes) {
  const ClassificationSummary s = summarise(images, classes.size());
  out << "  " << s.images << " " << what << " of " << s.subjects << " subjects: accuracy "
      << withInterval(s.accuracy, s.accuracyInterval) << ", balanced "
      << withInterval(s.balancedAccuracy, s.balancedInterval) << ", AUC "
      << (std::isnan(s.area) ? "none" : withInterval(s.area, s.areaInterval))
      << ", calibration error " << withInterval(s.calibrationError, s.calibrationInterval) << "\n";
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (s.imagesOfClass[k] == 0) continue;
    std::array<char, 80> line{};
    std::snprintf(line.data(), line.size(), "    %-12s %5zu  %.3f taken for it", classes[k].c_str(),
                  s.imagesOfClass[k], s.recall[k]);
    out << line.data();
    if (!std::isnan(s.areaOfClass[k])) {
      std::snprintf(line.data(), line.size(), ", AUC %.3f", s.areaOfClass[k]);
      out << line.data();
    }
    out << "\n";
  }
}

bool hasSubjectOfSeveralSeries(const std::vector<ClassifiedImage>& images) {
  return pooledBySubject(images).size() < pooledBySeries(images).size();
}

}  // namespace

std::string namesOf(ClassSet set, const std::vector<std::string>& classes) {
  std::string names;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if ((set >> k & 1U) != 0) names += (names.empty() ? "" : "|") + classes[k];
  }
  return names;
}

json classificationJson(const std::vector<ClassifiedImage>& images,
                        const std::vector<std::string>& classes) {
  json result = json::object();
  for (const bool isPhantom : kinds) {
    const std::vector<ClassifiedImage> own = ofKind(images, isPhantom);
    if (own.empty()) continue;
    json& entry = result[isPhantom ? "phantom" : "real"];
    entry["images"] = summaryJson(summarise(own, classes.size()), classes);
    if (hasSubjectOfSeveralSeries(own)) {
      entry["subjects"] = summaryJson(summarise(pooledBySubject(own), classes.size()), classes);
    }
    if (isPhantom) continue;
    entry["series"] = summaryJson(summarise(pooledBySeries(own), classes.size()), classes);
  }
  return result;
}

std::string classificationText(const std::vector<ClassifiedImage>& images,
                               const std::vector<std::string>& classes) {
  std::ostringstream out;
  for (const bool isPhantom : kinds) {
    const std::vector<ClassifiedImage> own = ofKind(images, isPhantom);
    if (own.empty()) continue;
    out << (isPhantom ? "drawn images, which say nothing about patients\n" : "real images\n");
    writeSummary(out, own, "images", classes);
    if (!isPhantom) writeSummary(out, pooledBySeries(own), "series", classes);
    if (hasSubjectOfSeveralSeries(own)) {
      writeSummary(out, pooledBySubject(own), "subjects, all series together,", classes);
    }
  }
  return out.str();
}

std::string seriesTable(const std::vector<ClassifiedImage>& images,
                        const std::vector<std::string>& classes) {
  const std::vector<ClassifiedImage> real = ofKind(images, false);
  std::map<std::pair<std::string, std::string>, std::size_t> counts;
  for (const ClassifiedImage& image : real) ++counts[{image.subject, image.series}];
  std::ostringstream out;
  out << "series,subject,images,truth,taken_for,probability,right\n";
  for (const ClassifiedImage& series : pooledBySeries(real)) {
    const std::size_t taken = takenFor(series.probabilities);
    std::array<char, 16> probability{};
    std::snprintf(probability.data(), probability.size(), "%.3f", series.probabilities[taken]);
    out << series.series << "," << series.subject << "," << counts[{series.subject, series.series}]
        << "," << namesOf(series.allowed, classes) << "," << classes[taken] << ","
        << probability.data() << "," << (isRight(series) ? "yes" : "no") << "\n";
  }
  return out.str();
}

}  // namespace cmr
