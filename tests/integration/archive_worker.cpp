// The real loop of `cmr worker` around an analysis that takes no network: small but valid objects
// whose UIDs follow from their sources, so that the whole way through a real Orthanc can be tested
// in seconds. What it does besides is steered by the environment, which the service hands on:
//   CMR_TEST_GATE    a file; while it exists an analysis does not end
//   CMR_TEST_LEDGER  a file; every analysis that begins adds a line
// What the first image's comment (0020,4000) says, it does as a file would that gets the better of
// a decoder: "crash", "take memory" (without end), "break out" (tells what it could reach); with
// "measured 55" its results and its report say an LV ejection fraction of 55 %. Package
// and --report-experimental are part of the objects' UIDs, as they are of the real ones.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "analysis/sha256.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/content_items.h"
#include "dicom_sr/dataset_values.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/report_codes.h"
#include "dicom_sr/report_parts.h"
#include "dicom_sr/write_dataset.h"
#include "plugin/child_start.h"
#include "plugin/reachable_files.h"
#include "plugin/report_study.h"
#include "plugin/worker_confinement.h"
#include "plugin/worker_process.h"
#include "tests/support/deeds_to_files.h"
#include "tests/support/deeds_to_processes.h"
#include "tests/support/outward_deed.h"

namespace {

using namespace cmr;

std::string environmentOf(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void read(const InstanceBytes& instance, DcmFileFormat& file) {
  DcmInputBufferStream stream;
  stream.setBuffer(instance.bytes.data(), static_cast<offile_off_t>(instance.bytes.size()));
  stream.setEos();
  file.transferInit();
  const OFCondition outcome = file.read(stream);
  file.transferEnd();
  if (outcome.bad()) throw InputError(instance.name + " is not DICOM");
}

struct Kind {
  ObjectKind kind;
  const char* modality;
  const char* SOPClassUID;
};

const std::vector<Kind> kinds{{ObjectKind::segmentation, "SEG", UID_SegmentationStorage},
                              {ObjectKind::resultPage, "OT", UID_SecondaryCaptureImageStorage},
                              {ObjectKind::document, "DOC", UID_EncapsulatedPDFStorage},
                              {ObjectKind::structuredReport, "SR", UID_ComprehensiveSRStorage}};

const Code ejectionFraction{"8811-2", "LN", "LV EF"};
const Code percent{"%", "UCUM", "percent"};
constexpr const char* measured = "measured ";

// One planar group with a number, as in a real report.
void addReport(DcmDataset& dataset, DcmDataset& image, double value) {
  SourceFrame frame;
  frame.SOPClassUID = textOf(image, DCM_SOPClassUID);
  frame.SOPInstanceUID = textOf(image, DCM_SOPInstanceUID);
  frame.SeriesInstanceUID = textOf(image, DCM_SeriesInstanceUID);
  putReportDocument(dataset);
  addEvidence(dataset, DCM_CurrentRequestedProcedureEvidenceSequence,
              textOf(image, DCM_StudyInstanceUID), {frame}, {});
  addReportContext(dataset, "scripted 1.0.0");
  addImageLibrary(dataset, {frame});
  DcmItem& group =
      addContainer(addContainer(dataset, codes::imagingMeasurements), codes::measurementGroup);
  putTemplate(group, "1410");
  addTextItem(group, Relation::hasObsContext, codes::trackingIdentifier, "LV endocardium");
  addUidItem(group, Relation::hasObsContext, codes::trackingUid,
             uidFromParts({"tracking", frame.SOPInstanceUID}));
  addCodeItem(group, Relation::contains, codes::finding, codes::leftVentricle);
  DcmItem& region = addPolylineItem(group, codes::imageRegion, {1, 1, 4, 1, 4, 4, 1, 1});
  addImageItem(region, Relation::selectedFrom, &codes::originalSource, frame);
  addNumItem(group, ejectionFraction, value, percent);
}

std::string resultsWith(double value, DcmDataset& image) {
  const nlohmann::json results{
      {"task", "seg_cine_sax"},
      {"measurements",
       {{{"id", "lv.ef"},
         {"label", "LV ejection fraction"},
         {"value", value},
         {"unit", {{"value", "%"}}},
         {"quality", "good"},
         {"reason", ""},
         {"reported", true}}}},
      {"package", {{"name", "scripted"}, {"version", "1.0.0"}, {"sha256", "f"}}},
      {"source",
       {{"SeriesDescription", textOf(image, DCM_SeriesDescription)},
        {"slices", 1},
        {"phases", 1}}}};
  return results.dump();
}

ProducedObject produce(const Kind& kind, DcmDataset& source, std::vector<std::string> parts,
                       const std::string& dateTime) {
  DcmDataset dataset;
  for (const DcmTagKey& tag : {DCM_PatientID, DCM_PatientName, DCM_StudyInstanceUID}) {
    putText(dataset, tag, textOf(source, tag));
  }
  ProducedObject object;
  object.kind = kind.kind;
  object.SOPClassUID = kind.SOPClassUID;
  parts.emplace_back(kind.modality);
  object.SOPInstanceUID = uidFromParts(parts);
  parts.emplace_back("series");
  object.SeriesInstanceUID = uidFromParts(parts);
  putText(dataset, DCM_SOPClassUID, object.SOPClassUID);
  putText(dataset, DCM_SOPInstanceUID, object.SOPInstanceUID);
  putText(dataset, DCM_SeriesInstanceUID, object.SeriesInstanceUID);
  putText(dataset, DCM_Modality, kind.modality);
  putText(dataset, DCM_Manufacturer, programName);
  putText(dataset, DCM_ManufacturerModelName, programName);
  putText(dataset, DCM_ContentDate, dateTime.substr(0, 8));
  const std::string comment = textOf(source, DCM_ImageComments);
  if (kind.kind == ObjectKind::structuredReport && comment.starts_with(measured)) {
    addReport(dataset, source, std::stod(comment.substr(std::strlen(measured))));
  }
  object.bytes = encodeFile(dataset);
  return object;
}

// Set before the process is confined.
std::ofstream ledgerFile;
std::string packageFolder;
bool hasGpu = false;

// Names after each --report-experimental.
std::string experimentalIn(const std::vector<std::string>& arguments) {
  std::string names;
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i] == "--report-experimental") names += arguments[i + 1] + " ";
  }
  return names;
}

