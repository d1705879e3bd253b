#include "plugin/analyze_instances.h"

#include <algorithm>
#include <new>
#include <utility>

#include "analysis/errors.h"
#include "analysis/long_axis_analysis.h"
#include "analysis/sax_analysis.h"
#include "analysis/silent_heads.h"
#include "analysis/site_release.h"
#include "analysis/still_analysis.h"
#include "plugin/analysis_findings.h"
#include "plugin/first_look_check.h"
#include "plugin/fitted_map.h"
#include "plugin/left_out.h"
#include "plugin/long_axis_choice.h"
#include "plugin/short_axis_choice.h"
#include "plugin/sort_by_pictures.h"
#include "plugin/still_choice.h"
#include "plugin/still_content.h"

namespace cmr {
namespace {

constexpr const char* longAxisTask = "seg_cine_lax";
constexpr std::size_t reasonsNamed = 3;

// Shares of the whole work, for the progress.
constexpr double readShare = 0.05;
constexpr double analysisShare = 0.9;

void requireKnownTask(const std::vector<std::string>& tasks) {
  std::string known = shortAxisTask;
  for (const char* const task : experimentalTasks) known += std::string(", ") + task;
  const bool isKnown = std::any_of(tasks.begin(), tasks.end(), [](const std::string& task) {
    return task == shortAxisTask || std::find(experimentalTasks.begin(), experimentalTasks.end(),
                                              task) != experimentalTasks.end();
  });
  if (tasks.empty() || isKnown) return;
  throw InputError("none of the tasks asked for is known (known: " + known + ")");
}

bool asksForShortAxis(const std::vector<std::string>& tasks) {
  return tasks.empty() || std::find(tasks.begin(), tasks.end(), shortAxisTask) != tasks.end();
}

const char* refusalOf(const std::vector<std::string>& tasks, bool isReadable) {
  if (tasks == std::vector<std::string>{shortAxisTask}) return "no short-axis cine can be analysed";
  return isReadable ? "no released head answers this kind of series"
                    : "none of its images can be analysed";
}

// The causes, the most frequent first, in one sentence.
std::string reasonOf(const std::string& refusal, const std::vector<Verdict>& verdicts) {
  if (verdicts.empty()) return "there is no image to analyse";
  std::vector<const Verdict*> order;
  for (const Verdict& verdict : verdicts) order.push_back(&verdict);
  std::stable_sort(order.begin(), order.end(), [](const Verdict* a, const Verdict* b) {
    return a->instances.size() > b->instances.size();
  });
  std::string reason = refusal + ": ";
  for (std::size_t i = 0; i < std::min(order.size(), reasonsNamed); ++i) {
    if (i > 0) reason += "; ";
    reason += order[i]->reason;
  }
  if (order.size() > reasonsNamed) {
    reason += "; and " + std::to_string(order.size() - reasonsNamed) + " more";
  }
  return reason;
}

// What is asked for, once the pictures have had their say.
struct Order {
  std::vector<std::string> tasks;
  std::vector<std::string> outputs;
  std::string dateTime;
};

bool hasHeart(const SaxAnalysis& analysis) {
  for (const int phase : {analysis.endDiastolePhase, analysis.endSystolePhase}) {
    for (int slice = 0; slice < analysis.labels.sliceCount; ++slice) {
      const auto frame = analysis.labels.frame(slice, phase);
      if (std::any_of(frame.begin(), frame.end(), [](std::uint8_t label) { return label != 0; })) {
        return true;
      }
    }
  }
  return false;
}

// Why the head's results go nowhere; "" when they do.
std::string whyHeadIsOff(const std::optional<PackageIdentity>& release, const std::string& task) {
  if (!release) return "the model package has no head for " + task;
  if (isAnythingReleased(*release)) return {};
  return "nothing was measured, as the model package does not release " + task + " (" +
         experimentalNotice + "); ReportExperimental or --report-experimental turns it on";
}

// What each stack is taken for, and the looks that it took to know it.
struct TakenStacks {
  std::vector<TagReading> kinds;
  std::vector<std::optional<FirstLook>> looks;
};

// Only what the header leaves open is looked at; `taken` holds the looks that there are already.
void takeStacks(const std::vector<SeriesStack>& stacks, FrameSegmenter& segmenter,
                TakenStacks& taken) {
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const TagReading tags = readTags(stacks[i]);
    std::optional<FirstLook>& look = taken.looks[i];
    const bool isOpen = tags.sequence.empty() || tags.view.empty();
    if (isOpen && !look) look = segmenter.firstLook(stacks[i].stack);
    taken.kinds.push_back(isOpen ? takenFor(tags, *look) : tags);
  }
}

// A stack for a head beside that of the short-axis cine.
struct FurtherChoice {
  std::size_t stack = 0;
  std::string task;
  std::string sequence;
  std::string view;
  bool isFitted = false;  // a map that is made of the stack
  std::string what;       // "a T1 map"
  std::vector<Flag> flags;
};

std::optional<FurtherChoice> chooseFurther(const std::vector<SeriesStack>& stacks,
                                           const TakenStacks& taken,
                                           const std::vector<std::string>& tasks) {
  FurtherChoice choice;
  if (const auto still = chooseStill(stacks, taken.kinds, tasks)) {
    choice = {still->stack,
              still->task,
              still->sequence,
              "sax",
              false,
              nameOfSequence(still->sequence),
              {}};
  } else if (const auto inversions = chooseInversionImages(stacks, tasks)) {
    choice = {*inversions, "seg_map_sax", "t1_map", "sax", true, nameOfSequence("t1_map"), {}};
  } else if (const auto longAxis = chooseLongAxis(stacks, taken.kinds, tasks)) {
    choice = {longAxis->stack,
              longAxisTask,
              "cine",
              longAxis->view,
              false,
              "a " + longAxisName(longAxis->view) + " cine",
              {}};
  } else {
    return std::nullopt;
  }
  if (const std::optional<FirstLook>& look = taken.looks.at(choice.stack)) {
    choice.flags = decidedByPictures(readTags(stacks[choice.stack]), *look);
  }
  return choice;
}

SaxAnalysis analysisOf(const SeriesStack& source, const FurtherChoice& choice,
                       const PackageIdentity& release, FrameSegmenter& segmenter,
                       const ProgressCallback& progress) {
  if (choice.task != longAxisTask) {
    progress(readShare, "segmentation");
    return analyzeStill(source.stack, choice.task, stillContent(source, choice.sequence), release,
                        segmenter);
  }
  return analyzeLongAxis(source.stack, choice.view, release, segmenter,
                         [&](double fraction, const std::string& stage) {
                           progress(readShare + (analysisShare - readShare) * fraction,
                                    fraction < 1 ? stage : "writing results");
                         });
}

// By a head that may be experimental: then it is outlined where the site asks for it and measured,
// and nothing is said elsewhere. `look` is the chosen stack's, where it has been looked at.
AnalysisOutcome analyzeFurther(const SeriesStack& chosen, const FurtherChoice& choice,
                               const std::optional<FirstLook>& look, const LeftOut& leftOut,
                               Findings found, const Order& order, FrameSegmenter& segmenter,
                               const ProgressCallback& progress) {
  const auto refuse = [&](const std::string& why) {
    return refusal(OutcomeKind::notAnalysable, "the series is " + choice.what + ": " + why, found,
                   &chosen, choice.task);
  };
  const std::optional<PackageIdentity> release = segmenter.identityOfHead(choice.task);
  if (const std::string why = whyHeadIsOff(release, choice.task); !why.empty()) {
    found.looks.insert(found.looks.begin(),
                       lookedAt(chosen, look ? *look : segmenter.firstLook(chosen.stack), false));
    return refuse(why);
  }
  FittedSeries fitted;
  if (choice.isFitted) fitted = fitT1Series(chosen);
  const SeriesStack& source = choice.isFitted ? fitted.map : chosen;
  const OutputDate date = outputDate(order.dateTime, source);
  SaxAnalysis analysis = analysisOf(source, choice, *release, segmenter, progress);
  for (const auto& doubts : {fitted.flags, choice.flags,
                             doubtsAbout(analysis.firstLook, choice.sequence, choice.view)}) {
    analysis.flags.insert(analysis.flags.end(), doubts.begin(), doubts.end());
  }
  doubtForWhatIsLeftOut(analysis, leftOut);
  found.looks.insert(found.looks.begin(), lookedAt(source, analysis.firstLook, true));
  if (!hasHeart(analysis)) return refuse("no heart was found on its images");
  progress(analysisShare, "writing results");
  AnalysisOutcome outcome =
      written(source, analysis, found, date, order.outputs, choice.isFitted ? &chosen : nullptr);
  progress(1, "done");
  return outcome;
}

AnalysisOutcome analyzeChosen(const SeriesStack& source, const ShortAxisChoice& choice,
                              const LeftOut& leftOut, Findings found, const Order& order,
                              FrameSegmenter& segmenter, const ProgressCallback& progress) {
  const OutputDate date = outputDate(order.dateTime, source);
  SaxAnalysis analysis =
      analyzeSax(source.stack, segmenter, [&](double fraction, const std::string& stage) {
        // Its last word is not ours.
        progress(readShare + (analysisShare - readShare) * fraction,
                 fraction < 1 ? stage : "writing results");
      });
  for (const auto& doubts : {choice.flags, doubtsAboutShortAxis(analysis.firstLook)}) {
    analysis.flags.insert(analysis.flags.end(), doubts.begin(), doubts.end());
  }
  doubtForWhatIsLeftOut(analysis, leftOut);
  found.looks.insert(found.looks.begin(), lookedAt(source, analysis.firstLook, true));
  if (!hasHeart(analysis)) {
    return refusal(OutcomeKind::notAnalysable,
                   "no heart was found on the images of the short-axis cine", found, &source);
  }
  AnalysisOutcome outcome = written(source, analysis, found, date, order.outputs);
  progress(1, "done");
  return outcome;
}

// The looks that there are tell why.
AnalysisOutcome leftAlone(const std::vector<SeriesStack>& stacks, const TakenStacks& taken,
                          const std::string& why, Findings found) {
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    if (taken.looks[i]) found.looks.push_back(lookedAt(stacks[i], *taken.looks[i], false));
  }
  return refusal(OutcomeKind::notAnalysable, why, found);
}

