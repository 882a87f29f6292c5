#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "stats/plot.hpp"
#include "stats/report.hpp"

using namespace pairalign;
using namespace pairalign::stats;

namespace {

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++n;
  return n;
}

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> all;
  for (const Tick& tick : axis.ticks)
    all.push_back(tick.label);
  return all;
}

Panel panel_with(std::vector<Line> lines) {
  return {"panel", linear_axis("x", 0, 10), linear_axis("y", 0, 10), std::move(lines)};
}

}  // namespace

TEST_CASE("steps are the smallest round ones that are few enough") {
  for (double range : {1e-7, 0.03, 0.7, 1.0, 6.0, 7.3, 99.0, 1e4, 123456.0, 3e11}) {
    for (std::size_t most : {1U, 3U, 6U, 30U}) {
      // The slow way: from far below upwards through 1, 2, 5, 10, ...
      double expected = 0;
      for (int power = -12; power < 15 && expected == 0; ++power) {
        for (const double digit : {1.0, 2.0, 5.0}) {
          const double step = digit * std::pow(10, power);
          if (range / step <= static_cast<double>(most) + 1e-6) {
            expected = step;
            break;
          }
        }
      }
      CAPTURE(range);
      CAPTURE(most);
      CHECK(round_step(range, most) == doctest::Approx(expected));
    }
  }
}

TEST_CASE("ticks of a linear axis are round and enclose the data") {
  CHECK(labels(linear_axis("", 0, 1)) ==
        std::vector<std::string>{"0", "0.2", "0.4", "0.6", "0.8", "1"});
  CHECK(labels(linear_axis("", -0.5, 0.5)) ==
        std::vector<std::string>{"-0.6", "-0.4", "-0.2", "0", "0.2", "0.4", "0.6"});
  CHECK(labels(linear_axis("", 0, 3, 1)) == std::vector<std::string>{"0", "1", "2", "3"});
  CHECK(labels(linear_axis("", 0, 1, 1)) == std::vector<std::string>{"0", "1"});
  CHECK(labels(linear_axis("", 0, 250000)) ==
        std::vector<std::string>{"0", "50000", "100k", "150k", "200k", "250k"});
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const double low = random.uniform(-100, 100);
    const double high = low + std::pow(10, random.uniform(-6, 9));
    const Axis axis = linear_axis("", low, high);
    const double slack = 1e-6 * (high - low);
    REQUIRE(axis.low <= low + slack);
    REQUIRE(axis.high >= high - slack);
    REQUIRE(axis.ticks.size() >= 2);
    REQUIRE(axis.ticks.size() <= 9);
    REQUIRE(axis.ticks.front().at == doctest::Approx(axis.low));
    REQUIRE(axis.ticks.back().at == doctest::Approx(axis.high));
  }
}

TEST_CASE("an axis of one value has room for it") {
  for (const double value : {0.0, 5.0, -3.0, 1e9}) {
    const Axis axis = linear_axis("", value, value);
    CHECK(axis.low <= value);
    CHECK(axis.high > value);
    CHECK(axis.high > axis.low);
  }
}

TEST_CASE("an axis of huge values that hardly differ comes to an end") {
  CHECK(linear_axis("", 1e17, 1e17 + 16).ticks.size() < 20);
}

TEST_CASE("a logarithmic axis goes from power to power of ten") {
  CHECK(labels(logarithmic_axis("", 1, 512)) == std::vector<std::string>{"1", "10", "100", "1000"});
  CHECK(labels(logarithmic_axis("", 1e-5, 2e-3)) ==
        std::vector<std::string>{"1e-5", "1e-4", "0.001", "0.01"});
  CHECK(labels(logarithmic_axis("", 1, 1)) == std::vector<std::string>{"1", "10"});
  CHECK(logarithmic_axis("", 1, 1e14).ticks.size() <= 9);
}

TEST_CASE("a histogram counts every value once") {
  Random random(2);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<Weighted> values;
    const double spread = std::pow(10, random.uniform(-2, 3));
    const auto count = 1 + random.below(100);
    for (std::uint64_t i = 0; i < count; ++i)
      values.push_back({random.uniform(0, spread), 1});
    const Panel panel = histogram("t", "x", "y", values, 0);
    REQUIRE(panel.title == "t");
    REQUIRE(panel.bars.size() <= 31);
    double sum = 0;
    for (const Bar& bar : panel.bars) {
      double slow = 0;
      const bool last = bar.low == panel.bars.back().low;
      for (const Weighted& v : values)
        slow += v.value >= bar.low && (v.value < bar.high || last);
      REQUIRE(bar.value == slow);
      REQUIRE(bar.value <= panel.y.high);
      REQUIRE(bar.low >= panel.x.low - 1e-9);
      REQUIRE(bar.high <= panel.x.high + 1e-9);
      sum += bar.value;
    }
    REQUIRE(sum == static_cast<double>(count));
  }
}

TEST_CASE("whole numbers have a bar each while they are few, shares end at 1") {
  const Panel whole = histogram("", "", "", {{3, 2}, {5, 1}}, 1);
  REQUIRE(whole.bars.size() == 3);
  CHECK(whole.bars[0].low == 3);
  CHECK(whole.bars[0].value == 2);
  CHECK(whole.bars[1].value == 0);
  CHECK(whole.bars[2].value == 1);
  const Panel shares = histogram("", "", "", {{0, 1}, {1, 7}}, 0);
  CHECK(shares.bars.back().high == doctest::Approx(1));
  CHECK(shares.bars.back().value == 7);
  // A single bar does not fill its panel.
  const Panel one = histogram("", "", "", {{3, 1}}, 1);
  CHECK(one.x.low < 3);
  CHECK(one.x.high > 4);
}

