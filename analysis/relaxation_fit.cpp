#include "analysis/relaxation_fit.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "analysis/errors.h"
#include "analysis/wall_pixels.h"

namespace cmr {
namespace {

constexpr int gridSize = 48;
constexpr int refinements = 14;
constexpr double backgroundShare = 0.05;

// The curve c0 + c1 exp(-t / tau), or c1 exp(-t / tau) alone, through given values.
struct Line {
  double constant = 0;
  double slope = 0;
  double squares = std::numeric_limits<double>::infinity();  // sum of squared differences
};

// exp(-t / tau) for all times, with the sums that the closed form needs.
struct Decay {
  std::vector<double> e;
  double sum = 0;
  double sumOfSquares = 0;

  Decay(const std::vector<double>& times, double tau) {
    for (const double t : times) {
      e.push_back(std::exp(-t / tau));
      sum += e.back();
      sumOfSquares += e.back() * e.back();
    }
  }
};

Line withConstant(const Decay& d, const std::vector<double>& y) {
  const auto n = static_cast<double>(y.size());
  double sumY = 0;
  double sumEy = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    sumY += y[i];
    sumEy += d.e[i] * y[i];
  }
  const double determinant = n * d.sumOfSquares - d.sum * d.sum;
  Line line;
  if (determinant <= 1e-12 * n * d.sumOfSquares) return line;
  line.slope = (n * sumEy - d.sum * sumY) / determinant;
  line.constant = (sumY - line.slope * d.sum) / n;
  line.squares = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double rest = y[i] - line.constant - line.slope * d.e[i];
    line.squares += rest * rest;
  }
  return line;
}

Line withoutConstant(const Decay& d, const std::vector<double>& y) {
  Line line;
  if (d.sumOfSquares <= 0) return line;
  line.slope = std::inner_product(y.begin(), y.end(), d.e.begin(), 0.0) / d.sumOfSquares;
  line.squares = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double rest = y[i] - line.slope * d.e[i];
    line.squares += rest * rest;
  }
  return line;
}

using Solve = Line (*)(const Decay&, const std::vector<double>&);

// All candidates of the time constant, evenly spaced in its logarithm.
struct Grid {
  std::vector<double> logTau;
  std::vector<Decay> decays;

  Grid(const std::vector<double>& times, double from, double to) {
    for (int i = 0; i < gridSize; ++i) {
      logTau.push_back(std::log(from) + (std::log(to) - std::log(from)) * i / (gridSize - 1.0));
      decays.emplace_back(times, std::exp(logTau.back()));
    }
  }
};

struct Best {
  double tau = 0;
  Line line;
};

// Golden section between the neighbours of the best candidate.
Best refine(const std::vector<double>& times, const std::vector<double>& y, const Grid& grid,
            std::size_t at, Solve solve) {
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double low = grid.logTau[at == 0 ? 0 : at - 1];
  double high = grid.logTau[std::min(at + 1, grid.logTau.size() - 1)];
  const auto squaresAt = [&](double logTau) {
    return solve(Decay(times, std::exp(logTau)), y).squares;
  };
  double left = high - ratio * (high - low);
  double right = low + ratio * (high - low);
  double atLeft = squaresAt(left);
  double atRight = squaresAt(right);
  for (int i = 0; i < refinements; ++i) {
    if (atLeft < atRight) {
      high = std::exchange(right, left);
      atRight = atLeft;
      left = high - ratio * (high - low);
      atLeft = squaresAt(left);
    } else {
      low = std::exchange(left, right);
      atLeft = atRight;
      right = low + ratio * (high - low);
      atRight = squaresAt(right);
    }
  }
  const double tau = std::exp((low + high) / 2);
  return {tau, solve(Decay(times, tau), y)};
}

std::size_t bestOf(const std::vector<double>& y, const Grid& grid, Solve solve, double& squares) {
  std::size_t best = 0;
  squares = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < grid.decays.size(); ++i) {
    const double now = solve(grid.decays[i], y).squares;
    if (now < squares) {
      squares = now;
      best = i;
    }
  }
  return best;
}

Grid t1Grid(const std::vector<double>& times) { return {times, 30, 5000}; }
Grid t2Grid(const std::vector<double>& times) { return {times, 5, 1000}; }