AnalysisOutcome analyzeStacks(ReadResult read, const AnalysisRequest& request,
                              FrameSegmenter& segmenter, const ProgressCallback& progress) {
  Findings found;
  found.verdicts = read.verdicts;
  if (auto* const heads = dynamic_cast<SilentHeads*>(&segmenter)) {
    heads->forgetFailures();
    found.heads = heads;
  }
  const std::vector<Verdict> verdictsOfReading = std::move(read.verdicts);
  try {
    Order order{request.tasks, request.outputs, request.dateTime};
    TakenStacks taken{{}, std::vector<std::optional<FirstLook>>(read.stacks.size())};
    if (!request.sorting.empty() && !read.stacks.empty()) {
      PictureSorting sorted = sortByPictures(request.sorting, read.stacks, segmenter);
      const std::string why = whyLeftAlone(sorted);
      found.sorting = std::move(sorted.decision);
      taken.looks[sorted.stack] = std::move(sorted.look);
      if (!why.empty()) return leftAlone(read.stacks, taken, why, found);
      order.tasks = found.sorting->tasks;
      order.outputs = found.sorting->outputs;
    }
    requireKnownTask(order.tasks);
    ShortAxisChoice choice =
        asksForShortAxis(order.tasks) ? chooseShortAxis(read.stacks) : ShortAxisChoice{};
    std::optional<FurtherChoice> further;
    if (!choice.stack) {
      takeStacks(read.stacks, segmenter, taken);
      further = chooseFurther(read.stacks, taken, order.tasks);
    }
    if (further && !choice.verdicts.empty()) {
      // One on every stack, in their order.
      choice.verdicts.erase(choice.verdicts.begin() + static_cast<std::ptrdiff_t>(further->stack));
    }
    found.verdicts.insert(found.verdicts.end(), choice.verdicts.begin(), choice.verdicts.end());
    const std::optional<std::size_t> chosen = further ? further->stack : choice.stack;
    for (std::size_t i = 0; i < read.stacks.size(); ++i) {
      if (chosen == i) continue;
      const SeriesStack& stack = read.stacks[i];
      const std::optional<FirstLook>& look = taken.looks[i];
      found.looks.push_back(
          lookedAt(stack, look ? *look : segmenter.firstLook(stack.stack), false));
    }
    if (further) {
      const LeftOut leftOut =
          whatIsLeftOut(read.stacks, further->stack, verdictsOfReading, OtherStacks::areOthers);
      return analyzeFurther(read.stacks[further->stack], *further, taken.looks[further->stack],
                            leftOut, found, order, segmenter, progress);
    }
    if (!choice.stack && !asksForShortAxis(order.tasks)) {
      return refusal(OutcomeKind::notAnalysable,
                     "no series is what the tasks of the rule outline: late gadolinium enhancement "
                     "or a map in the short axis, with one image at each place, or a two- or "
                     "four-chamber cine",
                     found);
    }
    if (!choice.stack) {
      const char* const what = refusalOf(order.tasks, !read.stacks.empty());
      return refusal(OutcomeKind::notAnalysable, reasonOf(what, found.verdicts), found);
    }
    const std::vector<Flag> repeats = flagsOfRepeats(verdictsOfReading);
    choice.flags.insert(choice.flags.end(), repeats.begin(), repeats.end());
    const LeftOut leftOut = whatIsLeftOut(read.stacks, *choice.stack, verdictsOfReading);
    SeriesStack source = std::move(read.stacks[*choice.stack]);
    read.stacks.clear();  // the pixels of the others are not needed any more
    return analyzeChosen(source, choice, leftOut, found, order, segmenter, progress);
  } catch (const InputError& error) {
    return refusal(OutcomeKind::notAnalysable, error.what(), found);
  } catch (const DeviceMemoryError& error) {
    AnalysisOutcome outcome = refusal(OutcomeKind::failed, error.what(), found);
    outcome.deviceIsFull = true;
    return outcome;
  } catch (const ResourceError& error) {
    return refusal(OutcomeKind::failed, error.what(), found);
  } catch (const std::bad_alloc&) {
    return refusal(OutcomeKind::failed, "out of memory", found);
  }
}

}  // namespace

AnalysisOutcome analyzeRead(ReadResult read, const AnalysisRequest& request,
                            FrameSegmenter& segmenter, const ProgressCallback& progress) {
  segmenter.takeUse();  // what came before it is not this job's
  AnalysisOutcome outcome = analyzeStacks(std::move(read), request, segmenter, progress);
  outcome.use = segmenter.takeUse();
  return outcome;
}

AnalysisOutcome analyzeInstances(const AnalysisRequest& request, FrameSegmenter& segmenter,
                                 const ProgressCallback& progress) {
  progress(0, "reading");
  ReadResult read = readInstances(request.instances);
  progress(readShare, "reading");
  return analyzeRead(std::move(read), request, segmenter, progress);
}

AnalysisOutcome analyzeContinued(SeriesReader reader, std::size_t alreadyRead,
                                 const AnalysisRequest& request, FrameSegmenter& segmenter,
                                 const ProgressCallback& progress) {
  progress(0, "reading");
  for (std::size_t i = alreadyRead; i < request.instances.size(); ++i) {
    reader.add(request.instances[i]);
  }
  ReadResult read = reader.finish();
  progress(readShare, "reading");
  return analyzeRead(std::move(read), request, segmenter, progress);
}

}  // namespace cmr
