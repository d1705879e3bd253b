#include "dicom_sr/choose_component.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace cmr {
namespace {

using Content = ImageContent;
using Frames = std::vector<FrameFacts*>;

std::set<Content> contentsOf(const Frames& frames) {
  std::set<Content> contents;
  for (const FrameFacts* frame : frames) contents.insert(frame->content);
  return contents;
}

// "phase, real"
std::string namesOfContents(const Frames& frames) {
  std::string names;
  for (const Content content : contentsOf(frames)) {
    names += names.empty() ? "" : ", ";
    names += content == Content::unstated ? "not stated" : contentName(content);
  }
  return names;
}

// Where images of a content lie.
class Places {
 public:
  Places(const Frames& frames, const Vec3& normal, Content content) : normal_(normal) {
    for (const FrameFacts* frame : frames) {
      if (frame->content == content) places_.push_back(alongNormal(*frame, normal));
    }
    std::sort(places_.begin(), places_.end());
  }
  bool hold(const FrameFacts& frame) const {
    const double place = alongNormal(frame, normal_);
    const auto next = std::lower_bound(places_.begin(), places_.end(), place - samePositionMm);
    return next != places_.end() && *next <= place + samePositionMm;
  }

 private:
  Vec3 normal_;
  std::vector<double> places_;
};

struct Components {
  Frames kept;
  Frames leftOut;
  bool canBeToldApart = true;
};

Components chooseAmong(const Frames& frames) {
  const Vec3 normal = planeNormal(frames.front()->plane);
  const Places magnitudes(frames, normal, Content::magnitude);
  Components chosen;
  for (FrameFacts* frame : frames) {
    const bool isUnstated = frame->content == Content::unstated;
    const bool isBeside = magnitudes.hold(*frame);
    if (frame->content == Content::magnitude || (isUnstated && !isBeside)) {
      chosen.kept.push_back(frame);
    } else {
      chosen.leftOut.push_back(frame);
      if (isUnstated || !isBeside) chosen.canBeToldApart = false;
    }
  }
  return chosen;
}

// Of images that are no maps.
void addComponents(const Frames& frames, std::vector<Bucket>& parts,
                   std::vector<Verdict>& verdicts) {
  if (frames.empty()) return;
  if (contentsOf(frames).size() == 1) {
    parts.push_back({frames, {}});
    return;
  }
  const Bucket all{frames, {}};
  Components chosen = chooseAmong(frames);
  if (!chosen.canBeToldApart) {
    verdicts.push_back({"mixed-components",
                        describe(all) + " holds images of different kinds (" +
                            namesOfContents(frames) +
                            "), and which of them belong together cannot be told",
                        namesOf(frames)});
    return;
  }
  Bucket kept{std::move(chosen.kept), {}};
  if (!chosen.leftOut.empty()) {
    const std::string what =
        countOfImages(chosen.leftOut.size()) + " (" + namesOfContents(chosen.leftOut) + ")";
    verdicts.push_back({"other-component",
                        describe(all) + " holds " + what +
                            " beside the magnitude images of the same places: they are left out",
                        namesOf(chosen.leftOut)});
    kept.notes.push_back(what + " beside the magnitude images of the same places were left out");
  }
  // What did not say its kind is now known by its neighbours.
  for (FrameFacts* frame : kept.frames) frame->content = Content::magnitude;
  parts.push_back(std::move(kept));
}

}  // namespace

std::vector<Bucket> partsOfOneContent(const Bucket& bucket, std::vector<Verdict>& verdicts) {
  if (contentsOf(bucket.frames).size() == 1) return {bucket};
  Frames components;
  std::map<Content, Frames> maps;
  for (FrameFacts* frame : bucket.frames) {
    (isMap(frame->content) ? maps[frame->content] : components).push_back(frame);
  }
  std::vector<Bucket> parts;
  addComponents(components, parts, verdicts);
  for (auto& [content, frames] : maps) parts.push_back({std::move(frames), {}});
  return parts;
}

}  // namespace cmr