// Times in growing order, values with them.
std::optional<T1Fit> fitSorted(const std::vector<double>& times, const std::vector<double>& values,
                               const Grid& grid) {
  const auto darkest =
      static_cast<std::size_t>(std::min_element(values.begin(), values.end()) - values.begin());
  double leastSquares = std::numeric_limits<double>::infinity();
  std::vector<double> restored;
  std::size_t at = 0;
  // The sign changes at the darkest image, on either side of it; a noisy one may be its neighbour.
  const std::size_t fewest = darkest == 0 ? 0 : darkest - 1;
  for (std::size_t turned = fewest; turned <= std::min(darkest + 2, values.size()); ++turned) {
    std::vector<double> y = values;
    for (std::size_t i = 0; i < turned; ++i) y[i] = -y[i];
    double squares = 0;
    const std::size_t candidate = bestOf(y, grid, withConstant, squares);
    const Line line = withConstant(grid.decays[candidate], y);
    // Recovery goes upwards to a positive end.
    if (line.constant <= 0 || line.slope >= 0 || squares >= leastSquares) continue;
    leastSquares = squares;
    restored = std::move(y);
    at = candidate;
  }
  // At an end of the grid the values do not say how fast they recover.
  if (restored.empty() || at == 0 || at + 1 == grid.decays.size()) return std::nullopt;
  const Best best = refine(times, restored, grid, at, withConstant);
  T1Fit fit;
  fit.t1StarMs = best.tau;
  fit.a = best.line.constant;
  fit.b = -best.line.slope;
  if (fit.a <= 0 || fit.b <= fit.a) return std::nullopt;
  fit.t1Ms = fit.t1StarMs * (fit.b / fit.a - 1);
  fit.residual = std::sqrt(best.line.squares / static_cast<double>(times.size())) / fit.a;
  if (fit.t1Ms < 50 || fit.t1Ms > 5000) return std::nullopt;
  return fit;
}

std::optional<T2Fit> fitOnGrid(const std::vector<double>& times, const std::vector<double>& values,
                               const Grid& grid, T2Model model) {
  const Solve solve = model == T2Model::threeParameters ? withConstant : withoutConstant;
  double squares = 0;
  const std::size_t at = bestOf(values, grid, solve, squares);
  if (!std::isfinite(squares)) return std::nullopt;
  const Best best = refine(times, values, grid, at, solve);
  T2Fit fit{best.tau, best.line.slope, best.line.constant, 0};
  // At an end of the grid the values do not say how fast they fall.
  if (fit.a <= 0 || at == 0 || at + 1 == grid.decays.size()) return std::nullopt;
  fit.residual = std::sqrt(best.line.squares / static_cast<double>(times.size())) / fit.a;
  return fit;
}

void requireTimes(const std::vector<double>& times, std::size_t values, std::size_t fewest,
                  const char* what) {
  if (times.size() != values) throw InputError(std::string(what) + ": times and values differ");
  if (times.size() < fewest) {
    throw InputError(std::string(what) + " cannot be fitted to fewer than " +
                     std::to_string(fewest) + " images");
  }
  const auto [low, high] = std::minmax_element(times.begin(), times.end());
  if (*low < 0 || *low == *high) {
    throw InputError(std::string(what) + ": the images' times are negative or all the same");
  }
}

