#include "models/manifest_file.h"

#include <filesystem>
#include <fstream>

#include "analysis/errors.h"

namespace cmr {

void writeManifest(const std::string& folder, const nlohmann::json& manifest) {
  const std::string path = folder + "/manifest.json";
  {
    std::ofstream out(path + ".writing", std::ios::binary);
    out << manifest.dump(2) << '\n';
    if (!out.flush()) {
      throw ResourceError("cannot write " + path);
    }
  }
  std::filesystem::rename(path + ".writing", path);
}

}  // namespace cmr
