// BBOB against the values of COCO's own regression data, and against what the report says of its functions.
#include "thalweg/problems/bbob.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "counted_allocations.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/problems/bbob_instance.hpp"
#include "thalweg/problems/problem.hpp"

namespace {

using namespace thalweg;
namespace bbob = thalweg::problems::bbob;

std::unique_ptr<Problem> make(int f, std::size_t n, int instance = 1) {
  return registry::make_problem("bbob/f" + std::to_string(f) + ":n=" + std::to_string(n) +
                                ",instance=" + std::to_string(instance));
}

struct Case {
  int function, instance;
  double f;
  std::vector<double> x;
};

// Points and values of COCO's regression test of its suite bbob (code-experiments/test/regression-test/data,
// regression_test_2data_for_suite_bbob.py; the instances of 2016, 1 to 5 and 51 to 60).
TEST(Bbob, ValuesAreCocos) {
  const Case cases[] = {
      {1,
       1,
       3409.8428938036641,
       {13.382317228473649, 10.13915864997532, -12.670622241727648, 21.616498180472121, 47.318782398113612}},
      {2, 58, 5207186.4225369236, {0.32819715185392828, -0.34821880692793777}},
      {3, 5, 200.31670460007004, {0.85456301226369891, 0.23428555905143855}},
      {3,
       51,
       691.73690601654528,
       {0.14302702011918042, 0.039389115224825216, 0.11966099246159301, -0.14627496167066412, 0.067765670924453333}},
      {4, 56, 65.851071898236, {0.44184224186455168, -0.6865152107665744}},
      {4, 54, 265.84481314221841, {3.3452965440761417, 1.932155230311613, -2.490804205371199}},
      {4,
       1,
       51079.295004616462,
       {-12.661199631112892, -3.4785176327391776,   -4.7889377553119212, 18.314811480714926,  5.3289477854304987,
        0.85542998754374555, 8.9881469513374253,    -14.883330703665964, -3.8116723264461045, 0.68696039583408885,
        -6.2117320137107788, 0.48572578577537874,   -5.2693064836082764, -2.7390171000652321, -9.0792012587764237,
        3.0061474597261091,  -0.075203424346739767, -5.0911784857289684, -2.9523918906230748, 5.7813027595883772}},
      {22, 54, 59.398583860351415, {-10.379253255730053, 4.4764419263727655, -1.7205744495610067}},
      {5, 51, 376.27684949588644, {3.2468494958864769, -20.113726219033669, 33.434786467508864}},
      {6, 57, 31801.371870102208, {0.54109015917907599, 0.28530918960544899, 0.45625822078930206}},
      {6,
       3,
       32263.786884340625,
       {-13.970673659422706, -1.0206948487510619, 3.6770626809236622, -4.1208665865535909, -1.6407017247730142}},
      {7, 3, 1136.0032451796758, {-0.15589564659987321, -1.0591918840804744}},
      {7, 51, -24.022508029789961, {0.53806754481889985, 1.6729640680653468}},
      {8, 58, 3682.6963507170894, {1.8286281342296189, 4.1935843279493072}},
      {9, 54, 843.57561384483199, {1.3503359305340692, -2.6697367556187981}},
      {9,
       51,
       -200.80087224635434,
       {-0.015540646068605377, -5.7570896408380873e-05, 0.003714448648790343, 0.0032547617067083096,
        -0.0016967294840762666}},
      {10, 3, 6370665.3429419538, {0.21128720030087789, 2.1260343430227158, -1.6946222457322055}},
      {11, 1, 11326030.27865451, {0.0038909526511235987, -0.00025843556830110231, 0.0051249331094613817}},
      {11, 4, 20918782.066791113, {1.9361136676810644, -1.5014043871608866}},
      {12, 3, 401501186.44412392, {-0.95544321164350832, 1.3711789569529362}},
      {12,
       55,
       36450210.258501075,
       {1.0818445359640174, 0.49199469161538473, -0.21203508836832347, 0.94891591247833362, -1.0603183740324771}},
      {13, 55, 580.35976947705808, {-0.51147865554492122, -0.62557954969488738}},
      {13, 4, 1158.4171691629858, {-0.48527734685953461, 0.14582002833024926}},
      {14, 4, 45.572363184703732, {-0.29748149218593301, -0.60194396702417319}},
      {14, 57, -10.364072984459686, {0.052259500970817108, -0.073635498722472173, -0.0039361870391941564}},
      {15, 51, 329.27275486253666, {4.0141467465442924, 2.7648496954355477}},
      {16,
       59,
       98.564871360331736,
       {-2.6644783059727559, -3.1091775632437741, -5.5229487715524392, 2.1198291429558811, -7.7480057362031207}},
      {16, 58, -952.84966899553763, {0.18081409401431262, -0.084864454380503843, -0.15606826872467755}},
      {17, 57, 37.248773927673888, {2.1306798503949014, -0.87438383998598523}},
      {18, 1, 96.111343882177493, {0.0090382986014505735, 0.30236885032987804, -1.2088300912574275}},
      {18,
       60,
       275.47944459651069,
       {4.4479743190085888, -8.2792531783768997, 4.4020711736389835, 0.30931393222235554, 2.9041095640986212}},
      {19, 53, 220.10144746073723, {0.018981445445183733, -0.80737589089123185}},
      {20,
       51,
       3805.4172041419401,
       {-0.51735347198185044, 0.23606446270871731, -0.48906808455498729, -0.31315899505683742, -0.24084730224447565}},
      {20,
       60,
       5700.7942472497871,
       {-1.1350278439369546, -1.9410240998959454, -2.0356370449738899, 1.3630001064825596, 1.2324993855970634}},
      {21,
       1,
       142.31188369733121,
       {3.6472217223054555, -3.9785310018064211, -3.7791315682464774, -9.2294643938015017, 1.7179725043474665}},
      {21, 58, 91.197107645507543, {-0.7628696145106828, -0.41471817518863779, 0.69690476260240597}},
      {22, 55, -159.62359036662883, {1.5151894465638467, -0.2280075687642758, 2.3875790758432194}},
      {23, 3, -104.73656135785458, {0.094812294860924226, 0.33238069179051011}},
      {23,
       4,
       -210.07597929189794,
       {0.054664465076689969, 0.0038247183269724473, 0.0050028076042338086, -0.01160979023506252,
        0.24351156140149319}},
      {24, 2, 21731895.747123357, {-29.374959365636979, -12.309192201539119, -44.054881355911938}},
      {24, 60, -901.885772169235, {0.96854847781425657, -0.033883581289849848, 0.31127146800281486}},
  };
  for (const Case& c : cases) {
    const auto p = make(c.function, c.x.size(), c.instance);
    EXPECT_NEAR(p->objective->value(c.x), c.f, 1e-10 * std::fabs(c.f)) << p->id;
  }
}

// f_opt of the first instance of each function, as COCO's results have them in their headers.
TEST(Bbob, TheLowestValuesOfTheFirstInstancesArePublished) {
  const double f_opt[] = {79.48,  -209.88, -462.09, -462.09, -9.21, 35.9,   92.94, 149.15,
                          123.83, -54.94,  76.27,   -621.11, 29.97, -52.35, 1000,  71.35,
                          -16.94, -16.94,  -102.55, -546.5,  40.78, -1000,  6.87,  102.61};
  for (int f = 1; f <= 24; ++f) EXPECT_DOUBLE_EQ(make(f, 2)->optimum_f.value(), f_opt[f - 1]) << "f" << f;
}

TEST(Bbob, TheBestPointHasTheLowestValueInEveryInstance) {
  Generator random(Stream(3, Purpose("tests.bbob")));
  for (int f = 1; f <= 24; ++f) {
    for (const std::size_t n : {2, 3, 5, 10, 20, 40}) {
      for (const int instance : {1, 2, 3, 15, 71}) {
        if (n == 40 && instance > 1) continue;
        const auto p = make(f, n, instance);
        const double lowest = p->optimum_f.value();
        ASSERT_EQ(p->minimisers.size(), 1u);
        const std::vector<double>& best = p->minimisers.front();
        EXPECT_TRUE(p->bounds.contains<double>(best)) << p->id;
        EXPECT_NEAR(p->objective->value(best), lowest, 1e-13 * std::max(1.0, std::fabs(lowest))) << p->id;
        std::vector<double> x(n);
        for (int k = 0; k < 8; ++k) {  // near and far, in the box and outside it
          for (std::size_t j = 0; j < n; ++j)
            x[j] = k < 4 ? best[j] + 1e-2 * random.normal() : random.uniform(-8.0, 8.0);
          EXPECT_GE(p->objective->value(x), lowest) << p->id;
        }
      }
    }
  }
}

TEST(Bbob, RotationsAreOrthogonal) {
  for (const std::size_t n : {2, 3, 5, 10, 20, 40}) {
    const bbob::Matrix m = bbob::rotation(n, 10001);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double dot = 0.0;
        for (std::size_t k = 0; k < n; ++k) dot += m.at(k, i) * m.at(k, j);
        EXPECT_NEAR(dot, i == j ? 1.0 : 0.0, 1e-12);
      }
    }
  }
}

