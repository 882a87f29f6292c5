#include <cmath>
#include <csignal>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "train/corpus.hpp"

namespace {

using namespace pairalign;
using namespace pairalign::train;

std::vector<float> noise(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> pcm(size);
  for (float& value : pcm)
    value = static_cast<float>(random.uniform(-1, 1));
  return pcm;
}

TEST_CASE("pieces of recordings come back, with zeros outside") {
  PcmStore store;
  std::vector<std::vector<float>> recordings;
  for (const std::size_t size : {70000, 0, 1, 333}) {
    recordings.push_back(noise(size, size));
    store.add(recordings.back());
  }
  store.seal();
  REQUIRE(store.count() == 4);
  CHECK(store.total_samples() == 70334);
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    const std::size_t i = random.below(4);
    const auto size = static_cast<std::int64_t>(recordings[i].size());
    REQUIRE(store.size(i) == size);
    const std::int64_t first =
        static_cast<std::int64_t>(random.below(recordings[i].size() + 200)) - 100;
    std::vector<float> piece(random.below(1000), 9);
    store.read(i, first, static_cast<std::int64_t>(piece.size()), piece.data());
    for (std::size_t k = 0; k < piece.size(); ++k) {
      const std::int64_t at = first + static_cast<std::int64_t>(k);
      if (at < 0 || at >= size) {
        REQUIRE(piece[k] == 0);
      } else {
        REQUIRE(std::abs(piece[k] - recordings[i][static_cast<std::size_t>(at)]) <= 0.5 / 32768);
      }
    }
  }
}

TEST_CASE("samples beyond full scale are clipped, not wrapped") {
  PcmStore store;
  store.add(std::vector<float>{1, 1.5F, 1e5F, -1, -3});
  store.seal();
  std::vector<float> pcm(5);
  store.read(0, 0, 5, pcm.data());
  CHECK(pcm[0] == 32767.0F / 32768);
  CHECK(pcm[1] == pcm[0]);
  CHECK(pcm[2] == pcm[0]);
  CHECK(pcm[3] == -1);
  CHECK(pcm[4] == -1);
}

TEST_CASE("an empty store") {
  PcmStore store;
  store.seal();
  CHECK(store.count() == 0);
  CHECK(store.total_samples() == 0);
}

TEST_CASE("a disk that is full, and a folder that is not there") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 100000;
  {
    PcmStore store;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    CHECK_THROWS_AS(store.add(noise(100000, 4)), Error);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
  }

  CHECK_THROWS_WITH_AS(
      PcmStore("/nonexistent/folder"),
      "/nonexistent/folder: cannot create a temporary file: No such file or directory", Error);
}

}  // namespace
