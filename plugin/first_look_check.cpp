#include "plugin/first_look_check.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace cmr {
namespace {

// The class of a task in words that fit behind "looks like".
std::string inWords(const std::string& task, const std::string& name) {
  static constexpr std::array<std::array<const char*, 3>, 11> words{{
      {"sequence", "cine", "a cine"},
      {"sequence", "lge", "late gadolinium enhancement"},
      {"sequence", "t1_map", "a T1 map"},
      {"sequence", "t2_map", "a T2 map"},
      {"sequence", "other", "another kind of image (localizer, perfusion, flow ...)"},
      {"view", "sax", "the short axis"},
      {"view", "2ch", "two chambers"},
      {"view", "3ch", "three chambers"},
      {"view", "4ch", "four chambers"},
      {"view", "aorta", "the aorta or the outflow tract"},
      {"view", "other", "another plane"},
  }};
  for (const auto& [ofTask, id, text] : words) {
    if (task == ofTask && name == id) return text;
  }
  return name;
}

std::string rounded(double value) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

const std::string& saidBy(const TagReading& tags, const std::string& task) {
  return task == "view" ? tags.view : tags.sequence;
}

}  // namespace

LookedAtSeries lookedAt(const SeriesStack& stack, FirstLook look, bool isAnalysed) {
  return {stack.SeriesInstanceUIDs,
          stack.SeriesDescription,
          stack.stack.sliceCount,
          stack.stack.phaseCount,
          isAnalysed,
          readTags(stack),
          std::move(look)};
}

const char* nameOf(Agreement agreement) {
  switch (agreement) {
    case Agreement::agrees:
      return "agrees";
    case Agreement::uncertain:
      return "uncertain";
    case Agreement::conflicts:
      return "conflicts";
    case Agreement::unknown:
      break;
  }
  return "unknown";
}

Agreement agreementOf(const FirstLookAnswer& answer, const std::string& saidByHeader) {
  if (saidByHeader.empty()) return Agreement::unknown;
  if (answer.taken().name == saidByHeader) return Agreement::agrees;
  if (answer.taken().release == "off") return Agreement::unknown;
  return answer.isCertain() ? Agreement::conflicts : Agreement::uncertain;
}

const char* nameOf(Decider decider) {
  switch (decider) {
    case Decider::header:
      return "header";
    case Decider::pictures:
      return "pictures";
    case Decider::nobody:
      break;
  }
  return "nobody";
}

Decider deciderOf(const FirstLookAnswer& answer, const std::string& saidByHeader) {
  if (!saidByHeader.empty()) return Decider::header;
  const bool counts = answer.isCertain() && answer.taken().release != "off";
  return counts ? Decider::pictures : Decider::nobody;
}

TagReading takenFor(const TagReading& tags, const FirstLook& look) {
  TagReading taken = tags;
  for (const FirstLookAnswer& answer : look.answers) {
    const std::string& said = saidBy(tags, answer.task);
    if (deciderOf(answer, said) != Decider::pictures) continue;
    (answer.task == "view" ? taken.view : taken.sequence) = answer.taken().name;
  }
  return taken;
}

std::vector<Flag> decidedByPictures(const TagReading& tags, const FirstLook& look) {
  std::vector<Flag> flags;
  for (const FirstLookAnswer& answer : look.answers) {
    if (deciderOf(answer, saidBy(tags, answer.task)) != Decider::pictures) continue;
    flags.push_back({Severity::warning, "first-look-decided-" + answer.task,
                     "The header does not say what the series shows: it was taken for " +
                         inWords(answer.task, answer.taken().name) +
                         ", as its pictures look (probability " + rounded(answer.probability()) +
                         ")."});
  }
  return flags;
}

std::vector<Flag> doubtsAboutShortAxis(const FirstLook& look) {
  return doubtsAbout(look, "cine", "sax");
}

std::vector<Flag> doubtsAbout(const FirstLook& look, const std::string& sequence,
                              const std::string& view) {
  std::vector<Flag> flags;
  for (const auto& [task, said] :
       {std::pair<std::string, std::string>{"sequence", sequence}, {"view", view}}) {
    const FirstLookAnswer* answer = look.answer(task);
    if (answer == nullptr || agreementOf(*answer, said) != Agreement::conflicts) continue;
    flags.push_back({Severity::warning, "first-look-conflict-" + task,
                     "The pictures look like " + inWords(task, answer->taken().name) +
                         " (probability " + rounded(answer->probability()) + "), the header like " +
                         inWords(task, said) + ": it was measured as the header says."});
  }
  if (look.isUnlikeTraining()) {
    flags.push_back({Severity::warning, "unlike-training",
                     "The pictures are unlike those that the network was trained on (distance " +
                         rounded(*look.distance) + ", limit " + rounded(look.largestDistance) +
                         "): check the outlines."});
  }
  return flags;
}

}  // namespace cmr
