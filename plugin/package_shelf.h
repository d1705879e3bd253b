// The model packages of the configuration: the one that computes where a rule does not say (its
// name is empty here), and those that rules may name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugin/package_watch.h"

namespace cmr {

// A model package that a job taken now could be computed with.
struct PackageInUse {
  std::string sha256;
  std::string problem;      // why it cannot be used at present; empty when it can
  std::string name = {};    // empty: where a rule does not say
  std::string folder = {};  // empty: that of the worker's settings
};

// Thread ownership: any thread.
class PackageShelf {
 public:
  // name -> folder; the hash of each when the service started (planService), by name.
  PackageShelf(const std::map<std::string, std::string>& folders,
               const std::map<std::string, std::string>& known, const LogCallback& log);

  void look();  // PackageWatch::look at each
  // Of the last whole package that was seen in that folder. Throws ResourceError when there is no
  // package of this name: rules that name one are refused before (KnownNames).
  std::string sha256(const std::string& name = {}) const;
  std::vector<PackageInUse> packages() const;  // the one without a name first

 private:
  struct Place {
    std::string folder;
    PackageWatch watch;
    Place(const std::string& where, const std::string& known, const LogCallback& log)
        : folder(where), watch(where, known, log) {}
  };
  std::map<std::string, Place> places_;  // by name
};

}  // namespace cmr
