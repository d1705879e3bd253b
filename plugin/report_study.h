// The worker's part of a report on a study: the document and the reports in, one object out.
#pragma once

#include "plugin/analysis_request.h"

namespace cmr {

// request.studyDocument is not empty. Bad data end as notAnalysable with the reason.
AnalysisOutcome reportStudy(const AnalysisRequest& request);

}  // namespace cmr
