#include "analysis/token_stream.h"

#ifdef CMR_CUDA_KERNELS
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "analysis/add_then_norm.h"
#endif

namespace cmr {
namespace {

#ifdef CMR_CUDA_KERNELS

bool isPlain(const torch::Tensor& x) {
  return x.is_cuda() && x.scalar_type() == torch::kBFloat16 && x.is_contiguous();
}

// Nothing is learned through it, and its sizes are those that the kernel was written for.
bool fitsKernel(const torch::Tensor& tokens, const torch::Tensor& branch) {
  return !torch::GradMode::is_enabled() && isPlain(tokens) && tokens.numel() > 0 &&
         addThenNormTakes(tokens.size(-1)) &&
         (!branch.defined() || (isPlain(branch) && branch.sizes() == tokens.sizes()));
}

torch::Tensor runKernel(torch::Tensor& tokens, const torch::Tensor& branch,
                        const torch::nn::LayerNorm& norm) {
  const c10::cuda::CUDAGuard device(tokens.device());
  const torch::Tensor gain = norm->weight.to(torch::kBFloat16).contiguous();
  const torch::Tensor bias = norm->bias.to(torch::kBFloat16).contiguous();
  const torch::Tensor normed = torch::empty_like(tokens);
  const torch::Tensor sum = branch.defined() ? torch::empty_like(tokens) : torch::Tensor();
  const std::int64_t width = tokens.size(-1);
  addThenNorm(
      {tokens.const_data_ptr(), branch.defined() ? branch.const_data_ptr() : nullptr,
       gain.const_data_ptr(), bias.const_data_ptr(), sum.defined() ? sum.data_ptr() : nullptr,
       normed.data_ptr(), tokens.numel() / width, width, static_cast<float>(norm->options.eps())},
      c10::cuda::getCurrentCUDAStream().stream());
  if (sum.defined()) tokens = sum;
  return normed;
}

#endif

torch::Tensor layerNorm(const torch::Tensor& tokens, const torch::nn::LayerNorm& norm) {
  return torch::layer_norm(tokens, norm->options.normalized_shape(),
                           norm->weight.to(tokens.scalar_type()),
                           norm->bias.to(tokens.scalar_type()), norm->options.eps());
}

}  // namespace

void TokenStream::add(const torch::Tensor& branch) {
  tokens_ = sum();
  waiting_ = branch;
}

torch::Tensor TokenStream::sum() {
  if (waiting_.defined()) {
    tokens_ = tokens_ + waiting_;
    waiting_.reset();
  }
  return tokens_;
}

torch::Tensor TokenStream::normed(const torch::nn::LayerNorm& norm) {
#ifdef CMR_CUDA_KERNELS
  if (fitsKernel(tokens_, waiting_)) {
    const torch::Tensor branch = std::exchange(waiting_, torch::Tensor());
    return runKernel(tokens_, branch, norm);
  }
#endif
  return layerNorm(sum(), norm);
}

}  // namespace cmr
