#include "cli/phantom_agreement.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/network_segmenter.h"
#include "cli/package_location.h"
#include "models/phantom_agreement.h"

namespace cmr {
namespace {

struct AgreementArguments {
  int hearts = 50;
  std::uint64_t seed = 1;
  std::string outlines = "truth";
  std::string package;
  bool json = false;
  InferenceSettings inference;
};

void compare(const AgreementArguments& a) {
  std::unique_ptr<FrameSegmenter> segmenter;
  if (a.outlines == "package") {
    segmenter = loadNetworkSegmenter(packageFolderOr(a.package), a.inference);
  }
  std::vector<ComparedNumber> all;
  for (int i = 0; i < a.hearts; ++i) {
    const auto numbers = compareHeart(a.seed + static_cast<std::uint64_t>(i), segmenter.get());
    all.insert(all.end(), numbers.begin(), numbers.end());
    std::cerr << "\r" << i + 1 << " of " << a.hearts << " hearts" << std::flush;
  }
  std::cerr << "\n";
  const std::vector<Agreement> agreements = agreementOf(all);
  if (!a.json) {
    std::cout << agreementTable(agreements);
    return;
  }
  nlohmann::json document{{"hearts", a.hearts},
                          {"seed", a.seed},
                          {"outlines", a.outlines},
                          {"measurements", agreementJson(agreements)}};
  if (segmenter) {
    document["package"] = segmenter->identity().name + " " + segmenter->identity().version;
  }
  std::cout << document.dump(2) << "\n";
}

}  // namespace

void registerAgreement(CLI::App& phantom) {
  auto a = std::make_shared<AgreementArguments>();
  CLI::App* c = phantom.add_subcommand(
      "agreement", "Bias and limits of agreement of every measurement over drawn hearts");
  c->add_option("--hearts", a->hearts, "How many; diseases and vendors take turns")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  c->add_option("--seed", a->seed, "Of the first heart")->capture_default_str();
  c->add_option("--outlines", a->outlines,
                "truth: the hearts' own labels; package: what its heads outline, released or not")
      ->check(CLI::IsMember({"truth", "package"}))
      ->capture_default_str();
  c->add_option("--package", a->package, "Folder of the model package (else the default one)");
  c->add_flag("--json", a->json, "One JSON document instead of a table");
  c->add_option("--precision", a->inference.precision, "auto, float32 or bfloat16")
      ->capture_default_str();
  c->add_option("--threads", a->inference.threads, "0: as many as there are cores")
      ->capture_default_str();
  c->callback([a] { compare(*a); });
}

}  // namespace cmr
