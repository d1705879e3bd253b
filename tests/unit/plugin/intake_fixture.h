// An intake over a store in a file and an archive in memory, started anew at will.
#pragma once

#include <cstdint>
#include <memory>

#include "plugin/intake.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {

class IntakeTest : public ServiceFixture {
 protected:
  void SetUp() override { restart(); }

  // Another process over the same store and archive.
  void restart(std::int64_t startingPoint = 0) {
    intake = std::make_unique<Intake>(archive, *store, *planner, startingPoint, logCallback(),
                                      [this] { ++submissions; });
  }
  void step() { intake->step(stopper.get_token()); }

  std::unique_ptr<Intake> intake;
  int submissions = 0;
};

}  // namespace cmr
