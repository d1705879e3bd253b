// `cmr rules check FILE` and `cmr rules explain FILE FOLDER`: a rules file tried before it goes
// live.
//
// Exit codes: 0 the file is good (warnings included), 1 it is refused or something broke, 2 wrong
// usage, which is also a file or folder that cannot be read.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "analysis/silent_heads.h"
#include "cli/inference_options.h"
#include "cli/picture_looks.h"
#include "cli/registered_commands.h"
#include "config/analysable.h"
#include "config/check_rules.h"
#include "config/explain_rules.h"
#include "config/known_keys.h"
#include "config/rule_clause.h"
#include "config/rules.h"
#include "config/settings.h"
#include "dicom_sr/series_headers.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr int exitRefused = 1;
constexpr int exitRulesUsage = 2;
constexpr const char* shippedName = "shipped";

struct RulesArguments {
  std::string file;
  std::string input;
  std::string package;  // folder; empty: pictures are not looked at
  InferenceSettings inference;
  std::string configuration;  // of the archive, or the part of it that is ours
  std::map<std::string, std::string> source;
  std::vector<std::string> scheduled;  // KEYWORD=VALUE
  std::string now;
  bool json = false;
};

std::string textOfFile(const std::string& file) {
  return file == shippedName ? std::string(shippedRulesText()) : readRulesText(file);
}

