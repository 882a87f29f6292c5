#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "align/warping.hpp"
#include "base/random.hpp"

using namespace pairalign;
using namespace pairalign::align;

namespace {

constexpr std::size_t kDimension = 3;

using Frames = std::vector<float>;

Frames random_rows(Random& random, std::size_t frames) {
  Frames rows;
  for (std::size_t i = 0; i < frames; ++i) {
    float row[kDimension], squares = 0;
    for (float& value : row) {
      value = static_cast<float>(random.uniform() - 0.5);
      squares += value * value;
    }
    for (const float value : row)
      rows.push_back(value / std::sqrt(squares));
  }
  return rows;
}

double distance(const Frames& a, std::size_t i, const Frames& b, std::size_t j) {
  double cosine = 0;
  for (std::size_t d = 0; d < kDimension; ++d)
    cosine +=
        static_cast<double>(a[i * kDimension + d]) * static_cast<double>(b[j * kDimension + d]);
  return 1 - cosine;
}

// The least sum over all paths from (i, j) to (0, begin), each tried.
double slow_sum(const Frames& a, std::size_t i, const Frames& b, std::size_t j, std::size_t begin) {
  const double here = distance(a, i, b, j);
  if (i == 0 && j == begin) return here;
  double least = HUGE_VAL;
  if (i > 0) least = std::min(least, slow_sum(a, i - 1, b, j, begin));
  if (j > begin) least = std::min(least, slow_sum(a, i, b, j - 1, begin));
  if (i > 0 && j > begin) least = std::min(least, slow_sum(a, i - 1, b, j - 1, begin));
  return here + least;
}

Frames part(const Frames& rows, std::size_t begin, std::size_t end) {
  return {rows.begin() + static_cast<std::ptrdiff_t>(begin * kDimension),
          rows.begin() + static_cast<std::ptrdiff_t>(end * kDimension)};
}

}  // namespace

TEST_CASE("the distance is that of the best of all paths") {
  Random random(1);
  for (int trial = 0; trial < 40; ++trial) {
    const std::size_t n = 1 + random.below(4), m = 1 + random.below(6);
    const Frames query = random_rows(random, n), document = random_rows(random, m);
    double best = HUGE_VAL;
    for (std::size_t begin = 0; begin < m; ++begin) {
      for (std::size_t j = begin; j < m; ++j)
        best = std::min(best, slow_sum(query, n - 1, document, j, begin));
    }
    const WarpedMatch infix = warp(query, document, kDimension, Mode::infix);
    CHECK(infix.distance == doctest::Approx(best / static_cast<double>(n)).epsilon(1e-5));
    CHECK(slow_sum(query, n - 1, document, infix.end - 1, infix.begin) ==
          doctest::Approx(best).epsilon(1e-5));

    const WarpedMatch global = warp(query, document, kDimension, Mode::global);
    CHECK(global.distance == doctest::Approx(slow_sum(query, n - 1, document, m - 1, 0) * 2 /
                                             static_cast<double>(n + m))
                                 .epsilon(1e-5));
    CHECK(global.begin == 0);
    CHECK(global.end == m);
  }
}

TEST_CASE("a query is found where it was cut out, at distance 0") {
  Random random(2);
  const Frames document = random_rows(random, 50);
  const WarpedMatch found = warp(part(document, 20, 31), document, kDimension, Mode::infix);
  CHECK(found.begin == 20);
  CHECK(found.end == 31);
  CHECK(found.distance >= 0);
  CHECK(found.distance < 1e-6);
}

TEST_CASE("tempo does not matter: each frame of the document may be said twice") {
  Random random(3);
  const Frames query = random_rows(random, 12);
  Frames slow;
  for (std::size_t i = 0; i < 12; ++i) {
    const Frames frame = part(query, i, i + 1);
    slow.insert(slow.end(), frame.begin(), frame.end());
    slow.insert(slow.end(), frame.begin(), frame.end());
  }
  CHECK(warp(query, slow, kDimension, Mode::infix).distance < 1e-6);
  CHECK(warp(query, slow, kDimension, Mode::global).distance < 1e-6);
}
