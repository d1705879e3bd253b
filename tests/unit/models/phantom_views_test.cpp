#include "models/phantom_views.h"

#include <gtest/gtest.h>

#include <random>

namespace cmr {
namespace {

// PS3.3 C.7.6.2.1.1: row and column of an image are orthonormal, to what a DS can hold.
void expectOrthonormal(const PlaneGeometry& plane) {
  EXPECT_NEAR(norm(plane.rowDirection), 1, 1e-9);
  EXPECT_NEAR(norm(plane.columnDirection), 1, 1e-9);
  EXPECT_NEAR(dot(plane.rowDirection, plane.columnDirection), 0, 1e-9);
}

TEST(PhantomViews, EveryPlaneHasOrthonormalRowsAndColumns) {
  std::mt19937_64 rng(3);
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const PhantomBody body = drawBody(seed, PhantomDisease::normal);
    for (const PhantomView view :
         {PhantomView::sax, PhantomView::twoChamber, PhantomView::threeChamber,
          PhantomView::fourChamber, PhantomView::aorta, PhantomView::localizer}) {
      SCOPED_TRACE(viewName(view));
      expectOrthonormal(drawPlane(rng, body, view, {}).plane);
    }
    for (const AorticCut cut : {AorticCut::transverse, AorticCut::outflow, AorticCut::arch}) {
      expectOrthonormal(aortaPlane(body, cut, {}, drawPlanningError(rng)).plane);
    }
  }
}

TEST(PhantomViews, SlicesOfAStackLieOneAboveTheOtherAtTheDistanceThatTheHeaderStates) {
  std::mt19937_64 rng(4);
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const PhantomBody body = drawBody(seed, PhantomDisease::normal);
    const std::vector<ViewPlane> stack = saxStack(body, 10, 8, {}, drawPlanningError(rng));
    for (std::size_t i = 1; i < stack.size(); ++i) {
      const Vec3 step = stack[i].plane.originMm - stack[i - 1].plane.originMm;
      EXPECT_NEAR(norm(step + planeNormal(stack[i].plane) * 10), 0, 1e-9) << seed;
    }
  }
}

}  // namespace
}  // namespace cmr
