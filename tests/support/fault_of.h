// What a call says that throws, for tests that hold the sentence.
#pragma once

#include <string>

namespace cmr::test {

// An exception of another kind goes on to the test.
template <typename Thrown, typename Call>
std::string faultOf(const Call& call) {
  try {
    call();
  } catch (const Thrown& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace cmr::test
