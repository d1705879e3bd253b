// The archive behind Orthanc's SDK. This header is free of the SDK; it is included by
// orthanc_archive.cpp and plugin_entry.cpp alone.
#pragma once

#include <memory>
#include <string>

#include "plugin/archive.h"
#include "plugin/worker_supervisor.h"

struct _OrthancPluginContext_t;

namespace cmr {

// REST calls into Orthanc from threads of our own: they work between Orthanc's "started" and
// "stopped" events. The context outlives the plugin.
std::unique_ptr<Archive> makeOrthancArchive(_OrthancPluginContext_t* context);

// One line in Orthanc's log; control characters of foreign texts become spaces.
void logToOrthanc(_OrthancPluginContext_t* context, LogLevel level, const std::string& text);

}  // namespace cmr
