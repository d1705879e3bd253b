#include "models/fewshot_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include "models/score_format.h"

namespace cmr {
namespace {

using nlohmann::json;
using CellText = std::function<std::string(const FewshotRow&)>;

std::vector<std::string> namesOf(const std::vector<FewshotOrigin>& arms) {
  std::vector<std::string> names;
  for (const FewshotOrigin& arm : arms) names.push_back(arm.arm);
  return names;
}

std::string number(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string listed(const json& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name.get<std::string>();
  return text;
}

std::string rangeText(const DrawsRange& range, const char* format) {
  if (range.draws == 0) return "-";
  if (range.draws == 1) return number(range.mean, format);
  return number(range.mean, format) + " (" + number(range.low, format) + " to " +
         number(range.high, format) + ")";
}

std::string differenceText(const PairedDifference& d, std::size_t testPatients) {
  if (d.patients == 0) return "-";
  std::string text = number(d.mean, "%+.3f");
  if (std::isfinite(d.low)) {
    text += " (" + number(d.low, "%+.3f") + " to " + number(d.high, "%+.3f") + ")";
  }
  if (d.patients < testPatients) {
    text.append(", ").append(std::to_string(d.patients));
    text.append(d.patients == 1 ? " patient" : " patients");
  }
  return text;
}

// Not every draw teaches the myocardium.
std::string myocardiumText(const FewshotRow& row) {
  std::string text = rangeText(row.myocardiumDice, "%.3f");
  if (row.myocardiumDice.draws > 0 && row.myocardiumDice.draws < row.draws) {
    text.append(", ").append(std::to_string(row.myocardiumDice.draws));
    text.append(" of ").append(std::to_string(row.draws)).append(" draws");
  }
  return text;
}

std::string ejectionText(const FewshotRow& row) {
  std::string text = rangeText(row.ejectionErrorPoints, "%.1f");
  if (row.withoutEjection > 0) text += ", " + std::to_string(row.withoutEjection) + " without";
  return text;
}

std::string mark(const FewshotOrigin& arm) {
  if (!arm.labelsSeen.empty()) return " [saw labels]";
  return arm.known ? "" : " [see note]";
}

std::string inCell(const std::string& text) {
  std::string cell(" ");
  return cell.append(text).append(" |");
}

// Rows of a table whose columns are the numbers of patients.
std::string table(const FewshotReport& report, const std::vector<FewshotRow>& rows,
                  const CellText& text) {
  std::string out = "| arm |";
  std::string line = "|---|";
  for (const std::size_t size : report.sizes) {
    out += inCell(std::to_string(size).append(size == 1 ? " patient" : " patients"));
    line += "---|";
  }
  out.append("\n").append(line).append("\n");
  for (const FewshotOrigin& arm : report.arms) {
    out.append("|").append(inCell(arm.arm + mark(arm)));
    for (const std::size_t size : report.sizes) {
      const auto row = std::find_if(rows.begin(), rows.end(), [&](const FewshotRow& r) {
        return r.arm == arm.arm && r.size == size;
      });
      out += inCell(row == rows.end() ? "-" : text(*row));
    }
    out += "\n";
  }
  return out + "\n";
}

bool isDrawn(const FewshotReport& r) { return r.settings.value("drawn", false); }

std::string methodText(const FewshotReport& r) {
  const json& s = r.settings;
  std::string text;
  if (isDrawn(r)) {
    text +=
        "- **Drawn hearts**, each a patient: what is said here of starts holds for them, and for "
        "real ones\n  only as far as they are alike.\n";
  }
  text += textLine(
      "- Trained on %zu frames of %zu patients, of whom each column takes so many; "
      "the patients of a draw are the same in every arm.",
      s.at("trainingFrames").get<std::size_t>(), s.at("trainingPatients").size());
  text += textLine(
      "- Tested on %zu frames of %zu other patients, cut out about the cavity that "
      "the reference has: outlines are judged, not the search for the heart.",
      s.at("testFrames").get<std::size_t>(), s.at("testPatients").size());
  text += "  Test patients: " + listed(s.at("testPatients")) + ".\n";
  text += textLine(
      "- Mask edges: %s. Dice in two dimensions, frame by frame, without repair; mean "
      "over a patient's frames, then over patients.",
      s.at("maskEdges").get<std::string>().c_str());
  text += textLine(
      "- Every training: %lld steps of %d crops of %d pixels at %.2f mm, largest "
      "learning rate %g, %s, seed %llu.",
      s.at("steps").get<long long>(), s.at("crops").get<int>(), s.at("size").get<int>(),
      s.at("inputSpacingMm").get<double>(), s.at("learningRate").get<double>(),
      s.at("precision").get<std::string>().c_str(),
      static_cast<unsigned long long>(s.at("seed").get<std::uint64_t>()));
  text += "  No arm was tuned by itself; the last averaged weights count, no patient chose them";
  text += isDrawn(r) ? ".\n" : "; no drawn hearts.\n";
  if (!isDrawn(r)) {
    text +=
        "- The myocardium is taught and judged where an epicardium is drawn; a draw none of whose "
        "patients has one has no figure for it.\n";
  }
  text += textLine("- %zu of %zu trainings are finished (up to %d draws).", r.results.size(),
                   r.cells, r.draws);
  return text;
}

std::string armText(const FewshotOrigin& arm, std::size_t trainingPatients) {
  const json& d = arm.description;
  std::string text = "- `" + arm.arm + "`: " + d.at("architecture").get<std::string>() + ", ";
  const auto start = d.at("start").get<std::string>();
  if (start == "random") {
    text += "random weights";
  } else {
    text += start + " of " + d.at("file").get<std::string>() + " (SHA-256 " +
            d.at("sha256").get<std::string>().substr(0, 12) + ")";
  }
  text += d.at("mode") == "frozen" ? ", backbone frozen" : ", everything learns";
  if (!arm.labelsSeen.empty()) {
    text += "; **no fair arm**: it has learned from labels of " +
            std::to_string(arm.labelsSeen.size()) + " of the " + std::to_string(trainingPatients) +
            " training patients already, whatever its column says";
  } else if (!arm.known) {
    text += "; the file does not say which patients it has learned from";
  }
  return text + "\n";
}

std::string armsText(const FewshotReport& r) {
  std::string text;
  bool pretrained = false;
  for (const FewshotOrigin& arm : r.arms) {
    text += armText(arm, r.settings.at("trainingPatients").size());
    pretrained = pretrained || arm.description.at("start") != "random";
  }
  if (pretrained) {
    text +=
        "\nNote: the comparison holds only if no pretraining has seen an image of the test "
        "patients (`cmr pretrain --exclude`). Packages name the patients they learned from, "
        "and those are checked; backbones and checkpoints do not.\n";
  }
  return text;
}

json rangeJson(const DrawsRange& range) {
  return {{"draws", range.draws},
          {"mean", orNull(range.mean)},
          {"lowestDraw", orNull(range.low)},
          {"highestDraw", orNull(range.high)}};
}

json differenceJson(const PairedDifference& d) {
  return {{"patients", d.patients},
          {"mean", orNull(d.mean)},
          {"interval95", {orNull(d.low), orNull(d.high)}}};
}

std::string csvNumbers(std::initializer_list<double> values) {
  std::string text;
  for (const double value : values) {
    text += ",";
    if (std::isfinite(value)) text += number(value, "%.6g");
  }
  return text;
}

}  // namespace

std::vector<FewshotRow> FewshotReport::rows() const {
  return fewshotRows(namesOf(arms), sizes, results);
}

std::string fewshotMarkdown(const FewshotReport& r) {
  const std::vector<FewshotRow> rows = r.rows();
  const std::string first = r.arms.front().arm;
  const std::size_t testPatients = r.settings.at("testPatients").size();
  std::string text = "# Few labels: " + r.settings.at("task").get<std::string>() + "\n\n    " +
                     r.command + "\n\n" + methodText(r) + "\n" + armsText(r);
  const std::string draws = ", mean (lowest to highest draw)\n\n";
  text += "\n## LV cavity: Dice" + draws +
          table(r, rows, [](const FewshotRow& row) { return rangeText(row.lvDice, "%.3f"); });
  text += "## LV myocardium: Dice" + draws + table(r, rows, myocardiumText);
  const bool beats = std::any_of(rows.begin(), rows.end(), [](const FewshotRow& row) {
    return row.ejectionErrorPoints.draws > 0 || row.withoutEjection > 0;
  });
  if (beats || rows.empty()) {
    text += "## Ejection fraction from areas: mean absolute error in points" + draws +
            table(r, rows, ejectionText);
  }
  const std::string interval =
      " minus `" + first + "`, mean (95 % interval, paired bootstrap over test patients)\n\n";
  text += "## LV cavity: Dice" + interval + table(r, rows, [&](const FewshotRow& row) {
            return differenceText(row.lvDiceToFirst, testPatients);
          });
  text += "## LV myocardium: Dice" + interval + table(r, rows, [&](const FewshotRow& row) {
            return differenceText(row.myocardiumDiceToFirst, testPatients);
          });
  return text +
         "The interval of a difference tells how far it would hold for other test patients, not "
         "for other\ndraws of training patients; for those see the draws.\n";
}

std::string fewshotCsv(const FewshotReport& report) {
  std::string text =
      "arm,patients,draws,lv_dice,lv_dice_low,lv_dice_high,myocardium_dice,myocardium_dice_low,"
      "myocardium_dice_high,ef_error_points,ef_error_low,ef_error_high,lv_difference,"
      "lv_difference_low,lv_difference_high,myocardium_difference,myocardium_difference_low,"
      "myocardium_difference_high\n";
  for (const FewshotRow& row : report.rows()) {
    text += row.arm + "," + std::to_string(row.size) + "," + std::to_string(row.draws);
    for (const DrawsRange* r : {&row.lvDice, &row.myocardiumDice, &row.ejectionErrorPoints}) {
      text += csvNumbers({r->mean, r->low, r->high});
    }
    for (const PairedDifference* d : {&row.lvDiceToFirst, &row.myocardiumDiceToFirst}) {
      text += csvNumbers({d->mean, d->low, d->high});
    }
    text += "\n";
  }
  return text;
}

json fewshotJson(const FewshotReport& report) {
  json rows = json::array();
  for (const FewshotRow& row : report.rows()) {
    rows.push_back({{"arm", row.arm},
                    {"patients", row.size},
                    {"draws", row.draws},
                    {"lvDice", rangeJson(row.lvDice)},
                    {"myocardiumDice", rangeJson(row.myocardiumDice)},
                    {"ejectionErrorPoints", rangeJson(row.ejectionErrorPoints)},
                    {"withoutEjection", row.withoutEjection},
                    {"lvDiceToFirst", differenceJson(row.lvDiceToFirst)},
                    {"myocardiumDiceToFirst", differenceJson(row.myocardiumDiceToFirst)}});
  }
  json arms = json::array();
  for (const FewshotOrigin& arm : report.arms) {
    json one = arm.description;
    one["arm"] = arm.arm;
    one["labelsSeen"] = arm.labelsSeen;
    one["learnedFromKnown"] = arm.known;
    arms.push_back(one);
  }
  return {{"command", report.command},
          {"settings", report.settings},
          {"arms", arms},
          {"trainingsPlanned", report.cells},
          {"trainingsFinished", report.results.size()},
          {"rows", rows}};
}

}  // namespace cmr
