// TorchScript of a few lines, as the bytes of its file.
#pragma once

#include <torch/script.h>

#include <map>
#include <sstream>
#include <string>

namespace cmr::test {

// source: "def forward(self, tokens): ..."
inline std::string scriptOf(const std::string& source,
                            const std::map<std::string, torch::Tensor>& parameters = {}) {
  torch::jit::Module module("head");
  for (const auto& [name, values] : parameters) module.register_parameter(name, values, false);
  module.define(source);
  std::ostringstream out;
  module.save(out);
  return out.str();
}

// A linear layer over class token and mean of the patches of two layers, as a pooled head without
// queries has it.
inline constexpr const char* linearOverTwoLayers = R"(
def forward(self, tokens):
    batch = tokens.size(0)
    first = tokens[:, 0].reshape([batch, 2, -1])
    rest = tokens[:, 1:].mean([1]).reshape([batch, 2, -1])
    pooled = torch.cat([first, rest], 2).reshape([batch, -1])
    return torch.addmm(self.bias, pooled, self.weight.t())
)";

}  // namespace cmr::test
