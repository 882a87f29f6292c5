#include <atomic>
#include <memory>
#include <set>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/random.hpp"
#include "base/read_ahead.hpp"
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

// In a process of its own, whose address space has room for a few stacks.
TEST_CASE("threads that the system does not grant are done without") {
  constexpr int kNotKept = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    const rlimit little{rlim_t{160} << 20, rlim_t{160} << 20};
    ::setrlimit(RLIMIT_AS, &little);
    // qemu's user-mode emulation takes the limit and does not keep it.
    if (::mmap(nullptr, std::size_t{1} << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
        MAP_FAILED) {
      ::_exit(kNotKept);
    }
    ThreadPool pool(200);
    std::atomic<int> sum{0};
    pool.parallel_for(1000, [&](std::size_t) { ++sum; });
    ::_exit(sum == 1000 && pool.threads() < 200 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNotKept) {
    MESSAGE("not tested: the address space of a process is not limited here");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
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

TEST_CASE("values made ahead come in order, and no more of them than may wait") {
  std::atomic<int> made{0};
  ReadAhead<int> numbers(3, [&](const ReadAhead<int>::HandOver& hand_over) {
    for (int i = 0; i < 100; ++i) {
      hand_over(i);
      ++made;
    }
  });
  for (int i = 0; i < 100; ++i) {
    CHECK(made <= i + 3);
    REQUIRE(numbers.next() == i);
  }
  CHECK(!numbers.next());
  CHECK(!numbers.next());
}

TEST_CASE("an exception comes behind the values made before it, through a chain of steps") {
  using Step = ReadAhead<std::unique_ptr<int>>;
  Step doubled(2, [](const Step::HandOver& hand_over) {
    Step numbers(2, [](const Step::HandOver& hand_over_number) {
      for (int i = 0; i < 5; ++i)
        hand_over_number(std::make_unique<int>(i));
      throw std::runtime_error("five");
    });
    while (auto number = numbers.next())
      hand_over(std::make_unique<int>(2 * **number));
  });
  for (int i = 0; i < 5; ++i)
    REQUIRE(**doubled.next() == 2 * i);
  CHECK_THROWS_WITH_AS(doubled.next(), "five", std::runtime_error);
}

TEST_CASE("making ahead is given up when nobody takes any more") {
  std::atomic<bool> unwound{false}, returned{false};
  struct Flag {
    std::atomic<bool>& flag;
    ~Flag() { flag = true; }
  };
  {
    ReadAhead<int> endless(2, [&](const ReadAhead<int>::HandOver& hand_over) {
      const Flag flag{unwound};
      for (int i = 0;; ++i)
        hand_over(i);
      returned = true;
    });
    CHECK(endless.next() == 0);
  }
  CHECK(unwound);
  CHECK(!returned);
}

TEST_CASE("errors read subject: reason") {
  CHECK(std::string(Error("a.wav", "no audio").what()) == "a.wav: no audio");
  CHECK(std::string(Error("", "bad option").what()) == "bad option");
}
