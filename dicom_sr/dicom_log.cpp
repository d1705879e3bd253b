#include "dicom_sr/dicom_log.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/oflog/oflog.h>

namespace cmr {

void silenceDicomLibrary() { OFLog::configure(OFLogger::OFF_LOG_LEVEL); }

}  // namespace cmr
