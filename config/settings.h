// The `CMR` section of Orthanc's configuration: what an administrator sets, checked in full before
// anything starts. docs/configuration.md lists the same keys for people.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/destinations.h"
#include "config/roles.h"
#include "config/webhooks.h"

namespace cmr {

// Worklist: whether this archive answers queries for scheduled exams (docs/worklist.md).
struct WorklistSettings {
  bool enable = false;          // Enable
  bool onlyOwnStation = false;  // OnlyOwnStation: an asker sees the exams of its own AE title only
  std::string folder;           // Folder: of .wl files, absolute; empty: none
  int expireDays = 7;           // ExpireDays: [0, 3650] after the scheduled date
};

struct Settings {
  bool enable = true;  // Enable; false too when there is no `CMR` section at all
  // Then: the name of a section that was probably meant to be it, such as "Cmr".
  std::string sectionMeant;
  std::string packageFolder;  // Package: absolute path of the model package; needed when enabled
  // Packages: name -> absolute path of another model package, for rules that name it.
  std::map<std::string, std::string> packages;
  std::string workerExecutable = "/usr/bin/cmr";  // WorkerExecutable: absolute path
  std::string databaseFolder;  // Database: folder of the job store; empty: Orthanc's own folder
  std::string rulesFile;       // Rules: routing rules; empty: the rules that ship (rules.h)
  int workers = 1;             // Workers: processes that analyse at the same time, [1, 16]
  int threads = 0;             // Threads: of all workers together, [0, 1024]; 0: one per core
  int niceness = 10;           // Niceness: of the worker, [0, 19]; the archive comes first
  std::chrono::seconds jobDeadline{1800};    // JobDeadlineSeconds: [10, 86400]
  std::chrono::seconds startDeadline{300};   // StartDeadlineSeconds: [5, 3600]
  std::chrono::seconds silenceLimit{60};     // SilenceLimitSeconds: [5, 3600]
  int maxAttempts = 4;                       // MaxAttempts: [1, 100], then the job is dead
  std::chrono::seconds firstBackOff{5};      // FirstBackOffSeconds: [1, 3600]
  std::chrono::seconds largestBackOff{900};  // LargestBackOffSeconds: [first, 86400]
  // EarlyStart: a series whose announced number of images is there is not waited for.
  bool earlyStart = false;
  // Superseded: "delete" or "keep": results of images that later ones completed or replaced.
  bool deleteSuperseded = true;
  // StudyReport: whether a study's results are brought together into one report.
  bool reportStudies = true;
  // ReportExperimental: structures ("rv_cavity") to report, with a reservation, although the
  // package does not release them.
  std::vector<std::string> reportExperimental;
  // AllowedScripts: SHA-256, in lower case, of heads' TorchScript that may run.
  std::vector<std::string> allowedScripts;
  // ReadAhead: the worker reads images of the next job while it computes one.
  bool readAhead = false;      // pays where the network is fast: docs/reliability.md
  int workerMemoryMiB = 8192;  // WorkerMemoryMiB: [0, 100000000]; above it is killed; 0: no ceiling
  int diskFloorMiB = 1024;   // DiskFloorMiB: [0, 100000000]; below it no job is taken; 0: no floor
  int memoryFloorMiB = 512;  // MemoryFloorMiB: the same of memory
  int auditDays = 3650;      // AuditDays: [0, 36500]; 0: the audit trail is kept for ever
  int retentionDays = 365;   // RetentionDays: [0, 36500]; 0: finished jobs are kept for ever
  // Viewers: name -> address of a study in it, with {StudyInstanceUID} in its place.
  std::map<std::string, std::string> viewers;
  WorklistSettings worklist;
  bool editRules = false;  // EditRules: the rules' file may be replaced over REST
  RoleMap roles;           // Roles: user -> "none", "viewer", "operator", "administrator"
  // UserHeader: name, in lower case, of the header in which a proxy names the user; empty: the
  // user is the one whose password Orthanc verified.
  std::string userHeader;
  // Orthanc's own: AuthenticationEnabled, or without that RemoteAccessAllowed.
  bool archiveAuthenticates = false;
  std::vector<Destination> destinations;   // Destinations: name -> what it is in the archive
  std::vector<std::string> sendResultsTo;  // SendResultsTo: where a rule does not say otherwise
  int deliveryAttempts = 300;              // DeliveryAttempts: [1, 100000], then it is dead
  std::vector<Webhook> webhooks;           // Webhooks: told of the ends of jobs
  bool storeResults = true;  // StoreResults: false computes and keeps results.json, stores nothing
};

// configuration: Orthanc's whole configuration as JSON (OrthancPluginGetConfiguration). Throws
// InputError that names every mistake found, not only the first: unknown keys (with the nearest
// known one), wrong types, values out of range. Paths are checked for form here, not for existence.
Settings parseSettings(std::string_view configuration);

// Names that rules may give in this configuration.
std::vector<std::string> packageNames(const Settings& settings);

// The same for one file of several that make a configuration: its packages and destinations alone
// are read, and whether the archive has their targets is not looked at. Empty: it has no section
// `CMR`. Throws InputError.
struct NamesInSection {
  std::vector<std::string> destinations;
  std::vector<std::string> packages;
};
std::optional<NamesInSection> namesInSection(std::string_view configuration);

// The keys of the section, in the order of the documentation.
std::vector<std::string> settingsKeys();

}  // namespace cmr
