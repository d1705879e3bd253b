// The loop of `cmr worker`: one connection, one package, one job at a time.
#pragma once

#include <functional>

#include "analysis/frame_segmenter.h"
#include "plugin/analysis_request.h"
#include "plugin/read_ahead.h"

namespace cmr {

struct WorkerDuties {
  // Loads the package and warms up; throws when that cannot be done.
  std::function<PackageIdentity()> load;
  std::function<AnalysisOutcome(const AnalysisRequest&, const ProgressCallback&)> analyze;
  // What the process gave up (worker_confinement.h), in words for the plugin's status.
  std::string confinement = "not confined";
  std::string libraries = {};            // names and versions of what it was built with, likewise
  ReadAhead::MakeReader readAhead = {};  // empty: nothing is read ahead
  // For one image that is read ahead to be through when the job beside it has been computed;
  // after it the process ends.
  std::chrono::milliseconds readAheadPatience{30000};
};

// Serves the supervisor at the other end of the socket: handshake, load, ready, jobs. While it
// loads or works it gives a sign of life twice a second from a thread of its own, and while it
// works it reads on another what the supervisor says comes next (read_ahead.h). Logs to stderr, job
// identifiers and causes only: nothing of a patient.
//
// Exit codes of the process: 0 when the connection was closed, 1 when the package could not be
// loaded, 2 when the other side broke the protocol, 4 after an error that may have left this
// process in disorder, or when images that were read ahead did not come to an end (the job's answer
// has been sent). Once it is ready it ends by _Exit, in the
// middle of a job too when the connection closes: nobody is there to take the result.
int runWorker(int socketDescriptor, const WorkerDuties& duties);

// Segments a small blank stack, so that the first real job does not pay for first-time set-up.
void warmUp(FrameSegmenter& segmenter);

}  // namespace cmr
