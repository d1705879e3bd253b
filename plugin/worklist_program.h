// The program that reads worklist files, as a process of its own: foreign DICOM is not decoded in
// the archive's.
#pragma once

#include <stop_token>
#include <string>

namespace cmr {

// Runs `cmr worklist read FOLDER` and returns its answer. Throws ResourceError when it does not
// answer in half a minute or ends badly, CancelledError when it is stopped; either way the program
// and what it started are gone. Call it from a long-lived thread (child_start.h).
std::string readFolderByProgram(const std::string& program, const std::string& folder,
                                const std::stop_token& stop = {});

}  // namespace cmr
