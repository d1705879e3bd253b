// `cmr worklist read FOLDER`: what the worklist files of a folder say, as JSON. The plugin runs it
// too: foreign DICOM is read in a process of its own, never in the archive's.
//
// Exit codes: 0 the folder was read (files that cannot be used are in the answer), 1 it could not
// be, 2 wrong usage.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "cli/registered_commands.h"
#include "dicom_sr/dicom_log.h"
#include "dicom_sr/worklist_file.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

struct WorklistArguments {
  std::string folder;
  std::string output;
};

Json fileJson(const ReadWorklistFile& read) {
  if (!read.error.empty()) return {{"file", read.name}, {"error", read.error}};
  Json entry = read.file.values;
  if (!read.file.codes.empty()) entry["ScheduledProtocolCodeSequence"] = read.file.codes;
  return {{"file", read.name}, {"entry", entry}};
}

void read(const WorklistArguments& a) {
  silenceDicomLibrary();
  Json files = Json::array();
  for (const ReadWorklistFile& file : readWorklistFolder(a.folder)) {
    files.push_back(fileJson(file));
  }
  const std::string text =
      Json{{"files", files}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  if (a.output.empty()) {
    std::cout << text;
    return;
  }
  std::ofstream file(a.output, std::ios::binary);
  if (!(file << text).flush()) throw ResourceError(a.output + " cannot be written");
}

}  // namespace

void registerWorklist(CLI::App& app) {
  auto a = std::make_shared<WorklistArguments>();
  CLI::App* worklist = app.add_subcommand("worklist", "Look at files of scheduled exams");
  worklist->require_subcommand(1);
  CLI::App* r = worklist->add_subcommand(
      "read", "Print what the .wl files of a folder say, and why one cannot be used, as JSON");
  r->add_option("folder", a->folder, "Folder of worklist files")->required();
  r->add_option("-o,--output", a->output, "File to write instead");
  r->callback([a] {
    try {
      read(*a);
    } catch (const std::exception& error) {
      std::cerr << "cmr: " << error.what() << "\n";
      throw CLI::RuntimeError(1);
    }
  });
}

}  // namespace cmr
