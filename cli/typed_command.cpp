#include "cli/typed_command.h"

#include <fstream>
#include <iterator>

namespace cmr {

std::string typedCommand() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  for (char& c : text) {
    if (c == '\0') c = ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  const std::size_t name = text.find("cmr ");
  return name == std::string::npos ? text : text.substr(name);
}

}  // namespace cmr
