#include "models/phantom_exam.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/errors.h"
#include "models/image_changes.h"

namespace cmr {
namespace {

using Rng = std::mt19937_64;

constexpr std::array vendorNames{"siemens", "ge", "philips"};

// How a vendor's cine looks on paper.
struct House {
  int rows, columns;
  double spacingMm;
  int phases;
  double thicknessMm, distanceMm;
  double shading;      // left over after the vendor's own correction
  double circleShare;  // black corners of the gradient correction
  double gain;
};

House houseOf(PhantomVendor v) {
  switch (v) {
    case PhantomVendor::siemens:
      return {256, 208, 1.4, 25, 8, 10, 0.25, 0, 380};
    case PhantomVendor::ge:
      return {256, 256, 1.367188, 20, 8, 10, 0.9, 0.5, 520};
    case PhantomVendor::philips:
      return {288, 288, 1.215278, 30, 8, 10, 0.35, 0, 900};
  }
  return {};
}

std::string described(PhantomVendor vendor, PhantomView view, PhantomSequence sequence, double ti) {
  const auto v = static_cast<std::size_t>(vendor);
  const auto which = static_cast<std::size_t>(view);
  constexpr std::array siemensCine{"CINE_segmented_SAX",     "CINE_segmented_LAX_2Ch",
                                   "CINE_segmented_LAX_3Ch", "CINE_segmented_LAX_4Ch",
                                   "CINE_segmented_Ao",      "localizer"};
  constexpr std::array geCine{"SAX_FIESTA_BH", "2CH_FIESTA_BH", "LV3CH_FIESTA_BH",
                              "4CH_FIESTA_BH", "Ao_FIESTA_BH",  "SCOUT"};
  constexpr std::array philipsCine{"sBTFE_BH_SA",  "sBTFE_BH_2CH", "sBTFE_BH_3CH",
                                   "sBTFE_BH_4CH", "sBTFE_BH_Ao",  "Survey"};
  constexpr std::array<std::array<const char*, 3>, 12> rest{
      {{"", "", ""},
       {"DE_tfl_seg_MAG", "SAX_IrP-FGRE_TI=", "IR_TFE_BH_SA"},
       {"DE_tfl_psir_seg_PSIR", "SAX_PSIR_TI=", "PSIR_TFE_BH_SA"},
       {"T1Map_LongT1_MOCO_T1", "SAX_MOLLI_T1MAP", "T1_MOLLI_SA_MAP"},
       {"T1Map_LongT1_MOCO", "SAX_MOLLI_BH", "T1_MOLLI_SA"},
       {"T2Map_FLASH_T2", "SAX_T2MAP", "T2_GraSE_SA_MAP"},
       {"T2Map_FLASH", "SAX_T2PREP_BH", "T2_GraSE_SA"},
       {"DYNAMIC_TFL_SR", "SAX_FGRET_PERF", "PERF_TFE_SA"},
       {"FLOW_250_tp_AAo", "Ao_FastPC_V=250_BH", "QFLOW_BH_AAo"},
       {"FLOW_250_tp_AAo_P", "Ao_FastPC_V=250_BH", "QFLOW_BH_AAo_P"},
       {"tse_db_t2", "SAX_T2_DIRFSE_BH", "T2W_BB_SA"},
       {"", "", ""}}};
  if (sequence == PhantomSequence::cine || sequence == PhantomSequence::scout) {
    return v == 0 ? siemensCine[which] : v == 1 ? geCine[which] : philipsCine[which];
  }
  std::string text = rest[static_cast<std::size_t>(sequence)][v];
  if (text.back() == '=') text += std::to_string(std::lround(ti));
  return text;
}

class Planner {
 public:
  Planner(PhantomExam& exam, std::uint64_t seed) : exam_(exam), rng_(seed) {
    house_ = houseOf(exam.vendor);
    error_ = drawPlanningError(rng_);
    error_.tilt = error_.tilt * 0.4;
    field_ = {house_.rows, house_.columns, house_.spacingMm};
  }

  void localizer() {
    ExamSeries s = begin(PhantomView::localizer, PhantomSequence::scout);
    s.rows = s.columns = 256;
    const FieldSize field{256, 256, 1.5625};
    s.sliceDistanceMm = 18;
    const SequenceSettings settings = settingsOf(PhantomSequence::scout);
    for (const BodyPlane which : {BodyPlane::axial, BodyPlane::sagittal, BodyPlane::coronal}) {
      for (const double offset : {-36.0, -18.0, 0.0, 18.0, 36.0}) {
        s.frames.push_back(
            {bodyPlane(exam_.body, which, offset, field), s.sliceCount++, 0, 0.7, 0, settings});
      }
    }
    exam_.series.push_back(std::move(s));
  }

