#include "models/classifier_training.h"

#include <map>
#include <set>
#include <tuple>

#include "analysis/errors.h"
#include "models/finite_check.h"
#include "models/schedule.h"

namespace cmr {
namespace {

TokenLevels chosen(const ViewTokens& tokens, const torch::Tensor& views) {
  TokenLevels batch;
  for (const auto& [layer, level] : tokens.levels) batch[layer] = level.index_select(0, views);
  return batch;
}

// Views that a head without queries reads were pooled before.
bool isPooledBefore(PooledHead& head, const ViewTokens& tokens) {
  return tokens.pooled.defined() && head->geometry().queries == 0;
}

torch::Tensor logitsOf(PooledHead& head, const ViewTokens& tokens, const torch::Tensor& views) {
  if (isPooledBefore(head, tokens)) return head->classify(tokens.pooled.index_select(0, views));
  return head(chosen(tokens, views));
}

torch::Tensor allowedClasses(const std::vector<ViewSample>& samples, int classes) {
  torch::Tensor allowed =
      torch::zeros({static_cast<std::int64_t>(samples.size()), classes}, torch::kFloat32);
  auto out = allowed.accessor<float, 2>();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    for (int k = 0; k < classes; ++k) {
      out[static_cast<std::int64_t>(i)][k] =
          (samples[i].allowed >> static_cast<unsigned>(k) & 1U) != 0 ? 1.0F : 0.0F;
    }
  }
  return allowed;
}

torch::Tensor partialLoss(const torch::Tensor& logits, const torch::Tensor& allowed) {
  const torch::Tensor among = logits + (1 - allowed) * -1e9;
  return (torch::logsumexp(logits, 1) - torch::logsumexp(among, 1)).mean();
}

// Images differ little about a large feature that all have in common, and a linear layer that reads
// it as it is follows the common part instead of the differences: so it learns on features of mean
// 0 and variance 1, and the scale is folded into its weights afterwards.
struct FeatureScale {
  torch::Tensor mean;       // float32 [features]
  torch::Tensor deviation;  // the same
};

constexpr double leastVariance = 1e-4;

FeatureScale scaleOf(const torch::Tensor& features, const torch::Tensor& weights) {
  const torch::Tensor share = (weights / weights.sum()).to(torch::kFloat32).unsqueeze(1);
  const torch::Tensor mean = (share * features).sum(0);
  const torch::Tensor variance = (share * (features - mean).square()).sum(0);
  return {mean, (variance + leastVariance).sqrt()};
}

void foldIn(PooledHead& head, const FeatureScale& scale) {
  const torch::NoGradGuard guard;
  auto parameters = head->named_parameters();
  torch::Tensor& weight = parameters["linear.weight"];
  weight.div_(scale.deviation);
  parameters["linear.bias"].sub_(torch::matmul(weight, scale.mean));
}

// Of the images behind views, as a table counts them.
std::vector<std::string> namesOf(const ViewTokens& tokens, const torch::Tensor& views) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < views.numel(); ++i) {
    const auto view = static_cast<std::size_t>(views[i].item<std::int64_t>());
    names.push_back("image " + std::to_string(1 + tokens.imageOf.at(view)));
  }
  return names;
}

void requireTwoLabels(const std::vector<ViewSample>& samples) {
  std::set<ClassSet> labels;
  for (const ViewSample& sample : samples) labels.insert(sample.allowed);
  if (labels.size() < 2) {
    throw InputError("a classification head cannot learn from images of fewer than two labels");
  }
}

// Weights and bias from the normal equations, in the features' own scale.
void solve(PooledHead& head, const torch::Tensor& features, const torch::Tensor& allowed,
           const torch::Tensor& weights, double ridge) {
  const torch::NoGradGuard guard;
  const torch::Tensor share = (weights / weights.sum()).to(torch::kFloat32).unsqueeze(1);
  const torch::Tensor targets = allowed / allowed.sum(1, true);
  const torch::Tensor mean = (share * targets).sum(0);  // features have mean 0
  const torch::Tensor gram =
      torch::matmul(features.t(), share * features) + ridge * torch::eye(features.size(1));
  const torch::Tensor right = torch::matmul(features.t(), share * (targets - mean));
  auto parameters = head->named_parameters();
  parameters["linear.weight"].copy_(torch::linalg_solve(gram, right, true).t());
  parameters["linear.bias"].copy_(mean);
}

}  // namespace