[[noreturn]] void takeMemoryWithoutEnd() {
  constexpr std::size_t step = 16 << 20;
  for (std::vector<std::string> taken;; ::poll(nullptr, 0, 5)) taken.emplace_back(step, 'x');
}

// What a program can do that has taken over this process, as one JSON object of booleans.
std::string breakOut() {
  const std::string storage = environmentOf("CMR_TEST_STORAGE");
  nlohmann::json could{{"makesSocket", ::socket(AF_INET, SOCK_STREAM, 0) >= 0},
                       {"readsIndex", std::ifstream(storage + "/index").good()},
                       {"writesFile", std::ofstream("/tmp/cmr-broke-out").good()},
                       {"readsPasswords", std::ifstream("/etc/shadow").good()}};
  const test::Outside outside{::getppid(), storage + "/victim", packageFolder + "/manifest.json"};
  const auto tryAll = [&](const std::vector<test::Deed>& deeds) {
    for (const test::Deed& deed : deeds) {
      could[deed.name] = !test::isRefusal(deed.attempt(outside));
    }
  };
  tryAll(test::deedsToFiles());
  tryAll(test::deedsToProcesses());
  if (!hasGpu) tryAll(test::deedsOfGpuDrivers());
  return could.dump();
}

// settings: what besides the images decides about the results.
AnalysisOutcome analyze(const AnalysisRequest& request, const ProgressCallback& progress,
                        const std::string& settings) {
  if (ledgerFile.is_open()) ledgerFile << request.jobId << std::endl;
  const std::string gate = environmentOf("CMR_TEST_GATE");
  while (!gate.empty() && ::access(gate.c_str(), F_OK) == 0) {
    progress(0.5, "waiting at the gate");
    ::poll(nullptr, 0, 20);
  }
  DcmFileFormat first;
  std::vector<std::string> parts;
  for (const InstanceBytes& instance : request.instances) {
    DcmFileFormat file;
    read(instance, file);
    parts.push_back(textOf(*file.getDataset(), DCM_SOPInstanceUID));
  }
  std::sort(parts.begin(), parts.end());
  parts.push_back(settings);
  read(request.instances.front(), first);
  DcmDataset& source = *first.getDataset();
  const std::string comment = textOf(source, DCM_ImageComments);
  if (comment == "no heart") throw InputError("no heart was found");
  if (comment == "crash") ::raise(SIGSEGV);
  if (comment == "take memory") takeMemoryWithoutEnd();
  AnalysisOutcome outcome;
  outcome.kind = OutcomeKind::analysed;
  outcome.resultsJson = R"({"instances": )" + std::to_string(request.instances.size()) + "}";
  if (comment.starts_with(measured)) {
    outcome.resultsJson = resultsWith(std::stod(comment.substr(std::strlen(measured))), source);
  }
  if (comment == "break out") outcome.resultsJson = breakOut();
  for (const Kind& kind : kinds) {
    outcome.objects.push_back(produce(kind, source, parts, request.dateTime));
  }
  return outcome;
}

// Of its package only the hash matters.
PackageIdentity load(const std::string& folder) {
  PackageIdentity identity;
  std::ifstream manifest(folder + "/manifest.json", std::ios::binary);
  identity.sha256 = sha256Hex(std::string(std::istreambuf_iterator<char>(manifest), {}));
  identity.name = "scripted";
  identity.version = "1.0.0";
  identity.device = "cpu";
  identity.precision = "none";
  return identity;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  packageFolder = *std::next(std::find(arguments.begin(), arguments.end(), "--package"));
  const PackageIdentity identity = load(packageFolder);
  const std::string settings = identity.sha256 + " " + experimentalIn(arguments);
  const auto analyzeSo = [&](const AnalysisRequest& request, const ProgressCallback& progress) {
    if (!request.studyDocument.empty()) return reportStudy(request);
    return analyze(request, progress, settings);
  };
  const std::string ledger = environmentOf("CMR_TEST_LEDGER");
  if (!ledger.empty()) ledgerFile.open(ledger, std::ios::app);
  hasGpu = hasComputingDevice();
  const Confinement confinement = confineProcess({packageFolder});
  return runWorker(childSocketDescriptor,
                   {[&] { return identity; }, analyzeSo, describeConfinement(confinement)});
}