  void cine(PhantomView view) {
    const SequenceSettings settings = settingsOf(PhantomSequence::cine);
    std::vector<ViewPlane> planes;
    if (view == PhantomView::sax) {
      planes = saxStack(exam_.body, house_.distanceMm, house_.thicknessMm, field_, error_);
    } else {
      planes = {longAxisPlane(exam_.body, view, field_, error_)};
    }
    add(view, PhantomSequence::cine, planes, house_.phases, settings);
  }

  void still(PhantomSequence sequence, double everyMm) {
    add(PhantomView::sax, sequence, stillPlanes(everyMm), 1, settingsOf(sequence));
  }

  // MOLLI 5(3)3 or T2 preparations: several images at each position.
  void behind(PhantomSequence sequence, double everyMm) {
    ExamSeries s = begin(PhantomView::sax, sequence);
    const std::vector<ViewPlane> planes = stillPlanes(everyMm);
    SequenceSettings settings = settingsOf(sequence);
    s.sliceCount = static_cast<int>(planes.size());
    s.sliceDistanceMm = everyMm;
    for (int slice = 0; slice < s.sliceCount; ++slice) {
      int index = 0;
      for (const double time : timesOf(sequence)) {
        (sequence == PhantomSequence::molli ? settings.inversionMs : settings.preparationMs) = time;
        s.frames.push_back({planes[static_cast<std::size_t>(slice)], slice, index++, diastole,
                            diastole * exam_.beatMs, settings});
      }
      s.phaseCount = index;
    }
    exam_.series.push_back(std::move(s));
  }

  void aorticFlow(PhantomSequence sequence) {
    SequenceSettings settings = settingsOf(sequence);
    settings.vencCmS = 250;
    add(PhantomView::aorta, sequence,
        {aortaPlane(exam_.body, AorticCut::transverse, field_, error_)}, house_.phases, settings);
  }

 private:
  static constexpr double diastole = 0.75;

  std::vector<double> timesOf(PhantomSequence sequence) const {
    if (sequence == PhantomSequence::t2Prep) return {0, 25, 55};
    std::vector<double> times;
    for (int k = 0; k < 5; ++k) times.push_back(100 + k * exam_.beatMs);
    for (int k = 0; k < 3; ++k) times.push_back(180 + k * exam_.beatMs);
    std::sort(times.begin(), times.end());
    return times;
  }

  SequenceSettings settingsOf(PhantomSequence sequence) {
    SequenceSettings s =
        drawSettings(rng_, sequence, exam_.fieldTesla, exam_.beatMs, exam_.tissues);
    if (sequence == PhantomSequence::lge || sequence == PhantomSequence::lgePsir) {
      const double t1 = exam_.tissues[static_cast<std::size_t>(PhantomTissue::myocardium)].t1After;
      s.inversionMs = 5 * std::round(nullingTimeMs(t1, s.beatMs) / 5);
    }
    return s;
  }

  std::vector<ViewPlane> stillPlanes(double everyMm) {
    const double length = exam_.body.heart.lengthMm;
    std::vector<ViewPlane> planes;
    for (double z = 0.12 * length; z < 0.95 * length; z += everyMm) {
      planes.push_back(stackSlice(exam_.body, z, field_, error_));
      planes.back().thicknessMm = house_.thicknessMm;
    }
    return planes;
  }

  ExamSeries begin(PhantomView view, PhantomSequence sequence) {
    ExamSeries s;
    s.view = view;
    s.sequence = sequence;
    s.rows = house_.rows;
    s.columns = house_.columns;
    s.sliceDistanceMm = house_.distanceMm;
    s.look = drawLook(rng_, exam_.body, sequence);
    s.look.shading = house_.shading;
    s.look.circleShare = house_.circleShare;
    s.look.phaseFieldShare = 1;
    s.look.gain = house_.gain;
    s.look.noise = std::min(s.look.noise, 0.03);
    s.look.ghostWeight = std::min(s.look.ghostWeight, 0.03);
    s.description = described(exam_.vendor, view, sequence, 0);
    return s;
  }

