// Inputs that are nearly right: what a run without libFuzzer tries besides those that are kept.
#pragma once

#include <random>
#include <string>

namespace cmr::fuzz {

// A few edits of such kinds as damage files or are tried on purpose: bits turned, bytes of the ends
// of their range, lengths that lie, parts lost, doubled or cut off. The same for the same state of
// random.
std::string mutated(std::string input, std::mt19937_64& random);

}  // namespace cmr::fuzz
