#include "models/phantom_agreement.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <string>
#include <utility>

#include "analysis/errors.h"
#include "analysis/long_axis_analysis.h"
#include "analysis/relaxation_fit.h"
#include "analysis/sax_analysis.h"
#include "analysis/septum_from_labels.h"
#include "analysis/still_analysis.h"
#include "models/phantom_stack.h"
#include "models/phantom_truth.h"
#include "models/truth_segmenter.h"

namespace cmr {
namespace {

constexpr double truthStepMm = 2;
const char* const everythingReleased = "report";

std::optional<double> valueOf(const std::vector<Measurement>& all, const std::string& id) {
  for (const Measurement& m : all) {
    if (m.id == id) return m.value;
  }
  return std::nullopt;
}

const ExamSeries* seriesOf(const PhantomExam& exam, PhantomView view, PhantomSequence sequence) {
  const auto at = std::find_if(exam.series.begin(), exam.series.end(), [&](const ExamSeries& s) {
    return s.view == view && s.sequence == sequence;
  });
  return at == exam.series.end() ? nullptr : &*at;
}

double degreesBetween(double a, double b) {
  return std::remainder(a - b, 2 * std::numbers::pi) * 180 / std::numbers::pi;
}

class HeartComparison {
 public:
  HeartComparison(std::uint64_t seed, FrameSegmenter* segmenter)
      : exam_(planExam(seed, allPhantomDiseases[seed % allPhantomDiseases.size()],
                       static_cast<PhantomVendor>(seed % 3))),
        segmenter_(segmenter),
        truth_(measurePhantom(exam_.body, truthStepMm)),
        motion_(measureMotion(exam_.body)) {}

  std::vector<ComparedNumber> run() {
    compareCine();
    compareLongAxes();
    compareLateEnhancement();
    compareMap(PhantomSequence::t1Map, "t1", myocardium().t1);
    compareMap(PhantomSequence::t2Map, "t2", myocardium().t2);
    compareFitted("t1", myocardium().t1);
    compareFitted("t2", myocardium().t2);
    return std::move(numbers_);
  }

 private:
  const TissueProperties& myocardium() const {
    return exam_.tissues[static_cast<std::size_t>(PhantomTissue::myocardium)];
  }

  void add(const std::string& id, const std::string& label, const std::string& unit, double truth,
           std::optional<double> measured) {
    numbers_.push_back({id, label, unit, truth, measured});
  }

  void addFrom(const std::vector<Measurement>& all, const std::string& id, double truth) {
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const Measurement& m) { return m.id == id; });
    if (at == all.end()) throw InputError("there is no measurement " + id);
    add(id, at->label, at->unit.value, truth, at->value);
  }

  // The package's identity for a task, as if all of it were released.
  PackageIdentity releasedFor(FrameSegmenter& segmenter, const std::string& task) const {
    std::optional<PackageIdentity> identity = segmenter.identityOfHead(task);
    if (!identity) throw InputError("the model package has no head for " + task);
    identity->release.fill(everythingReleased);
    return *identity;
  }

  bool usesTruth() const { return segmenter_ == nullptr; }

  void compareCine() {
    const ExamSeries* series = seriesOf(exam_, PhantomView::sax, PhantomSequence::cine);
    const PhantomStack drawn = acquireStack(exam_, *series, !usesTruth());
    TruthSegmenter truth(shortAxisTruth(drawn.tissues));
    FrameSegmenter& segmenter = usesTruth() ? static_cast<FrameSegmenter&>(truth) : *segmenter_;
    const SaxAnalysis analysis = analyzeSax(drawn.stack, segmenter, {});
    const std::vector<Measurement>& all = analysis.measurements;
    addFrom(all, "lv.edv", truth_.lvEdvMl);
    addFrom(all, "lv.esv", truth_.lvEsvMl);
    addFrom(all, "lv.sv", truth_.lvEdvMl - truth_.lvEsvMl);
    addFrom(all, "lv.ef", truth_.lvEjectionFraction);
    addFrom(all, "lv.mass", truth_.lvMassG);
    addRight(analysis);
    addFrom(all, "lv.wall.mean", motion_.meanThicknessMm);
    addFrom(all, "lv.wall.thickening", motion_.thickeningPercent);
    addFrom(all, "lv.wall.ecc.endo", motion_.endocardialPercent);
    addFrom(all, "lv.wall.ecc.mid", motion_.midwallPercent);
    compareInsertions(drawn, analysis);
  }

