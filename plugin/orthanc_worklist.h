// Scheduled exams offered to scanners: the archive's modality worklist (C-FIND, PS3.4 K.6).
#pragma once

struct _OrthancPluginContext_t;

namespace cmr {

class ServiceHost;

// Takes the archive's worklist for this plugin. The archive has one only: when another plugin has
// it, `host` is told and nothing else changes. host has to outlive the archive's last query.
void serveWorklist(_OrthancPluginContext_t* context, ServiceHost& host);

}  // namespace cmr