// Indices of the images in the order of their times.
std::vector<std::size_t> byTime(const std::vector<double>& times) {
  std::vector<std::size_t> order(times.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
  return order;
}

std::vector<double> inOrder(const std::vector<double>& values,
                            const std::vector<std::size_t>& order) {
  std::vector<double> sorted;
  for (const std::size_t i : order) sorted.push_back(values[i]);
  return sorted;
}

struct SliceImages {
  std::vector<double> times;  // growing
  std::vector<const std::vector<float>*> images;
  double background = 0;
};

SliceImages imagesOf(const ImageStack& stack, int slice, std::optional<double> FrameTiming::*time,
                     const char* missing) {
  std::vector<double> times;
  for (int phase = 0; phase < stack.phaseCount; ++phase) {
    const std::optional<double> t = stack.frame(slice, phase).timing.*time;
    if (!t) throw InputError(missing);
    times.push_back(*t);
  }
  SliceImages result;
  const std::vector<std::size_t> order = byTime(times);
  result.times = inOrder(times, order);
  for (const std::size_t phase : order) {
    result.images.push_back(&stack.frame(slice, static_cast<int>(phase)).pixels);
  }
  std::vector<double> brightest(result.images.front()->size());
  for (const std::vector<float>* image : result.images) {
    for (std::size_t i = 0; i < brightest.size(); ++i) {
      brightest[i] = std::max(brightest[i], static_cast<double>(image->at(i)));
    }
  }
  result.background = backgroundShare * quantileOf(std::move(brightest), 0.99);
  return result;
}

// fit: milliseconds and residual of one pixel's values, or nothing.
using PixelFit =
    std::function<std::optional<std::pair<double, double>>(const std::vector<double>&)>;

FittedMap mapOf(const SliceImages& images, const PixelFit& fit) {
  const std::size_t count = images.images.front()->size();
  FittedMap map;
  map.milliseconds.assign(count, 0);
  map.residual.assign(count, std::numeric_limits<float>::quiet_NaN());
  std::vector<double> values(images.images.size());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      values[k] = static_cast<double>((*images.images[k])[i]);
    }
    if (*std::max_element(values.begin(), values.end()) <= images.background) continue;
    ++map.tried;
    if (const auto found = fit(values)) {
      map.residual[i] = static_cast<float>(found->second);
      if (!(found->second <= largestResidual)) {
        ++map.poor;
        continue;
      }
      ++map.fitted;
      map.milliseconds[i] = static_cast<float>(found->first);
    }
  }
  return map;
}

}  // namespace

std::optional<T1Fit> fitT1(const std::vector<double>& timesMs, const std::vector<double>& values) {
  requireTimes(timesMs, values.size(), 4, "T1");
  const std::vector<std::size_t> order = byTime(timesMs);
  const std::vector<double> times = inOrder(timesMs, order);
  return fitSorted(times, inOrder(values, order), t1Grid(times));
}

std::optional<T2Fit> fitT2(const std::vector<double>& timesMs, const std::vector<double>& values,
                           T2Model model) {
  requireTimes(timesMs, values.size(), model == T2Model::threeParameters ? 4 : 3, "T2");
  return fitOnGrid(timesMs, values, t2Grid(timesMs), model);
}

FittedMap fitT1Map(const ImageStack& stack, int slice) {
  const SliceImages images = imagesOf(stack, slice, &FrameTiming::inversionTimeMs,
                                      "T1 cannot be fitted: an image has no InversionTime");
  requireTimes(images.times, images.times.size(), 4, "T1");
  const Grid grid = t1Grid(images.times);
  return mapOf(images,
               [&](const std::vector<double>& v) -> std::optional<std::pair<double, double>> {
                 const auto fit = fitSorted(images.times, v, grid);
                 if (!fit) return std::nullopt;
                 return std::pair(fit->t1Ms, fit->residual);
               });
}

FittedMap fitT2Map(const ImageStack& stack, int slice, T2Model model) {
  const SliceImages images = imagesOf(stack, slice, &FrameTiming::echoTimeMs,
                                      "T2 cannot be fitted: an image has no preparation time");
  requireTimes(images.times, images.times.size(), model == T2Model::threeParameters ? 4 : 3, "T2");
  const Grid grid = t2Grid(images.times);
  return mapOf(images,
               [&](const std::vector<double>& v) -> std::optional<std::pair<double, double>> {
                 const auto fit = fitOnGrid(images.times, v, grid, model);
                 if (!fit) return std::nullopt;
                 return std::pair(fit->t2Ms, fit->residual);
               });
}

namespace {

template <typename FitSlice>
FittedStack fitStack(const ImageStack& stack, const FitSlice& fitSlice) {
  FittedStack result;
  ImageStack& map = result.map;
  map = stack;
  map.phaseCount = 1;
  map.rescaleUnits = "ms";
  map.frames.clear();
  for (int slice = 0; slice < stack.sliceCount; ++slice) {
    FittedMap one = fitSlice(slice);
    result.fitted += one.fitted;
    result.poor += one.poor;
    result.tried += one.tried;
    const StackFrame& first = stack.frame(slice, 0);
    map.frames.push_back({std::move(one.milliseconds), first.timing, first.sourceIndex});
  }
  return result;
}

}  // namespace

FittedStack fitT1Stack(const ImageStack& stack) {
  return fitStack(stack, [&](int slice) { return fitT1Map(stack, slice); });
}

FittedStack fitT2Stack(const ImageStack& stack, T2Model model) {
  return fitStack(stack, [&](int slice) { return fitT2Map(stack, slice, model); });
}

}  // namespace cmr