TEST_CASE("a long thin tail is cut off and told of") {
  const Panel panel = histogram("Length", "", "", {{10, 500}, {20, 500}, {40000, 2}}, 1);
  CHECK(panel.title == "Length (2 more up to 40000)");
  CHECK(panel.x.high < 100);
  // As many as these are no tail.
  CHECK(histogram("Length", "", "", {{10, 500}, {40000, 500}}, 1).title == "Length");
  CHECK(histogram("Length", "", "", {{40000, 1}}, 1).title == "Length");
}

TEST_CASE("points are drawn where the axes say") {
  // The plot area is 66 .. 458 by 36 .. 260 pixels.
  const std::string svg = to_svg({"", "", {panel_with({{"a", {{0, 0}, {5, 5}, {10, 10}}}})}});
  CHECK(count_of(svg, "points=\"66.0,260.0 262.0,148.0 458.0,36.0\"") == 1);
  Panel decades = panel_with({{"a", {{1, 1}, {10, 5}, {100, 10}}}});
  decades.x = logarithmic_axis("x", 1, 100);
  CHECK(count_of(to_svg({"", "", {decades}}), "66.0,237.6 262.0,148.0 458.0,36.0") == 1);
}

TEST_CASE("points too close to be seen apart are left out, the last one is not") {
  Line line{"a", {}};
  for (int i = 0; i <= 100000; ++i)
    line.points.push_back({i / 10000.0, 5});
  const std::string svg = to_svg({"", "", {panel_with({line})}});
  CHECK(svg.size() < 20000);
  CHECK(count_of(svg, " 458.0,148.0\"") == 1);
}

TEST_CASE("a legend stands where there are several lines, with a colour for each name") {
  const std::string one = to_svg({"", "", {panel_with({{"solo", {{0, 0}, {1, 1}}}})}});
  CHECK(count_of(one, "solo") == 0);
  const std::vector<Point> points = {{0, 0}, {1, 1}};
  const std::string two =
      to_svg({"", "", {panel_with({{"ann", points}, {"bob", points}, {"ann", points}})}});
  CHECK(count_of(two, ">ann<") == 1);
  CHECK(count_of(two, ">bob<") == 1);
  CHECK(count_of(two, "stroke=\"#0072b2\" stroke-width=\"1.5\"") == 2);
  CHECK(count_of(two, "stroke=\"#d55e00\" stroke-width=\"1.5\"") == 1);
}

TEST_CASE("a panel without data says so, a single point is a dot") {
  CHECK(count_of(to_svg({"", "", {panel_with({})}}), ">no data<") == 1);
  const std::string dot = to_svg({"", "", {panel_with({{"a", {{5, 5}}}})}});
  CHECK(count_of(dot, "no data") == 0);
  CHECK(count_of(dot, "<circle") == 1);
  CHECK(count_of(dot, "<polyline") == 0);
}

TEST_CASE("text is escaped, made valid and cut to its room") {
  const std::string svg = to_svg({"a<b & \"c\" \xff\x01\xef\xbf\xbf", std::string(1000, 'x'), {}});
  CHECK(count_of(svg, ">a&lt;b &amp; \"c\" \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd<") == 2);
  CHECK(count_of(svg, "xxx…<") == 1);
  CHECK(svg.size() < 2000);
}

TEST_CASE("stretches hold all records, in order, however many there are") {
  for (const std::uint64_t records : {0, 1, 255, 256, 257, 512, 5000}) {
    RateSeries series;
    for (std::uint64_t i = 0; i < records; ++i)
      series.add(2, i);
    std::uint64_t first = 0;
    for (const Stretch& stretch : series.stretches()) {
      std::uint64_t tokens = 0;
      for (std::uint64_t i = first; i < first + stretch.records; ++i)
        tokens += i;
      REQUIRE(stretch.tokens == tokens);
      REQUIRE(stretch.seconds == 2 * static_cast<double>(stretch.records));
      first += stretch.records;
    }
    CHECK(first == records);
    CHECK(series.stretches().size() <= RateSeries::kMaxStretches);
    CHECK(series.stretches().size() >= std::min<std::uint64_t>(records, 128));
  }
}

TEST_CASE("the panels of a summary hold its figures") {
  Summariser summariser;
  summariser.add({"a", 2, {1, 1, 1, 2}, {}});
  summariser.add({"b", 1, {1, 7}, {}});
  summariser.add({"c", 0, {}, {}});
  const Summary s = summariser.summary({});
  CHECK(s.token_counts == std::vector<std::uint64_t>{4, 1, 1});
  CHECK(s.rates == std::map<int, std::uint64_t>{{20, 2}});
  const std::vector<Panel> all = to_figure(s).panels;
  REQUIRE(all.size() == 4);
  CHECK(all[0].bars.size() == 5);
  REQUIRE(all[1].lines.size() == 1);
  CHECK(all[1].lines[0].points[0].y == 4);
  CHECK(all[1].lines[0].points[2].x == 3);
  CHECK(all[2].lines[0].points[1].x == doctest::Approx(2.5));
  CHECK(all[2].lines[0].points[1].y == doctest::Approx(2));
  CHECK(to_figure(s).title == "3 records, 3.00 s of audio, 6 tokens, 2.00 tokens/s");
}

TEST_CASE("rates without bound fall into the last cell") {
  Summariser summariser;
  summariser.add({"a", 0.01, std::vector<tokens::Token>(60000, 1), {}});
  CHECK(summariser.summary({}).rates == std::map<int, std::uint64_t>{{Summary::kHighestRate, 1}});
}