  void add(PhantomView view, PhantomSequence sequence, const std::vector<ViewPlane>& planes,
           int phases, const SequenceSettings& settings) {
    ExamSeries s = begin(view, sequence);
    s.description = described(exam_.vendor, view, sequence, settings.inversionMs);
    s.sliceCount = static_cast<int>(planes.size());
    s.phaseCount = phases;
    for (int slice = 0; slice < s.sliceCount; ++slice) {
      for (int p = 0; p < phases; ++p) {
        // Each image shows the middle of its share of the cycle.
        const double phase = phases == 1 ? diastole : static_cast<double>(p) / phases;
        const double trigger =
            phases == 1 ? diastole * exam_.beatMs : (p + 0.5) / phases * exam_.beatMs;
        s.frames.push_back(
            {planes[static_cast<std::size_t>(slice)], slice, p, phase, trigger, settings});
      }
    }
    exam_.series.push_back(std::move(s));
  }

  PhantomExam& exam_;
  Rng rng_;
  House house_{};
  PlanningError error_;
  FieldSize field_;
};

}  // namespace

std::string vendorName(PhantomVendor v) { return vendorNames[static_cast<std::size_t>(v)]; }

PhantomVendor vendorByName(const std::string& name) {
  for (std::size_t i = 0; i < vendorNames.size(); ++i) {
    if (vendorNames[i] == name) return static_cast<PhantomVendor>(i);
  }
  throw InputError("'" + name +
                   "' is no vendor of a phantom study; there are siemens, ge, philips");
}

PhantomExam planExam(std::uint64_t seed, PhantomDisease disease, PhantomVendor vendor) {
  Rng rng(seed ^ 0xE8A3ULL);
  PhantomExam exam;
  exam.seed = seed;
  exam.vendor = vendor;
  exam.fieldTesla = drawChance(rng, 0.6) ? 1.5 : 3.0;
  exam.body = drawBody(seed, disease);
  exam.beatMs = std::round(60000 / exam.body.heart.heartRateBpm);
  exam.tissues = drawTissues(rng, {exam.fieldTesla, disease == PhantomDisease::hypertrophic ||
                                                        disease == PhantomDisease::dilated});
  Planner plan(exam, rng());
  plan.localizer();
  for (const PhantomView view : {PhantomView::twoChamber, PhantomView::threeChamber,
                                 PhantomView::fourChamber, PhantomView::sax}) {
    plan.cine(view);
  }
  plan.behind(PhantomSequence::molli, 25);
  plan.still(PhantomSequence::t1Map, 25);
  plan.behind(PhantomSequence::t2Prep, 25);
  plan.still(PhantomSequence::t2Map, 25);
  plan.still(vendor == PhantomVendor::ge ? PhantomSequence::lge : PhantomSequence::lgePsir, 10);
  plan.aorticFlow(PhantomSequence::flow);
  plan.aorticFlow(PhantomSequence::flowPhase);
  return exam;
}

namespace {

ExamFrame labelsOf(const BodyPose& pose, const PhantomCut& cut, const ExamSeries& series,
                   const ViewPlane& view) {
  ExamFrame frame;
  frame.tissues = cut.labels;
  frame.landmarks = landmarksIn(pose, series.view, view, series.rows, series.columns);
  return frame;
}

}  // namespace

ExamFrame cutFrame(const PhantomExam& exam, const ExamSeries& series, std::size_t index) {
  const ExamFramePlan& plan = series.frames.at(index);
  const BodyPose pose = poseBody(exam.body, plan.phase);
  return labelsOf(pose, cutPhantom(pose, plan.view, series.rows, series.columns), series,
                  plan.view);
}

ExamFrame acquireFrame(const PhantomExam& exam, const ExamSeries& series, std::size_t index) {
  const ExamFramePlan& plan = series.frames.at(index);
  const BodyPose pose = poseBody(exam.body, plan.phase);
  const PhantomCut cut = cutPhantom(pose, plan.view, series.rows, series.columns);
  PhantomLook look = series.look;
  look.grainSeed += static_cast<std::uint64_t>(plan.slice) * 7919U;  // each slice its own grain
  const std::vector<float> image =
      renderImage(exam.body, cut, plan.view, exam.tissues, plan.settings, look, plan.phase,
                  look.grainSeed * 31U + index);
  ExamFrame frame = labelsOf(pose, cut, series, plan.view);
  frame.pixels.reserve(image.size());
  for (const float v : image) {
    frame.pixels.push_back(static_cast<std::uint16_t>(std::lround(std::clamp(v, 0.0F, 4095.0F))));
  }
  return frame;
}

}  // namespace cmr
