#include "models/fewshot_cells.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <optional>

#include "analysis/errors.h"
#include "models/score_format.h"
#include "models/score_summary.h"

namespace cmr {
namespace {

using nlohmann::json;

// Lines that were written whole; what a kill cut off is no JSON, or has no end of line.
struct StoredLines {
  std::vector<json> lines;
  std::uintmax_t bytes = 0;  // of those lines
};

StoredLines readLines(const std::string& path) {
  StoredLines stored;
  std::ifstream in(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t from = 0; from < content.size();) {
    const std::size_t end = content.find('\n', from);
    if (end == std::string::npos) break;
    json line = json::parse(content.substr(from, end - from), nullptr, false);
    if (!line.is_object()) {
      throw InputError("line " + std::to_string(stored.lines.size() + 1) + " of " + path +
                       " is no record of this experiment");
    }
    stored.lines.push_back(std::move(line));
    stored.bytes = from = end + 1;
  }
  return stored;
}

json toJson(const FewshotResult& r) {
  return {{"arm", r.arm},
          {"patients", r.size},
          {"draw", r.draw},
          {"lvDice", r.lvDice},
          {"myocardiumDice", r.myocardiumDice},
          {"ejectionErrorPoints", r.ejectionErrorPoints},
          {"loss", orNull(r.loss)},
          {"seconds", r.seconds}};
}

FewshotResult fromJson(const json& line) {
  using ByPatient = std::map<std::string, double>;
  FewshotResult r;
  r.arm = line.at("arm").get<std::string>();
  r.size = line.at("patients").get<std::size_t>();
  r.draw = line.at("draw").get<int>();
  r.lvDice = line.at("lvDice").get<ByPatient>();
  r.myocardiumDice = line.at("myocardiumDice").get<ByPatient>();
  r.ejectionErrorPoints = line.at("ejectionErrorPoints").get<ByPatient>();
  r.loss = line.at("loss").is_null() ? std::nan("") : line.at("loss").get<double>();
  r.seconds = line.at("seconds").get<double>();
  return r;
}

// The first key whose values differ; none: the same.
std::optional<std::string> differingKey(const json& a, const json& b) {
  for (const auto& [key, value] : a.items()) {
    if (!b.contains(key) || b.at(key) != value) return key;
  }
  for (const auto& [key, value] : b.items()) {
    if (!a.contains(key)) return key;
  }
  return std::nullopt;
}

bool belongs(const FewshotResult& r, const FewshotCell& cell) {
  return r.arm == cell.arm.name && r.size == cell.size && r.draw == cell.draw;
}

const FewshotResult* find(const std::vector<FewshotResult>& results, const FewshotCell& cell) {
  const auto found = std::find_if(results.begin(), results.end(),
                                  [&cell](const FewshotResult& r) { return belongs(r, cell); });
  return found == results.end() ? nullptr : &*found;
}

}  // namespace

FewshotResult fewshotResult(const FewshotCell& cell, const std::vector<FrameScore>& frames) {
  FewshotResult result;
  result.arm = cell.arm.name;
  result.size = cell.size;
  result.draw = cell.draw;
  result.lvDice = summarise(scoresOf(frames, Structure::lvCavity)).diceByPatient;
  result.myocardiumDice = summarise(scoresOf(frames, Structure::lvMyocardium)).diceByPatient;
  for (const EjectionFraction& fraction : ejectionFractions(frames)) {
    if (std::isfinite(fraction.error())) {
      result.ejectionErrorPoints[fraction.patient] = fraction.error();
    }
  }
  return result;
}

std::vector<FewshotResult> resultsOf(const std::vector<FewshotCell>& cells,
                                     const std::vector<FewshotResult>& results) {
  std::vector<FewshotResult> own;
  for (const FewshotCell& cell : cells) {
    if (const FewshotResult* result = find(results, cell)) own.push_back(*result);
  }
  return own;
}

void leaveOutUntaughtMyocardium(std::vector<FewshotResult>& results,
                                const std::vector<FewshotCell>& cells,
                                const std::set<std::string>& taught) {
  for (const FewshotCell& cell : cells) {
    if (std::any_of(cell.patients.begin(), cell.patients.end(),
                    [&taught](const std::string& patient) { return taught.count(patient) != 0; })) {
      continue;
    }
    for (FewshotResult& r : results) {
      if (belongs(r, cell)) r.myocardiumDice.clear();
    }
  }
}

double secondsLeft(const std::vector<FewshotCell>& cells,
                   const std::vector<FewshotResult>& results) {
  std::map<std::string, std::vector<double>> byArm;
  std::vector<double> all;
  for (const FewshotResult& r : results) {
    byArm[r.arm].push_back(r.seconds);
    all.push_back(r.seconds);
  }
  if (all.empty()) return 0;
  double left = 0;
  for (const FewshotCell& cell : cells) {
    if (find(results, cell) != nullptr) continue;
    const auto own = byArm.find(cell.arm.name);
    left += meanOf(own == byArm.end() ? all : own->second);
  }
  return left;
}

FewshotCells::FewshotCells(const std::string& path, const json& settings) : path_(path) {
  const StoredLines stored = readLines(path);
  try {
    for (const json& line : stored.lines) {
      if (line.contains("settings")) {
        if (const auto key = differingKey(line.at("settings"), settings)) {
          throw InputError(path + " was begun with another " + *key +
                           "; give the same options again, or another folder");
        }
      } else if (line.contains("origin")) {
        origins_[line.at("arm").get<std::string>()] = line.at("origin");
      } else {
        results_.push_back(fromJson(line));
      }
    }
  } catch (const json::exception& error) {
    throw InputError(path + " is no record of this experiment: " + error.what());
  }
  if (std::filesystem::exists(path)) std::filesystem::resize_file(path, stored.bytes);
  file_.open(path, std::ios::app | std::ios::binary);
  if (!file_) throw ResourceError("cannot write " + path);
  if (stored.lines.empty()) append({{"settings", settings}});
}

void FewshotCells::append(const json& line) {
  file_ << line << std::endl;
  if (!file_) throw ResourceError("cannot write " + path_);
}

void FewshotCells::declareArm(const std::string& name, const json& origin) {
  const auto known = origins_.find(name);
  if (known == origins_.end()) {
    origins_[name] = origin;
    append({{"arm", name}, {"origin", origin}});
  } else if (const auto key = differingKey(known->second, origin)) {
    throw InputError("the arm " + name + " of " + path_ + " was begun with another " + *key +
                     "; give it another name");
  }
}

bool FewshotCells::has(const FewshotCell& cell) const { return find(results_, cell) != nullptr; }

void FewshotCells::add(const FewshotResult& result) {
  append(toJson(result));
  results_.push_back(result);
}

}  // namespace cmr
