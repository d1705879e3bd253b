// A routing rules document: what the checker calls valid has to be one that can be used.
#include "config/check_rules.h"
#include "config/rules.h"
#include "tests/fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(cmr::fuzz::textOf(data, size));
  bool valid = false;
  cmr::fuzz::answered([&] { valid = cmr::checkRules(text, "fuzz").valid(); });
  cmr::fuzz::answered([&] {
    const cmr::RuleSet rules = cmr::RuleSet::parse(text, "fuzz");
    cmr::SeriesFacts facts;
    facts.tags = {
        {"Modality", "MR"}, {"SeriesDescription", "SAX \xc3\xa9"}, {"TriggerTime", "1e9"}};
    facts.instances = 20;
    rules.decide(facts);
    valid = false;  // it kept its word
  });
  if (valid) __builtin_trap();
  return 0;
}