  // Of a package that keeps the right ventricle back, what it knows all the same.
  void addRight(const SaxAnalysis& analysis) {
    const std::vector<Measurement>* all = &analysis.measurements;
    for (const ExperimentalStructure& apart : analysis.experimental) {
      if (apart.structure == Structure::rvCavity) all = &apart.measurements;
    }
    addFrom(*all, "rv.edv", truth_.rvEdvMl);
    addFrom(*all, "rv.esv", truth_.rvEsvMl);
    addFrom(*all, "rv.ef", truth_.rvEjectionFraction);
  }

  // Means over the slices that have both.
  void compareInsertions(const PhantomStack& drawn, const SaxAnalysis& analysis) {
    const int ed = analysis.endDiastolePhase;
    const auto septum = septumFromLabels(drawn.stack, analysis.labels, ed);
    double anterior = 0;
    double inferior = 0;
    int slices = 0;
    for (int slice = 0; slice < drawn.stack.sliceCount; ++slice) {
      const auto& marks =
          drawn.landmarks.at(static_cast<std::size_t>(slice * drawn.stack.phaseCount + ed));
      const auto wall = wallProfile(drawn.stack, analysis.labels, slice, ed);
      const auto& found = septum.at(static_cast<std::size_t>(slice));
      if (!wall || !found || marks.size() < 2 || !marks[0].visible || !marks[1].visible) continue;
      const SeptumDirections truth =
          septumDirections(drawn.stack.planes.at(static_cast<std::size_t>(slice)), wall->centre,
                           {marks[0].column, marks[0].row}, {marks[1].column, marks[1].row});
      anterior += degreesBetween(found->anteriorRad, truth.anteriorRad);
      inferior += degreesBetween(found->inferiorRad, truth.inferiorRad);
      ++slices;
    }
    const auto mean = [&](double sum) {
      return slices > 0 ? std::optional(sum / slices) : std::nullopt;
    };
    add("septum.anterior", "Anterior RV insertion, angle", "deg", 0, mean(anterior));
    add("septum.inferior", "Inferior RV insertion, angle", "deg", 0, mean(inferior));
  }

  struct LongAxis {
    PhantomStack drawn;
    LabelStack labels;
  };

  LongAxis longAxis(PhantomView view) {
    LongAxis one{acquireStack(exam_, *seriesOf(exam_, view, PhantomSequence::cine), !usesTruth()),
                 {}};
    one.labels = usesTruth() ? longAxisTruth(one.drawn.tissues)
                             : segmenter_->segmentLongAxis(one.drawn.stack).labels;
    keepLargestParts(one.labels);
    return one;
  }

  void compareLongAxes() {
    const LongAxis two = longAxis(PhantomView::twoChamber);
    const LongAxis four = longAxis(PhantomView::fourChamber);
    const LongAxisView twoView{&two.drawn.stack, &two.labels};
    const LongAxisView fourView{&four.drawn.stack, &four.labels};
    const auto biplane = longAxisMeasurements(twoView, fourView);
    for (const auto& [id, truth] : {std::pair{"lax.lv.edv", truth_.lvEdvMl},
                                    {"lax.lv.esv", truth_.lvEsvMl},
                                    {"lax.lv.ef", truth_.lvEjectionFraction},
                                    {"lax.la.max", truth_.laMaxMl},
                                    {"lax.mapse", motion_.excursionMm},
                                    {"lax.gls", motion_.longitudinalPercent}}) {
      addFrom(biplane, id, truth);
      numbers_.back().label += ", two planes";
    }
    const auto single = longAxisMeasurements(std::nullopt, fourView);
    for (const auto& [id, truth] :
         {std::pair{"lax.lv.edv", truth_.lvEdvMl}, {"lax.lv.ef", truth_.lvEjectionFraction}}) {
      addFrom(single, id, truth);
      numbers_.back().id += ".4ch";
      numbers_.back().label += ", four-chamber alone";
    }
  }

