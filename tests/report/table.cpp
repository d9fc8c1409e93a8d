#include "thalweg/report/table.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "thalweg/core/options.hpp"

namespace thalweg::report {
namespace {

TEST(Table, AlignsUtf8InColumns) {
  Table table;
  table.column("method").column("accuracy", Align::right);
  table.row({"naïve é", "0.9"}).rule().row({"b", "0.123"});
  EXPECT_EQ(table.text(),
            "method   accuracy\n"
            "─────────────────\n"
            "naïve é       0.9\n"
            "─────────────────\n"
            "b           0.123\n");
}

TEST(Table, ColoursDoNotMoveColumns) {
  Table table;
  table.column("a").column("b", Align::right);
  table.row({Cell("x", Tone::bad), Cell("1", Tone::good)});
  EXPECT_EQ(table.text({.color = true}),
            "\x1b[1ma\x1b[0m  \x1b[1mb\x1b[0m\n\x1b[2m────\x1b[0m\n\x1b[31mx\x1b[0m  \x1b[32m1\x1b[0m\n");
}

TEST(Table, ShortensTheWidestLeftColumnOnly) {
  Table table;
  table.column("a long heading indeed").column("number", Align::right);
  table.row({"the quick brown fox jumps", "123456789"});
  EXPECT_EQ(table.text({.max_width = 22, .indent = 1}),
            " a long he…     number\n"
            " ─────────────────────\n"
            " the quick…  123456789\n");
}

TEST(Table, LabelsCannotSteerTheTerminal) {
  Table table;
  table.column("a");
  table.row({"x\x1b[2Jy\n"}).row({"\xff\xc3"}).row({"\u202Eabc"});
  const std::string text = table.text();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("x\uFFFD[2Jy\uFFFD"), std::string::npos);
  EXPECT_NE(text.find("\uFFFD\uFFFD\n"), std::string::npos);
  EXPECT_NE(text.find("\uFFFDabc"), std::string::npos);
}

TEST(Table, RefusesTooManyCells) {
  Table table;
  table.column("a");
  EXPECT_THROW(table.row({"1", "2"}), InvalidArgument);
  EXPECT_NO_THROW(table.row({}));
}

TEST(Table, WidthOfCombiningAndWideSigns) {
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width("漢字"), 4u);
  EXPECT_EQ(display_width("σ ± μ"), 5u);
  EXPECT_EQ(shortened("漢字漢字", 5), "漢字…");
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 0), "");
}

TEST(Table, Numbers) {
  EXPECT_EQ(number(0.0), "0");
  EXPECT_EQ(number(12.3456), "12.35");
  EXPECT_EQ(number(-0.0123456), "-0.01235");
  EXPECT_EQ(number(1.23456e-9), "1.235e-09");
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(number(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(counted(950), "950");
  EXPECT_EQ(counted(12345), "12345");
  EXPECT_EQ(counted(1.2e6), "1.20 M");
  EXPECT_EQ(counted(99999.9), "100 k");
  EXPECT_EQ(counted(1e11), "100 G");
  EXPECT_EQ(counted(999.9e9), "1.00 T");
  EXPECT_EQ(seconds(0.0125), "12.5 ms");
  EXPECT_EQ(seconds(200), "3 min 20 s");
  EXPECT_EQ(seconds(7260), "2 h 1 min");
  EXPECT_EQ(mean_sd(0.97124, 0.0021), "0.9712 ± 0.0021");
  EXPECT_EQ(mean_sd(0.97124, std::numeric_limits<double>::quiet_NaN(), 2), "0.97");
  EXPECT_EQ(percent(0.9712), "97.1 %");
}

}  // namespace
}  // namespace thalweg::report
