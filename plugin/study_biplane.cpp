#include "plugin/study_biplane.h"

#include <algorithm>

namespace cmr {
namespace {

using Best = StudyReport::Best;
using Number = StudyReport::Number;

// One view: what was chosen of it, and its chambers.
struct View {
  const Best* best = nullptr;
  const LongAxisChambers* chambers = nullptr;
};

std::optional<View> viewOf(const std::vector<Best>& all, const char* what,
                           const std::map<std::string, LongAxisChambers>& byJob) {
  const auto best =
      std::find_if(all.begin(), all.end(), [&](const Best& one) { return one.what == what; });
  if (best == all.end()) return std::nullopt;
  const auto chambers = byJob.find(best->jobId);
  if (chambers == byJob.end()) return std::nullopt;
  return View{&*best, &chambers->second};
}

constexpr const char* besideAtrium =
    "Planes through the ventricle may pass beside the atrium's middle, which makes it too small.";

// Sentences are said once.
void addReason(std::string& reasons, const std::string& reason) {
  if (reason.empty() || reasons.find(reason) != std::string::npos) return;
  if (!reasons.empty()) reasons += ' ';
  reasons += reason;
}

// Without the severity before it (StudyReport::Best::doubts).
std::string textOf(const std::string& doubt) {
  const std::size_t colon = doubt.find(": ");
  return colon == std::string::npos ? doubt : doubt.substr(colon + 2);
}

// Of both views, each once.
std::string bothOf(const std::string& two, const std::string& four) {
  return two == four ? two : two + " and " + four;
}

class Biplane {
 public:
  Biplane(View two, View four) : two_(two), four_(four) {
    result_.task = "biplane";
    result_.what = "Two- and four-chamber cine together";
    result_.name = two.best->name + " and " + four.best->name;
    result_.why =
        "both planes of one heart: LV by discs, LA by area-length (Lang et al., J Am Soc "
        "Echocardiogr 2015;28:1), each view at its own largest and smallest phase";
    result_.package = bothOf(two.best->package, four.best->package);
    result_.packageSha256 = two.best->packageSha256;  // one alone fits into a header
    for (const Best* const view : {two.best, four.best}) {
      for (const std::string& doubt : view->doubts) {
        auto& all = result_.doubts;
        if (std::find(all.begin(), all.end(), doubt) == all.end()) all.push_back(doubt);
      }
    }
  }

  Best run() {
    addVolumes(&LongAxisChambers::leftVentricle, "left ventricle", discsMl, "lax.lv.edv",
               "LV EDV, biplane discs", "lax.lv.esv", "LV ESV, biplane discs");
    addEjectionFraction();
    addVolumes(&LongAxisChambers::leftAtrium, "left atrium", areaLengthMl, "lax.la.max",
               "LA volume, largest, biplane", "lax.la.min", "LA volume, smallest, biplane");
    addMean("lax.mapse", "Mitral annular excursion, mean of both views", "mm");
    addMean("lax.gls", "LV longitudinal strain, mean of both views", "%");
    return std::move(result_);
  }

 private:
  using Chamber = std::optional<ChamberCycle> LongAxisChambers::*;
  using Volume = double (*)(const ChamberShape&, const ChamberShape*);

  void addVolumes(Chamber which, const std::string& name, Volume volume,
                  const std::string& largestId, const std::string& largestLabel,
                  const std::string& smallestId, const std::string& smallestLabel) {
    // A package that keeps a chamber back keeps it back of two planes, too.
    if (which == &LongAxisChambers::leftAtrium && !bothHold(largestId)) return;
    Number largest{largestId, largestLabel, "mL", "unmeasurable", "", std::nullopt};
    Number smallest{smallestId, smallestLabel, "mL", "unmeasurable", "", std::nullopt};
    const auto& two = two_.chambers->*which;
    const auto& four = four_.chambers->*which;
    if (!two || !four) {
      largest.reason = "the " + name + " was not outlined with its valve at every phase of the " +
                       (two    ? "four"
                        : four ? "two"
                               : "two- and the four") +
                       "-chamber cine";
      smallest.reason = largest.reason;
    } else {
      largest.value = volume(two->largest, &four->largest);
      smallest.value = volume(two->smallest, &four->smallest);
      for (Number* const number : {&largest, &smallest}) {
        if (isForeshortened(two->largest, four->largest)) {
          addReason(number->reason, foreshortenedReason);
        }
        if (which == &LongAxisChambers::leftAtrium) addReason(number->reason, besideAtrium);
        judge(*number);
      }
    }
    result_.numbers.push_back(std::move(largest));
    result_.numbers.push_back(std::move(smallest));
  }

  void addEjectionFraction() {
    const Number& before = result_.numbers.at(0);
    const Number& after = result_.numbers.at(1);
    Number ef{"lax.lv.ef",    "LV EF, biplane discs", "%",
              before.quality, before.reason,          std::nullopt};
    if (before.value && after.value && *after.value < *before.value) {
      ef.value = 100 * (*before.value - *after.value) / *before.value;
    } else if (before.value && after.value) {
      ef.quality = "unmeasurable";
      ef.reason = "the left ventricle does not shrink from end diastole to end systole";
    }
    result_.numbers.push_back(std::move(ef));
  }

  bool bothHold(const std::string& id) const {
    return numberOf(*two_.best, id) != nullptr && numberOf(*four_.best, id) != nullptr;
  }

  static const Number* numberOf(const Best& best, const std::string& id) {
    const auto found = std::find_if(best.numbers.begin(), best.numbers.end(),
                                    [&](const Number& number) { return number.id == id; });
    return found == best.numbers.end() ? nullptr : &*found;
  }

  void addMean(const std::string& id, const std::string& label, const std::string& unit) {
    const Number* const two = numberOf(*two_.best, id);
    const Number* const four = numberOf(*four_.best, id);
    Number mean{id, label, unit, "unmeasurable", "", std::nullopt};
    if (two == nullptr || four == nullptr || !two->value || !four->value) {
      mean.reason = "it was not measured in both views";
    } else {
      mean.value = (*two->value + *four->value) / 2;
      for (const Number* const one : {two, four}) {
        if (one->quality != "good") addReason(mean.reason, one->reason);
      }
      judge(mean);
      if (two->quality != "good" || four->quality != "good") mean.quality = "uncertain";
    }
    result_.numbers.push_back(std::move(mean));
  }

  // Whatever is doubted of one view is doubted of what both give.
  void judge(Number& number) const {
    for (const std::string& doubt : result_.doubts) addReason(number.reason, textOf(doubt));
    number.quality = number.reason.empty() ? "good" : "uncertain";
  }

  View two_;
  View four_;
  Best result_;
};

}  // namespace

std::optional<Best> biplaneVolumes(const std::vector<Best>& best,
                                   const std::map<std::string, LongAxisChambers>& byJob) {
  const auto two = viewOf(best, "Two-chamber cine", byJob);
  const auto four = viewOf(best, "Four-chamber cine", byJob);
  if (!two || !four) return std::nullopt;
  return Biplane(*two, *four).run();
}

}  // namespace cmr
