// The curves of a run as a picture, from its log.jsonl: one panel per quantity over the steps.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace cmr {

struct CurveChoice {
  std::string key;   // of the log's lines
  std::string name;  // as it stands in the picture, in lower case
};

// Points (step, value) of a key, by step. Of two lines of one step the later one counts (a resumed
// run repeats steps); lines that are no JSON, or carry no number under the key, are passed over.
std::vector<std::pair<double, double>> curveOf(const std::string& logPath, const std::string& key);

// A panel for each key of which the log has a point. Throws ResourceError when the picture cannot
// be written.
void drawCurves(const std::string& logPath, const std::string& picturePath,
                const std::vector<CurveChoice>& choices);

}  // namespace cmr