std::vector<ViewSample> balancedSamples(const ViewTokens& tokens,
                                        const std::vector<LabelledImage>& images,
                                        const std::vector<bool>& isTaken, double realWeight) {
  std::map<std::tuple<ClassSet, bool, std::string>, double> viewsOfSubject;
  std::map<std::pair<ClassSet, bool>, std::set<std::string>> subjects;
  std::map<ClassSet, std::set<bool>> kinds;
  for (const std::size_t at : tokens.imageOf) {
    if (!isTaken[at]) continue;
    const LabelledImage& image = images[at];
    viewsOfSubject[{image.allowed, image.isPhantom, image.subject}] += 1;
    subjects[{image.allowed, image.isPhantom}].insert(image.subject);
    kinds[image.allowed].insert(image.isPhantom);
  }
  std::vector<ViewSample> samples;
  for (std::size_t view = 0; view < tokens.imageOf.size(); ++view) {
    const std::size_t at = tokens.imageOf[view];
    if (!isTaken[at]) continue;
    const LabelledImage& image = images[at];
    const bool hasBoth = kinds[image.allowed].size() == 2;
    const double share = !hasBoth          ? 1
                         : image.isPhantom ? 1 / (1 + realWeight)
                                           : realWeight / (1 + realWeight);
    const double sharing = static_cast<double>(subjects[{image.allowed, image.isPhantom}].size()) *
                           viewsOfSubject[{image.allowed, image.isPhantom, image.subject}];
    samples.push_back({static_cast<std::int64_t>(view), image.allowed, share / sharing});
  }
  return samples;
}

PooledHead trainClassifier(const PooledHeadGeometry& geometry, const ViewTokens& tokens,
                           const std::vector<ViewSample>& samples, const ClassifierTraining& o) {
  requireTwoLabels(samples);
  torch::manual_seed(o.seed);
  PooledHead head(geometry);
  const auto count = static_cast<std::int64_t>(samples.size());
  torch::Tensor views = torch::empty({count}, torch::kInt64);
  torch::Tensor weights = torch::empty({count}, torch::kFloat64);
  for (std::int64_t i = 0; i < count; ++i) {
    views[i] = samples[static_cast<std::size_t>(i)].view;
    weights[i] = samples[static_cast<std::size_t>(i)].weight;
  }
  const torch::Tensor allowed = allowedClasses(samples, geometry.classes);
  const bool isScaled = isPooledBefore(head, tokens);
  FeatureScale scale;
  torch::Tensor features;
  if (isScaled) {
    features = tokens.pooled.index_select(0, views);
    scale = scaleOf(features, weights);
    features = (features - scale.mean) / scale.deviation;
  }
  if (o.ridge > 0) {
    if (!isScaled) throw InputError("least squares are for heads without queries");
    solve(head, features, allowed, weights, o.ridge);
    foldIn(head, scale);
    head->eval();
    return head;
  }
  torch::optim::AdamW optimizer(
      head->parameters(), torch::optim::AdamWOptions(o.learningRate).weight_decay(o.weightDecay));
  for (std::int64_t step = 0; step < o.steps; ++step) {
    const double rate = warmupCosine(o.learningRate, 0.01, step, o.steps / 20, o.steps);
    for (auto& group : optimizer.param_groups()) {
      static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
    }
    const torch::Tensor drawn = torch::multinomial(weights, o.batch, true);
    const torch::Tensor logits = isScaled ? head->classify(features.index_select(0, drawn))
                                          : logitsOf(head, tokens, views.index_select(0, drawn));
    const torch::Tensor loss = partialLoss(logits, allowed.index_select(0, drawn));
    requireNumber(
        loss.item<double>(), "loss", step,
        [&] { return namesOf(tokens, views.index_select(0, drawn)); }, "");
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  if (isScaled) foldIn(head, scale);
  head->eval();
  return head;
}

std::vector<std::vector<double>> plainLogits(PooledHead& head, const ViewTokens& tokens,
                                             const std::vector<bool>& isAsked) {
  const torch::NoGradGuard guard;
  std::vector<std::vector<double>> logits(isAsked.size());
  for (std::size_t view = 0; view < tokens.imageOf.size(); ++view) {
    const std::size_t at = tokens.imageOf[view];
    if (tokens.isPlain[view] == 0 || !isAsked[at]) continue;
    const auto index = static_cast<std::int64_t>(view);
    const torch::Tensor out = logitsOf(head, tokens, torch::tensor({index}))[0].contiguous();
    const auto* values = out.data_ptr<float>();
    logits[at].assign(values, values + out.numel());
  }
  return logits;
}

}  // namespace cmr