TEST(Bbob, Oscillation) {  // RR-6829: the identity up to e^{±0.098}, increasing, with 0 and ±1 fixed
  EXPECT_EQ(bbob::oscillated(0.0), 0.0);
  EXPECT_EQ(bbob::oscillated(1.0), 1.0);
  EXPECT_EQ(bbob::oscillated(-1.0), -1.0);
  double before = 0.0, before_negative = 0.0;
  for (double x = 1e-8; x < 1e8; x *= 1.01) {
    const double up = bbob::oscillated(x), down = bbob::oscillated(-x);
    EXPECT_LE(std::fabs(std::log(up / x)), 0.098 + 1e-12);
    EXPECT_LE(std::fabs(std::log(down / -x)), 0.098 + 1e-12);
    EXPECT_GT(up, before);
    EXPECT_LT(down, before_negative);
    before = up, before_negative = down;
  }
  EXPECT_NEAR(bbob::oscillated(std::exp(1.0)), std::exp(1 + 0.049 * (std::sin(10.0) + std::sin(7.9))), 1e-14);
  EXPECT_NEAR(bbob::oscillated(-std::exp(1.0)), -std::exp(1 + 0.049 * (std::sin(5.5) + std::sin(3.1))), 1e-14);
}

TEST(Bbob, Asymmetry) {
  std::vector<double> x = {4.0, 1.0, -3.0, 4.0};
  bbob::make_asymmetric(x, 0.5);
  EXPECT_EQ(x[0], 4.0);  // the first is left alone, as are 1 and what is not positive
  EXPECT_EQ(x[1], 1.0);
  EXPECT_EQ(x[2], -3.0);
  EXPECT_DOUBLE_EQ(x[3], 16.0);  // 4^{1 + ½·1·√4}
}

