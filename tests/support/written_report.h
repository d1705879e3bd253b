// A report with the segmentations that it points to, as a reader of others sees them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dicom_sr/produced_object.h"
#include "tests/support/judge.h"

namespace cmr::test {

struct WrittenReport {
  std::vector<ProducedObject> segmentations;
  ProducedObject report;
};

// What check_report.py prints of it over the folder of its source images; its faults are failures.
// options: of the script, such as "--volumes ".
inline std::string readBack(const WrittenReport& written, const std::string& sources,
                            const std::string& options = "") {
  const TemporaryFolder folder;
  std::string command = "/usr/bin/python3 -W ignore '" CMR_TEST_SUPPORT "/check_report.py' " +
                        options + "'" + folder.write("sr.dcm", written.report.bytes) + "' '" +
                        sources + "'";
  for (std::size_t i = 0; i < written.segmentations.size(); ++i) {
    const std::string name = "seg" + std::to_string(i) + ".dcm";
    command += " '" + folder.write(name, written.segmentations[i].bytes) + "'";
  }
  const Verdict verdict = run(command);
  EXPECT_EQ(verdict.status, 0) << verdict.output;
  return verdict.output;
}

}  // namespace cmr::test
