// The code of starts against the numbers it was made from, and against bytes that are no code.
#include <algorithm>
#include <map>
#include <vector>

#include <doctest/doctest.h>

#include "archive/record_coding.hpp"
#include "archive_folder.hpp"
#include "base/error.hpp"

using namespace pairalign;
using namespace pairalign::archive;

namespace {

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::vector<std::uint32_t> starts_of(const std::vector<std::uint32_t>& steps) {
  std::vector<std::uint32_t> starts;
  std::uint32_t start = 0;
  for (const std::uint32_t step : steps)
    starts.push_back(start += step);
  return starts;
}

void check_round_trip(const std::vector<std::vector<std::uint32_t>>& records) {
  std::map<std::uint32_t, std::uint64_t> counts;
  for (const auto& steps : records) {
    for (const std::uint32_t step : steps)
      ++counts[step];
  }
  const StartCode code(counts);
  const std::string table = code.table() + "what follows";
  const StartCode read(Span<const unsigned char>(bytes_of(table), table.size()));
  CHECK(read.table_size() == code.table().size());
  for (const auto& steps : records) {
    std::string bytes;
    code.append(steps, bytes);
    std::vector<std::uint32_t> starts;
    REQUIRE(read.read(bytes_of(bytes), bytes_of(bytes) + bytes.size(), steps.size(), starts));
    REQUIRE(starts == starts_of(steps));
    if (bytes.empty()) continue;
    CHECK_FALSE(
        read.read(bytes_of(bytes), bytes_of(bytes) + bytes.size() - 1, steps.size(), starts));
    bytes += '\0';
    CHECK_FALSE(read.read(bytes_of(bytes), bytes_of(bytes) + bytes.size(), steps.size(), starts));
  }
}

}  // namespace

TEST_CASE("starts come back from their code, whatever they are") {
  check_round_trip({{}});
  check_round_trip({{0}});
  check_round_trip({{5}, {5, 5, 5}});
  check_round_trip({{0, 70, 80, 60, 60, 80}, {4'000'000'000U}, {0, 0, 0, 0}});
  Random random(1);
  std::vector<std::vector<std::uint32_t>> records(50);
  for (auto& steps : records) {
    steps.resize(random.below(60));
    for (std::uint32_t& step : steps)
      step = static_cast<std::uint32_t>(20 * random.below(random.chance(0.1) ? 1000 : 8));
  }
  check_round_trip(records);
  // More values than the table holds.
  std::vector<std::vector<std::uint32_t>> many(100);
  for (auto& steps : many) {
    for (int i = 0; i < 100; ++i)
      steps.push_back(static_cast<std::uint32_t>(random.below(1U << 24)));
  }
  check_round_trip(many);
}

TEST_CASE("rare values among very frequent ones keep their codes short enough") {
  std::map<std::uint32_t, std::uint64_t> counts;
  std::uint64_t a = 1, b = 1;  // Fibonacci's numbers give Huffman's longest codes
  for (std::uint32_t value = 0; value < 60; ++value) {
    counts[value] = a;
    a = std::exchange(b, a + b);
  }
  const StartCode code(counts);
  const std::string table = code.table();
  CHECK_NOTHROW(StartCode(Span<const unsigned char>(bytes_of(table), table.size())));
}

TEST_CASE("steps of frames take about as many bits as they carry information") {
  Random random(2);
  std::vector<std::uint32_t> steps;
  std::map<std::uint32_t, std::uint64_t> counts;
  for (int i = 0; i < 10000; ++i) {
    steps.push_back(static_cast<std::uint32_t>(20 << random.below(2) << random.below(2)));
    ++counts[steps.back()];
  }
  std::string bytes;
  StartCode(counts).append(steps, bytes);
  CHECK(8.0 * static_cast<double>(bytes.size()) / 10000 < 1.51);  // 1/4, 1/2, 1/4: 1.5 bits
}

TEST_CASE("bytes that are no table, or no code, are told; none are read beyond") {
  Random random(3);
  for (int round = 0; round < 20000; ++round) {
    std::vector<unsigned char> bytes(random.below(30));
    for (unsigned char& byte : bytes)
      byte = static_cast<unsigned char>(random.chance(0.5) ? random.below(4) : random.below(256));
    try {
      const StartCode code(Span<const unsigned char>(bytes.data(), bytes.size()));
      std::vector<std::uint32_t> starts;
      const bool good = code.read(bytes.data(), bytes.data() + bytes.size(), 5, starts);
      CHECK((!good || (starts.size() == 5 && std::is_sorted(starts.begin(), starts.end()))));
    } catch (const Error&) {
    }
  }
}