TEST(Bbob, ThePenaltyIsNothingInsideTheBox) {
  EXPECT_EQ(bbob::outside(std::vector<double>{5.0, -5.0, 0.0}), 0.0);
  EXPECT_DOUBLE_EQ(bbob::outside(std::vector<double>{7.0, -5.5, 0.0}), 4.25);
}

// f7 and f23 where they are known by hand, outside the box: the points whose ẑ (resp. z) are whole numbers k, which
// are x_opt + QᵀΛ⁻¹k and x_opt + QᵀΛ⁻¹Rᵀk.
TEST(Bbob, ThePenaltiesOfStepEllipsoidAndKatsuura) {
  const std::size_t n = 3;
  for (const int f : {7, 23}) {
    const auto p = make(f, n);
    problems::Shape shape;
    shape.n = 3;
    const bbob::Instance i = bbob::instance(shape, f);
    const std::vector<double> lambda = bbob::conditioning(n, f == 7 ? 10 : 100), k = {90.0, -80.0, 30.0};
    const bbob::Matrix r = i.rotation_1(), q = i.rotation_2();
    std::vector<double> z(n, 0.0), x = i.x_opt;
    double squares = 0.0;
    for (std::size_t a = 0; a < n; ++a) {
      double back = 0.0, turned = 0.0;  // (Rᵀk)_a, (Rk)_a
      for (std::size_t b = 0; b < n; ++b) back += r.at(b, a) * k[b], turned += r.at(a, b) * k[b];
      z[a] = (f == 7 ? k[a] : back) / lambda[a];
      squares += std::pow(100.0, static_cast<double>(a) / 2) * turned * turned;
    }
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < n; ++b) x[a] += q.at(b, a) * z[b];
    const double over = bbob::outside(x);
    ASSERT_GT(over, 1.0);
    EXPECT_NEAR(p->objective->value(x), p->optimum_f.value() + over + (f == 7 ? 0.1 * squares : 0.0), 1e-9) << p->id;
  }
}

