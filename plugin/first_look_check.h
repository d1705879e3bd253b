// What the pictures of a series look like beside what its header says. The header decides, and a
// disagreement is told, never acted upon. Where the header says nothing, the pictures decide if the
// head is sure of a class that the package releases; that is told, too.
#pragma once

#include <string>
#include <vector>

#include "analysis/first_look.h"
#include "analysis/measurement.h"
#include "plugin/tag_reading.h"

namespace cmr {

struct LookedAtSeries {
  std::vector<std::string> SeriesInstanceUIDs;
  std::string SeriesDescription;
  int slices = 0;
  int phases = 0;
  bool isAnalysed = false;
  TagReading tags;
  FirstLook look;
};

LookedAtSeries lookedAt(const SeriesStack& stack, FirstLook look, bool isAnalysed);

enum class Agreement {
  unknown,  // pictures or header say nothing
  agrees,
  uncertain,  // the head is not sure enough
  conflicts
};
const char* nameOf(Agreement agreement);

// Of what the header says, for one answer. Only a class that the package releases can conflict.
Agreement agreementOf(const FirstLookAnswer& answer, const std::string& saidByHeader);

// Who says what a series is, for one answer.
enum class Decider { nobody, header, pictures };
const char* nameOf(Decider decider);
Decider deciderOf(const FirstLookAnswer& answer, const std::string& saidByHeader);

// What the series is taken for: the header's words, and the pictures' where it has none.
TagReading takenFor(const TagReading& tags, const FirstLook& look);

// One warning for each of sequence and view that the pictures decided.
std::vector<Flag> decidedByPictures(const TagReading& tags, const FirstLook& look);

// Warnings for whoever reads the results of a series that was measured as this sequence and view.
std::vector<Flag> doubtsAbout(const FirstLook& look, const std::string& sequence,
                              const std::string& view);
// As a short-axis cine.
std::vector<Flag> doubtsAboutShortAxis(const FirstLook& look);

}  // namespace cmr
