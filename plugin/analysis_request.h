// What a worker is asked and what it answers: the worker is a function, this is its signature.
#pragma once

#include <string>
#include <vector>

#include "analysis/compute_use.h"
#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"
#include "plugin/failure_cause.h"

namespace cmr {

struct AnalysisRequest {
  std::string jobId;                     // through both logs
  std::vector<InstanceBytes> instances;  // of one acquisition group, any order
  std::vector<std::string> tasks;        // "seg_cine_sax"
  std::string dateTime;                  // DICOM DT for the outputs; empty: latest of the source
  // Hash of the package that has to compute it; empty: any. The supervisor sees to it, the worker
  // is not told.
  std::string packageSha256 = {};
  // Where that package lies; empty: in the folder of the worker's settings.
  std::string packageFolder = {};
  // Which objects are wanted, as rules name them (config/rule_file.h); empty: defaultOutputs().
  std::vector<std::string> outputs = {};
  // Not empty: no images are analysed, a report on a study is written from what this document says
  // and from the reports among the instances (report_study.h).
  std::string studyDocument = {};
  // Not empty: the pictures decide by which of several rules the series is analysed, if at all, and
  // with that its tasks and outputs (config/picture_sorting.h).
  std::string sorting = {};
};

enum class OutcomeKind {
  analysed,       // objects and results are there
  notAnalysable,  // the data do not allow it, and never will: reason says why; not retried
  failed          // something broke that may pass (memory, disk, a crash): retried
};

struct AnalysisOutcome {
  OutcomeKind kind = OutcomeKind::failed;
  std::string reason;
  std::vector<ProducedObject> objects;  // in the order of storing: SR last
  std::string resultsJson;
  FailureCause cause = FailureCause::other;  // of failed; the supervisor's word, not the worker's
  bool endsWorker = false;  // the worker's word: it ends after this answer, and why is in its log
  bool usedHint = false;    // the worker had read the images before the job came (read_hint.h)
  // Of failed, within the worker: not one image fitted where the network computes.
  bool deviceIsFull = false;
  // The GPU had no memory for the package or for one image, so that the processor computed all of
  // it.
  bool withoutGpu = false;
  ComputeUse use = {};  // of this job alone, by all attempts within the worker
  // Of failed, the supervisor's word: the worker had another job's images at hand meanwhile, which
  // may be to blame.
  bool besideHint = false;
};

}  // namespace cmr
