// DCMTK's own log.
#pragma once

namespace cmr {

// Turns it off. Its lines quote values of patients, and what goes wrong reaches our callers as
// verdicts and errors anyway.
void silenceDicomLibrary();

}  // namespace cmr
