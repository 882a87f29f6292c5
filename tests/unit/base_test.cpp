#include <atomic>
#include <set>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/random.hpp"
#include "base/thread_pool.hpp"

using namespace pairalign;

TEST_CASE("random streams are fixed numbers, the same everywhere") {
  // SplitMix64 with seed 0: the published reference values.
  Random random(0);
  CHECK(random.next() == 0xe220a8397b1dcdafULL);
  CHECK(random.next() == 0x6e789e6aa1b965f4ULL);
  CHECK(Random::stream(1, 0).next() != Random::stream(1, 1).next());
  CHECK(Random::stream(1, 0).next() != Random::stream(2, 0).next());
}

TEST_CASE("uniform, below and normal have the moments they should") {
  Random random(7);
  double sum = 0, sum_normal = 0, square_normal = 0;
  std::set<std::uint64_t> seen;
  const int n = 20000;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    sum += u;
    const double z = random.normal();
    sum_normal += z;
    square_normal += z * z;
    seen.insert(random.below(5));
  }
  CHECK(sum / n == doctest::Approx(0.5).epsilon(0.02));
  CHECK(std::abs(sum_normal / n) < 0.03);
  CHECK(square_normal / n == doctest::Approx(1).epsilon(0.05));
  CHECK(seen == std::set<std::uint64_t>{0, 1, 2, 3, 4});
}

TEST_CASE("hash in pieces equals hash at once") {
  const std::string text = "the quick brown fox";
  Hasher hasher;
  hasher.update(text.data(), 5);
  hasher.update(text.data() + 5, text.size() - 5);
  CHECK(hasher.digest() == hash64(text.data(), text.size()));
  CHECK(hex64(0xabcULL) == "0000000000000abc");
}

TEST_CASE("parallel_for runs every piece once, for any number of threads") {
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    for (std::size_t count : {0U, 1U, 7U, 1000U}) {
      std::vector<std::atomic<int>> hits(count);
      pool.parallel_for(count, [&](std::size_t i) { ++hits[i]; });
      for (const auto& hit : hits)
        REQUIRE(hit == 1);
    }
  }
}

TEST_CASE("parallel_for hands on an exception and can be used again") {
  ThreadPool pool(3);
  CHECK_THROWS_AS(pool.parallel_for(100,
                                    [](std::size_t i) {
                                      if (i == 17) throw std::runtime_error("17");
                                    }),
                  std::runtime_error);
  std::atomic<int> sum{0};
  pool.parallel_for(10, [&](std::size_t i) { sum += static_cast<int>(i); });
  CHECK(sum == 45);
}

TEST_CASE("errors read subject: reason") {
  CHECK(std::string(Error("a.wav", "no audio").what()) == "a.wav: no audio");
  CHECK(std::string(Error("", "bad option").what()) == "bad option");
}