  void compareLateEnhancement() {
    const ExamSeries* series = seriesOf(exam_, PhantomView::sax, PhantomSequence::lgePsir);
    const bool isSigned = series != nullptr;
    if (!isSigned) series = seriesOf(exam_, PhantomView::sax, PhantomSequence::lge);
    StillContent content;
    content.sequence = "lge";
    content.lge = isSigned ? LgeImage::phaseSensitive : LgeImage::magnitude;
    const SaxAnalysis analysis = still(acquireStack(exam_, *series, true), "seg_lge_sax", content);
    for (const char* method : {"fwhm", "5sd", "6sd"}) {
      addFrom(analysis.measurements, std::string("lge.mass.") + method, truth_.scarMassG);
    }
    for (const char* method : {"fwhm", "5sd", "6sd"}) {
      addFrom(analysis.measurements, std::string("lge.percent.") + method, truth_.scarPercent);
    }
  }

  SaxAnalysis still(const PhantomStack& drawn, const std::string& task,
                    const StillContent& content) {
    TruthSegmenter truth(shortAxisTruth(drawn.tissues));
    FrameSegmenter& segmenter = usesTruth() ? static_cast<FrameSegmenter&>(truth) : *segmenter_;
    return analyzeStill(drawn.stack, task, content, releasedFor(segmenter, task), segmenter);
  }

  static StillContent mapContent(const std::string& id) {
    StillContent content;
    content.sequence = id == "t1" ? "t1_map" : "t2_map";
    content.map = id == "t1" ? MapKind::t1Native : MapKind::t2;
    return content;
  }

  // The map that is fitted here to the images behind the scanner's.
  void compareFitted(const std::string& id, double truth) {
    const bool isT1 = id == "t1";
    const PhantomSequence behind = isT1 ? PhantomSequence::molli : PhantomSequence::t2Prep;
    PhantomStack drawn = acquireStack(exam_, *seriesOf(exam_, PhantomView::sax, behind), true);
    const FittedStack fit = isT1 ? fitT1Stack(drawn.stack) : fitT2Stack(drawn.stack);
    LabelStack first(drawn.tissues.rows, drawn.tissues.columns, drawn.tissues.sliceCount, 1);
    for (int slice = 0; slice < first.sliceCount; ++slice) {
      const auto from = drawn.tissues.frame(slice, 0);
      std::copy(from.begin(), from.end(), first.frame(slice, 0).begin());
    }
    drawn.stack = fit.map;
    drawn.tissues = std::move(first);
    const SaxAnalysis analysis = still(drawn, "seg_map_sax", mapContent(id));
    addFrom(analysis.measurements, id + ".global", truth);
    numbers_.back().id += ".fitted";
    numbers_.back().label += ", fitted here";
  }

  // The map as the scanner made it.
  void compareMap(PhantomSequence sequence, const std::string& id, double truth) {
    const StillContent content = mapContent(id);
    const PhantomStack map =
        acquireStack(exam_, *seriesOf(exam_, PhantomView::sax, sequence), true);
    const SaxAnalysis analysis = still(map, "seg_map_sax", content);
    addFrom(analysis.measurements, id + ".global", truth);
    addSegments(analysis.measurements, id, truth);
  }

  // All segments together: each is a number of its own.
  void addSegments(const std::vector<Measurement>& all, const std::string& id, double truth) {
    for (int n = 1; n <= ahaSegmentCount; ++n) {
      const auto value = valueOf(all, id + ".segment." + std::to_string(n));
      if (!value) continue;  // three slices do not show all of them
      add(id + ".segment", (id == "t1" ? "T1" : "T2") + std::string(" of AHA segments"), "ms",
          truth, value);
    }
  }

  PhantomExam exam_;
  FrameSegmenter* segmenter_;
  PhantomTruth truth_;
  PhantomMotion motion_;
  std::vector<ComparedNumber> numbers_;
};

}  // namespace

std::vector<ComparedNumber> compareHeart(std::uint64_t seed, FrameSegmenter* segmenter) {
  return HeartComparison(seed, segmenter).run();
}

}  // namespace cmr
