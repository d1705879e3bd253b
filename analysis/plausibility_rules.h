// The numbers behind repair. All of them are here, none in the code.
#pragma once

namespace cmr {

struct PlausibilityRules {
  // In a slice.
  double axisDistanceMm = 28;     // a left ventricle lies no farther from the heart's axis
  double smallestCavityMm2 = 12;  // smaller ones are specks
  // Share of the cavity's circumference beside which myocardium lies. Below it in a single frame,
  // the cavity is none at all and is removed.
  double cavityRing = 0.25;
  // A right ventricle lies no farther than this from the left one's myocardium.
  double septumMm = 5;
  double smallestRvMm2 = 30;

  // The basal rule. By the usual convention a slice belongs to the left ventricle when myocardium
  // surrounds at least half of the cavity (Schulz-Menger et al., JCMR 2020;22:19); towards the
  // outflow tract the ring opens.
  double basalRing = 0.55;       // at which evidence from the ring is neutral
  double ringScale = 0.20;       // and this much above or below it is full evidence
  double meanConfidence = 0.80;  // mean probability of the cavity's pixels: neutral, and its scale
  double confidenceScale = 0.12;
  double absentPeak = 0.50;  // largest cavity probability in a frame without one: neutral
  // Shares of ring and network in the evidence for a frame; without confidence the ring has all.
  double ringShare = 0.5;

  // What whole slices show. A basal slice's shrinkage relative to that of the slices around the
  // surest one: neutral, and its scale; used when those shrink by at least leastShrinkage. (In
  // a patient with an EF of 26 % the atrium's cavity grew by 39 % and the basal ventricle shrank
  // by 29 %.) Area towards the apex over that of the slice before: neutral, and its scale.
  double basalShrinkage = 0.1;
  double shrinkageScale = 0.3;
  double leastShrinkage = 0.08;
  double apicalGrowth = 1.3;
  double growthScale = 0.15;

  // The extent over the cycle. Slices may be lost towards end systole, as the base descends and
  // the apical cavity closes, never gained. Of 25 Sunnybrook patients drawn by experts, 16 lost no
  // basal slice at end systole, 8 lost one and one lost two; at the apex 17, 7 and 1.
  int mostBasalLoss = 2;
  int mostApicalLoss = 2;
  // Costs in units of one frame's full evidence: a slice entering or leaving from one phase to the
  // next; and a slice lost, at a phase that is not contracted at all (none at end systole).
  double changeCost = 0.8;
  double lossCost = 0.6;

  // Over time: a frame whose area of cavity or myocardium differs by more than this share from the
  // median of five phases around it flickered, and is drawn anew between its neighbours in time.
  double flicker = 0.45;
  int fewestPhasesForFlicker = 10;
  int longestGapPhases = 2;  // a slice missed for longer is drawn between its neighbour slices

  // What is worth saying.
  double notableMm2 = 40;        // an area
  double notableShare = 0.10;    // of images filled: then the numbers are doubted
  double unsureCavity = 0.80;    // mean probability of the cavity over all images that count
  double basalCertainty = 0.15;  // of the basal decision, in one frame's evidence per phase
};

}  // namespace cmr