TEST(Bbob, TheFirstFiveAreSeparable) {  // exchanging some coordinates of two points keeps the sum of their values
  Generator random(Stream(5, Purpose("tests.bbob")));
  const auto mixed = [&](int f) {
    const auto p = make(f, 5);
    std::vector<double> a(5), b(5), c(5), d(5);
    for (std::size_t j = 0; j < 5; ++j) {
      a[j] = random.uniform(-5.0, 5.0), b[j] = random.uniform(-5.0, 5.0);
      c[j] = j % 2 == 0 ? a[j] : b[j], d[j] = j % 2 == 0 ? b[j] : a[j];
    }
    const auto value = [&](const std::vector<double>& x) { return p->objective->value(x) - p->optimum_f.value(); };
    return (value(a) + value(b)) / (value(c) + value(d)) - 1;
  };
  for (int f = 1; f <= 5; ++f) EXPECT_NEAR(mixed(f), 0.0, 1e-12) << "f" << f;
  for (const int f : {6, 7, 8, 9, 10, 15, 19, 20, 24}) EXPECT_GT(std::fabs(mixed(f)), 1e-6) << "f" << f;
}

TEST(Bbob, AValueAllocatesNothing) {
  for (int f = 1; f <= 24; ++f) {
    const auto p = make(f, 20);
    const std::vector<double> x(20, 0.3);
    double sum = p->objective->value(x);
    const long before = testing_allocations::count;
    for (int k = 0; k < 3; ++k) sum += p->objective->value(x);
    EXPECT_EQ(testing_allocations::count, before) << "f" << f;
    EXPECT_TRUE(std::isfinite(sum));
  }
}

TEST(Bbob, TheSuite) {
  EXPECT_EQ(registry::suite_problems("bbob").size(), 24u * 5 * 5);
  const auto list = registry::suite_problems("bbob:n=2+5,instances=1-2,functions=8+24");
  ASSERT_EQ(list.size(), 8u);
  EXPECT_EQ(list[0], "bbob/f8:n=2,instance=1");
  EXPECT_EQ(list[7], "bbob/f24:n=5,instance=2");
  EXPECT_THROW(registry::suite_problems("bbob:n=1"), InvalidArgument);
  EXPECT_THROW(registry::suite_problems("bbob:functions=25"), InvalidArgument);
  EXPECT_THROW(registry::make_problem("bbob/f1:n=1"), InvalidArgument);
  EXPECT_THROW(registry::make_problem("bbob/f1:instance=0"), InvalidArgument);
}

}  // namespace
