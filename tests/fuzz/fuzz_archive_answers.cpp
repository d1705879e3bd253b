// Answers of the archive's REST interface.
#include "plugin/archive_answers.h"
#include "tests/fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cmr;
  const std::string_view text = fuzz::textOf(data, size);
  fuzz::answered([&] { parseChanges(text); });
  fuzz::answered([&] { parseIdentifiers(text); });
  fuzz::answered([&] { parseStudy(text); });
  fuzz::answered([&] { parseSeries(text); });
  fuzz::answered([&] { parseInstances(text); });
  fuzz::answered([&] { parseParentSeries(text); });
  fuzz::answered([&] { parseLookup(text, "Instance"); });
  fuzz::answered([&] { parseTags(text); });
  fuzz::answered([&] { parseStored(text); });
  fuzz::answered([&] { parseJobId(text); });
  fuzz::answered([&] { parseSending(text); });
  return 0;
}