std::string printed(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// "FILE:12:7: error: FILE: rules[1].when[0] has the unknown key ...", as compilers say it.
void printNotes(std::ostream& out, const RuleReport& report, const std::vector<RuleNote>& notes,
                const char* kind) {
  for (const RuleNote& note : notes) {
    out << report.source;
    if (note.line > 0) out << ":" << note.line << ":" << note.column;
    const std::string prefix = report.source + ": ";
    const bool named = note.message.rfind(prefix, 0) == 0;
    out << ": " << kind << ": " << (named ? note.message.substr(prefix.size()) : note.message);
    if (!note.pointer.empty()) out << " (" << note.pointer << ")";
    out << "\n";
  }
}

void printReport(std::ostream& out, const RuleReport& report) {
  printNotes(out, report, report.mistakes, "error");
  printNotes(out, report, report.warnings, "warning");
}

std::string configurationText(const std::string& path) {
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) {
    throw InputError("--configuration: " + path + " is a folder; name the file in it");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError("--configuration: " + path + " cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

// Also where no rule asks for the pictures: the folder is hardly meant to be anything else.
void requirePackage(const std::string& folder) {
  if (folder.empty() || std::filesystem::exists(std::filesystem::path(folder) / "manifest.json")) {
    return;
  }
  throw InputError("--package: " + folder + " is no model package: it has no manifest.json");
}

// What rules may name, as far as the configuration was given.
KnownNames knownNames(const RulesArguments& a) {
  if (a.configuration.empty()) return {};
  const std::optional<NamesInSection> names = namesInSection(configurationText(a.configuration));
  if (!names) throw InputError(a.configuration + " has no section \"CMR\"");
  return {names->destinations, names->packages};
}

int check(const RulesArguments& a) {
  const RuleReport report = checkRules(textOfFile(a.file), a.file, knownNames(a));
  if (a.json) {
    std::cout << printed(reportJson(report));
  } else {
    printReport(report.valid() ? std::cout : std::cerr, report);
    if (report.valid()) std::cout << a.file << ": " << report.rules.size() << " rules, no error\n";
    if (report.valid() && !report.study.empty()) {
      std::cout << a.file << ": " << report.study << "\n";
    }
  }
  return report.valid() ? 0 : exitRefused;
}

std::map<std::string, std::string> scheduledIn(const RulesArguments& a) {
  std::map<std::string, std::string> scheduled;
  const auto& names = scheduledNames();
  for (const std::string& given : a.scheduled) {
    const std::string name = given.substr(0, given.find('='));
    if (name.size() == given.size() || std::find(names.begin(), names.end(), name) == names.end()) {
      throw InputError("--scheduled wants KEYWORD=VALUE with a keyword of the worklist and got '" +
                       given + "'" + hintAt(name, names));
    }
    std::string& values = scheduled[name];
    values += (values.empty() ? "" : "\\") + given.substr(name.size() + 1);
  }
  return scheduled;
}

SeriesFacts factsOf(const SeriesHeader& header, const RulesArguments& a) {
  SeriesFacts facts{header.values, header.instances};
  facts.source = a.source;
  facts.scheduled = scheduledIn(a);
  if (!a.now.empty()) facts.now = readLocalTime(a.now);
  return facts;
}

std::string describeSeries(const SeriesHeader& header) {
  const auto found = header.values.find("SeriesDescription");
  const std::string name = found == header.values.end() ? std::string() : found->second;
  return "series " + header.SeriesInstanceUID + ", " + std::to_string(header.instances) +
         " instances" + (name.empty() ? ", without a name" : ", \"" + name + "\"");
}

// A series, what the rules are asked about and, where they ask for its pictures, what is seen
// there.
struct Explained {
  const SeriesHeader* header = nullptr;
  SeriesFacts facts;
  RoutingDecision decision;
  std::string barred;
  std::string notSeen;  // why there is nothing to look at
};

// Those that wait for their pictures alone are looked at, as it is a job that looks.
std::string lookAt(std::vector<Explained>& all, const RuleSet& rules, const RulesArguments& a) {
  std::vector<SeriesToLookAt> open;
  for (const Explained& one : all) {
    if (one.barred.empty() && !one.decision.sorting.empty()) {
      open.push_back({one.header, one.decision.rule});
    }
  }
  if (open.empty()) return {};
  const auto segmenter = loadNetworkSegmenter(a.package, a.inference);
  const auto looks = lookAtPictures(open, *segmenter);
  if (const auto* const heads = dynamic_cast<const SilentHeads*>(segmenter.get())) {
    for (const SilentHead& head : heads->silentHeads()) {
      std::cerr << "the head " << head.task << " gave no answer: " << head.reason << "\n";
    }
  }
  for (Explained& one : all) {
    const auto look = looks.find(one.header->SeriesInstanceUID);
    if (look == looks.end()) continue;
    one.notSeen = look->second.why;
    if (!one.notSeen.empty()) continue;
    one.facts.classified = look->second.classified;
    one.decision = rules.decide(one.facts);
  }
  const PackageIdentity& package = segmenter->identity();
  return package.name + " " + package.version;
}

Json picturesJson(const Explained& one) {
  if (!one.facts.classified) return nullptr;
  Json pictures = Json::object();
  for (const auto& [task, answer] : *one.facts.classified) {
    pictures[task] = {{"takenFor", answer.value},
                      {"probability", answer.probability},
                      {"isCertain", answer.probability >= answer.leastProbability},
                      {"isReleased", answer.released}};
  }
  return pictures;
}

Json explainedJson(const Explained& one, const RuleSet& rules) {
  return {{"SeriesInstanceUID", one.header->SeriesInstanceUID},
          {"instances", one.header->instances},
          {"action", one.barred.empty() ? actionName(one.decision.action) : "never"},
          {"rule", one.decision.rule},
          {"verdict", verdictOf(one.decision, one.barred)},
          {"order", orderJson(one.decision)},
          {"pictures", picturesJson(one)},
          {"rules", explanationJson(rules.tryAll(one.facts))}};
}

void print(const Explained& one, const RuleSet& rules, const std::string& package) {
  std::cout << describeSeries(*one.header) << "\n";
  if (one.facts.classified) {
    std::cout << "its pictures were looked at with model package " << package << "\n";
  } else if (!one.notSeen.empty()) {
    std::cout << "its pictures cannot be looked at: " << one.notSeen << "\n";
  }
  std::cout << explanationText(one.decision, rules.tryAll(one.facts), one.barred) << "\n";
}

int explain(const RulesArguments& a) {
  requirePackage(a.package);
  const std::string text = textOfFile(a.file);
  const RuleReport report = checkRules(text, a.file);
  if (!report.valid()) {
    printReport(std::cerr, report);
    return exitRefused;
  }
  const RuleSet rules = RuleSet::parse(text, a.file);
  const std::vector<SeriesHeader> headers = readSeriesHeaders(a.input);
  std::vector<Explained> all;
  for (const SeriesHeader& header : headers) {
    Explained one{&header, factsOf(header, a), {}, {}, {}};
    one.decision = rules.decide(one.facts);
    one.barred = barOf(one.facts, header.writtenByUs);
    all.push_back(std::move(one));
  }
  const std::string package = a.package.empty() ? std::string() : lookAt(all, rules, a);
  Json list = Json::array();
  for (const Explained& one : all) {
    if (a.json) {
      list.push_back(explainedJson(one, rules));
    } else {
      print(one, rules, package);
    }
  }
  if (a.json) std::cout << printed(list);
  if (!a.json && !report.study.empty()) std::cout << "Of studies: " << report.study << "\n";
  return 0;
}

template <typename Run>
std::function<void()> withUsage(const std::shared_ptr<RulesArguments>& a, Run run) {
  return [a, run] {
    int code = exitRulesUsage;
    try {
      if (!a->now.empty() && !readLocalTime(a->now)) {
        throw InputError("--now wants a day and a time such as 'Sat 21:30' and got '" + a->now +
                         "'");
      }
      code = run(*a);
    } catch (const InputError& wrong) {
      std::cerr << "cmr: " << wrong.what() << "\n";
    }
    if (code != 0) throw CLI::RuntimeError(code);
  };
}

}  // namespace

void registerRules(CLI::App& app) {
  auto a = std::make_shared<RulesArguments>();
  CLI::App* rules = app.add_subcommand("rules", "Check routing rules, and try them on a series");
  rules->require_subcommand(1);

  CLI::App* c = rules->add_subcommand("check", "Say what is wrong with a rules file, and where");
  c->add_option("file", a->file, "Rules file, or 'shipped' for the rules that ship")->required();
  c->add_option("--configuration", a->configuration,
                "Orthanc's configuration, or the file with its section CMR: names of packages and "
                "destinations have to be there");
  c->add_flag("--json", a->json, "Print JSON");
  c->callback(withUsage(a, check));

  CLI::App* e = rules->add_subcommand(
      "explain", "Say for each series of a folder which rule decides, and why not the others");
  e->add_option("file", a->file, "Rules file, or 'shipped' for the rules that ship")->required();
  e->add_option("folder", a->input, "DICOM file, or a folder searched with all folders below it")
      ->required();
  e->add_option("--remote-aet", a->source["RemoteAET"], "AE title that the series comes from");
  e->add_option("--called-aet", a->source["CalledAET"], "AE title that it is sent to");
  e->add_option("--remote-ip", a->source["RemoteIP"], "Address that it comes from");
  e->add_option("--origin", a->source["Origin"], "Orthanc's word for the way: DicomProtocol, ...");
  e->add_option("--scheduled", a->scheduled,
                "What the worklist says of its exam, such as CodeValue=HEART; may be repeated");
  e->add_option("--package", a->package,
                "Folder of a model package: series whose rules ask what the pictures show are "
                "looked at with its classifiers, as a job would")
      ->check(CLI::ExistingDirectory);
  addScriptOption(*e, a->inference);
  e->add_option("--now", a->now, "Local time at which it arrives, such as 'Sat 21:30'");
  e->add_flag("--json", a->json, "Print JSON");
  e->callback(withUsage(a, explain));
}

}  // namespace cmr
