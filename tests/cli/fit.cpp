// thalweg fit: its JSON, its table, its complaints.
#include <cmath>
#include <fstream>

#include "subprocess.hpp"

namespace thalweg::test {
namespace {

using Words = std::vector<std::string>;

class FitCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    // Misra1a of the NIST Statistical Reference Datasets, with columns that the model does not use.
    std::ofstream(data()) << "y,x,who,w\n10.07,77.6,a,1\n14.73,114.9,b,1\n17.94,141.1,c,1\n23.93,190.8,d,1\n"
                             "29.61,239.9,e,1\n35.18,289.0,f,1\n40.02,332.8,g,1\n44.82,378.4,h,1\n50.76,434.8,i,1\n"
                             "55.05,477.3,j,1\n61.01,536.8,k,1\n66.40,593.1,l,1\n75.47,689.1,m,1\n81.78,760.0,n,1\n";
  }
  [[nodiscard]] std::string data() const { return folder_ / "misra.csv"; }
  Outcome fit(Words more) const {
    more.insert(more.begin(), {"fit", "--data", data()});
    return thalweg(more);
  }
  Outcome misra(Words more) const {
    more.insert(more.begin(), {"--model", "y ~ b1*(1-exp(-b2*x))", "--start", "b1=500,b2=1e-4"});
    return fit(std::move(more));
  }
  Folder folder_;
};

TEST_F(FitCommand, JsonHasItsKeysAndTheCertifiedValues) {
  const Outcome o = misra({"--json"});
  ASSERT_EQ(o.status, 0) << o.err;
  const Json json = o.json();
  EXPECT_EQ(json["status"], "converged");
  EXPECT_NEAR(json["parameters"]["b1"]["value"].get<double>(), 2.3894212918e+02, 1e-6);
  EXPECT_NEAR(json["parameters"]["b1"]["standard_error"].get<double>(), 2.7070075241, 1e-7);
  EXPECT_NEAR(json["parameters"]["b2"]["value"].get<double>(), 5.5015643181e-04, 1e-12);
  EXPECT_NEAR(json["residual_standard_deviation"].get<double>(), 1.0187876330e-01, 1e-9);
  EXPECT_EQ(json["degrees_of_freedom"], 12);
  EXPECT_EQ(json["correlation"][0][0], 1.0);
  EXPECT_LT(json["correlation"][0][1].get<double>(), -0.99);
  for (const char* key : {"message", "rss", "iterations", "evaluations", "seconds", "version"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_GT(json["evaluations"]["residual"], 3);
}

TEST_F(FitCommand, TheTableShowsEstimatesAndErrors) {
  const Outcome o = misra({});
  ASSERT_EQ(o.status, 0) << o.err;
  for (const char* text : {"b1", "238.942129", "2.70701", "5.50156432e-04", "converged", "12 degrees of freedom"})
    EXPECT_NE(o.out.find(text), std::string::npos) << text << "\n" << o.out;
}

TEST_F(FitCommand, WeightsBoundsLossAndLeftSideAreHonoured) {
  const Outcome weighted = misra({"--weights", "w", "--json"});
  EXPECT_NEAR(weighted.json()["parameters"]["b1"]["value"].get<double>(), 238.942129, 1e-5) << weighted.err;
  const Outcome bounded = misra({"--bounds", "b1=0:200", "--start", "b1=150,b2=1e-4", "--json"});
  EXPECT_EQ(bounded.status, 2);  // --start twice
  const Outcome box =
      fit({"--model", "y ~ b1*(1-exp(-b2*x))", "--start", "b1=150,b2=1e-4", "--bounds", "b1=0:200", "--json"});
  EXPECT_EQ(box.json()["parameters"]["b1"]["value"], 200.0) << box.err;
  EXPECT_EQ(box.json()["parameters"]["b1"]["standard_error"], "nan");
  const Outcome robust = misra({"--loss", "soft_l1", "--loss-scale", "0.1", "--json"});
  EXPECT_NEAR(robust.json()["parameters"]["b1"]["value"].get<double>(), 239.0, 2.0) << robust.err;
  EXPECT_NE(robust.json()["parameters"]["b1"]["value"], misra({"--json"}).json()["parameters"]["b1"]["value"]);
  const Outcome left = fit({"--model", "log(y) ~ a + b*log(x)", "--start", "a=0,b=1", "--json"});
  EXPECT_NEAR(left.json()["parameters"]["b"]["value"].get<double>(), 0.92, 0.03) << left.err;
  const Outcome cg = misra({"--method", "gauss-newton-cg", "--json"});
  EXPECT_NEAR(cg.json()["parameters"]["b1"]["value"].get<double>(), 238.942, 0.5) << cg.err;
}

TEST_F(FitCommand, ComplaintsNameWhatIsWrong) {
  const auto complaint = [&](const Words& words) {
    const Outcome o = fit(words);
    EXPECT_EQ(o.status, 2) << o.out;
    return o.err;
  };
  const auto contains = [](const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  contains(complaint({"--model", "y ~ b1*z", "--start", "b1=1"}), "columns: y, x, who, w; parameters: b1");
  contains(complaint({"--model", "y ~ b1*who", "--start", "b1=1"}), "line 2: column `who` holds \"a\"");
  contains(complaint({"--model", "y = b1*x", "--start", "b1=1"}), "LEFT ~ RIGHT");
  contains(complaint({"--model", "y ~ b1*x", "--start", "b1"}), "NAME=VALUE");
  contains(complaint({"--model", "y ~ b1*x", "--start", "b1=1", "--bounds", "b2=0:1"}), "`b2` is no parameter");
  contains(complaint({"--model", "y ~ b1*x", "--start", "b1=1", "--bounds", "b1=2:3"}), "outside its --bounds");
  contains(complaint({"--model", "y ~ b1*x", "--start", "b1=1", "--weights", "v"}), "no column `v`");
  contains(complaint({"--model", "y ~ b1*x", "--start", "b1=1", "--loss", "tukey"}), "huber");
  contains(complaint({"--model", "y ~ b1*x", "--start", "b1=1", "--method", "l-bfgs"}), "gauss-newton-cg");
  std::ofstream(folder_ / "semicolons.csv") << "x;y\n1;2\n";
  contains(thalweg({"fit", "--data", folder_ / "semicolons.csv", "--model", "y ~ b*x", "--start", "b=1"}).err,
           "has one column, `x;y`; cells are separated by commas");
  std::ofstream(folder_ / "decimals.csv") << "x,y\n1,5,2\n";
  contains(thalweg({"fit", "--data", folder_ / "decimals.csv", "--model", "y ~ b*x", "--start", "b=1"}).err,
           "line 2: 3 cells; the first line has 2 (cells are separated by commas)");
  contains(thalweg({"fit", "--data", folder_ / "none.csv", "--model", "y ~ b*x", "--start", "b=1"}).err, "none.csv");
}

}  // namespace
}  // namespace thalweg::test
