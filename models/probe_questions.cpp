#include "models/probe_questions.h"

#include <map>
#include <set>

#include "analysis/errors.h"
#include "analysis/tasks.h"
#include "models/augment.h"
#include "models/multi_crop.h"

namespace cmr {
namespace {

constexpr int noLabel = -1;

// Of an image that may be of several classes nobody can say whether it was told right.
int onlyClassIn(ClassSet allowed) {
  for (int i = 0; i < static_cast<int>(mostClasses); ++i) {
    if (allowed == ClassSet{1} << static_cast<unsigned>(i)) return i;
  }
  return noLabel;
}

std::map<int, std::set<std::string>> subjectsByClass(const std::vector<LabelledImage>& images) {
  std::map<int, std::set<std::string>> subjects;
  for (const LabelledImage& image : images) {
    const int label = onlyClassIn(image.allowed);
    if (label != noLabel) subjects[label].insert(image.subject);
  }
  return subjects;
}

}  // namespace

ProbeQuestion phaseQuestion(const std::vector<TrainingFrame>& frames, double spacingMm, int size) {
  AugmentOptions plain;
  plain.enabled = false;
  plain.size = size;
  plain.spacingMm = spacingMm;
  ProbeQuestion question;
  question.name = "phase";
  for (const TrainingFrame& frame : frames) {
    if (frame.phase == CardiacPhase::unknown) {
      ++question.withoutOneLabel;
      continue;
    }
    question.views.push_back(drawCrop(frame, 0, plain).image);
    question.labels.push_back(frame.phase == CardiacPhase::endSystole ? 1 : 0);
    question.patients.push_back(frame.patient);
  }
  if (question.views.empty()) {
    throw InputError("no labelled frame says whether it shows end diastole or end systole");
  }
  return question;
}

ProbeQuestion classQuestion(const std::string& task, const std::vector<LabelledImage>& images,
                            int size) {
  const std::vector<std::string>& names = taskById(task).classes;
  ProbeQuestion question;
  question.name = task;
  auto subjects = subjectsByClass(images);
  for (auto at = subjects.begin(); at != subjects.end();) {
    if (at->second.size() < 2) {
      question.ofOnePatient.push_back(names.at(static_cast<std::size_t>(at->first)));
      at = subjects.erase(at);
    } else {
      ++at;
    }
  }
  if (subjects.size() < 2) {
    throw InputError("of " + task +
                     " fewer than two classes are shown by two subjects or more, so that nearest "
                     "neighbours cannot be asked");
  }
  for (const LabelledImage& image : images) {
    const int label = onlyClassIn(image.allowed);
    if (label == noLabel) ++question.withoutOneLabel;
    if (subjects.count(label) == 0) continue;
    question.views.push_back(plainView(image.image, size));
    question.labels.push_back(label);
    question.patients.push_back(image.subject);
  }
  return question;
}

}  // namespace cmr
