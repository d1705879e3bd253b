#include "models/training_console.h"

#include <cmath>
#include <cstdio>

namespace cmr {

void tellProgress(RunLog& log, const TrainingProgress& p) {
  std::printf("step %6lld/%lld  loss %.4f  rate %.2e  %.2f s/step  data %2.0f %%  left %s\n",
              static_cast<long long>(p.step), static_cast<long long>(p.steps), p.loss,
              p.learningRate, p.secondsPerStep, 100 * p.dataShare,
              timeLeft(p.secondsPerStep * static_cast<double>(p.steps - p.step)).c_str());
  std::fflush(stdout);
  log.write({{"step", p.step},
             {"loss", p.loss},
             {"rate", p.learningRate},
             {"secondsPerStep", p.secondsPerStep},
             {"dataShare", p.dataShare}});
}

void TrainingConsole::validated(const ValidationScore& s, bool best) {
  std::printf("  validation at %lld: LV Dice %.4f (worst patient %.4f), myocardium %.4f",
              static_cast<long long>(s.step), s.lvDice, s.lvDiceWorst, s.myocardiumDice);
  if (std::isfinite(s.locatorErrorMm)) {
    std::printf(", first look off by %.1f mm", s.locatorErrorMm);
  }
  std::printf("%s\n", best ? "  <- best" : "");
  std::fflush(stdout);
  log_.write({{"step", s.step},
              {"lvDice", s.lvDice},
              {"lvDiceWorst", s.lvDiceWorst},
              {"myocardiumDice", numberOrNull(s.myocardiumDice)},
              {"locatorErrorMm", numberOrNull(s.locatorErrorMm)},
              {"best", best}});
}

}  // namespace cmr
