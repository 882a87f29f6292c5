#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "nn/shape.hpp"
#include "nn_gradient.hpp"
#include "train/ctc.hpp"

using namespace pairalign;
using nn::area;
using test::check_gradient;
using test::random_values;
using train::blank_free_ctc;
using Values = std::vector<float>;

namespace {

// A loss with the occupancy of every frame and code.
struct Alignments {
  double loss = 0;
  std::vector<double> occupancy;  // (frames, codes)
};

std::vector<double> log_softmax(const Values& logits, int frames, int codes) {
  std::vector<double> result(logits.begin(), logits.end());
  for (int t = 0; t < frames; ++t) {
    double sum = 0;
    for (int c = 0; c < codes; ++c)
      sum += std::exp(double{logits[area(t, codes) + c]});
    for (int c = 0; c < codes; ++c)
      result[area(t, codes) + c] -= std::log(sum);
  }
  return result;
}

// Writes down every assignment of frames to places of the string, rising from the first place to
// the last by steps of 0 or 1, and sums their probabilities.
void enumerate(const std::vector<double>& log_p, int codes, const std::vector<int>& string,
               std::vector<int>& places, std::size_t frames, Alignments& sums, double& total) {
  if (places.size() == frames) {
    if (places.back() + 1 != static_cast<int>(string.size())) return;
    double path = 0;
    for (std::size_t t = 0; t < frames; ++t)
      path += log_p[area(static_cast<int>(t), codes) + string[places[t]]];
    total += std::exp(path);
    for (std::size_t t = 0; t < frames; ++t)
      sums.occupancy[area(static_cast<int>(t), codes) + string[places[t]]] += std::exp(path);
    return;
  }
  const int last = places.back();
  for (const int place : {last, last + 1}) {
    if (place == static_cast<int>(string.size())) continue;
    places.push_back(place);
    enumerate(log_p, codes, string, places, frames, sums, total);
    places.pop_back();
  }
}

Alignments by_enumeration(const Values& logits, int frames, int codes,
                          const std::vector<int>& string) {
  Alignments result;
  result.occupancy.resize(logits.size());
  double total = 0;
  std::vector<int> places = {0};
  enumerate(log_softmax(logits, frames, codes), codes, string, places,
            static_cast<std::size_t>(frames), result, total);
  result.loss = -std::log(total);
  for (double& value : result.occupancy)
    value /= total;
  return result;
}

// A string without consecutive duplicates.
std::vector<int> random_string(int length, int codes, Random& random) {
  std::vector<int> string;
  while (static_cast<int>(string.size()) < length) {
    const int code = static_cast<int>(random.below(static_cast<std::uint64_t>(codes)));
    if (string.empty() || string.back() != code) string.push_back(code);
  }
  return string;
}

}  // namespace

TEST_CASE("blank-free CTC equals the sum over all alignments, in value and in gradient") {
  Random random(1);
  const int codes = 5;
  const float weight = 0.7F;
  for (const int frames : {1, 2, 5, 9}) {
    for (int tokens = 1; tokens <= frames; ++tokens) {
      const Values logits = random_values(area(frames, codes), random, 2);
      const std::vector<int> string = random_string(tokens, codes, random);
      const Alignments expected = by_enumeration(logits, frames, codes, string);
      const std::vector<double> log_p = log_softmax(logits, frames, codes);
      Values gradient(logits.size(), 0.25F);  // what is there already stays
      const double loss =
          blank_free_ctc(logits.data(), frames, codes, string, weight, gradient.data());
      CAPTURE(frames);
      CAPTURE(tokens);
      REQUIRE(loss == doctest::Approx(expected.loss).epsilon(1e-5));
      for (std::size_t i = 0; i < gradient.size(); ++i) {
        const double slope = std::exp(log_p[i]) - expected.occupancy[i];
        REQUIRE(std::abs(gradient[i] - 0.25 - weight * slope) < 1e-5);
      }
    }
  }
}

TEST_CASE("blank-free CTC: the gradient is that of the loss by finite differences") {
  Random random(2);
  const int frames = 30, codes = 11;
  const Values logits = random_values(area(frames, codes), random, 2);
  const std::vector<int> string = random_string(13, codes, random);
  const auto loss = [&](const Values& x) {
    Values ignored(x.size());
    return blank_free_ctc(x.data(), frames, codes, string, 1, ignored.data());
  };
  Values gradient(logits.size());
  blank_free_ctc(logits.data(), frames, codes, string, 1, gradient.data());
  check_gradient(logits, gradient, loss, random);
}

TEST_CASE("blank-free CTC: adding a constant to the logits of a frame changes nothing") {
  Random random(3);
  const int frames = 12, codes = 7;
  Values logits = random_values(area(frames, codes), random);
  const std::vector<int> string = random_string(5, codes, random);
  Values before(logits.size()), after(logits.size());
  const double loss = blank_free_ctc(logits.data(), frames, codes, string, 1, before.data());
  for (std::size_t i = 0; i < logits.size(); ++i)
    logits[i] += static_cast<float>(i / codes);
  CHECK(blank_free_ctc(logits.data(), frames, codes, string, 1, after.data()) ==
        doctest::Approx(loss).epsilon(1e-5));
  for (std::size_t i = 0; i < logits.size(); ++i)
    REQUIRE(std::abs(before[i] - after[i]) < 1e-5);
}

// Frames that speak strongly against the string: the probabilities themselves, or even their ratios
// within one frame, would be 0 in single precision.
TEST_CASE("blank-free CTC: long and improbable strings keep their precision") {
  Random random(4);
  const int frames = 400, codes = 16;
  Values logits = random_values(area(frames, codes), random);
  for (int t = 0; t < frames; ++t)
    logits[area(t, codes) + t % 2] += 60;  // codes 0 and 1 in turn
  std::vector<int> string;
  for (int j = 0; j < 150; ++j)
    string.push_back(2 + j % 2);
  const std::vector<double> log_p = log_softmax(logits, frames, codes);
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  std::vector<double> alpha(string.size(), kNever);
  alpha[0] = log_p[string[0]];
  for (int t = 1; t < frames; ++t) {
    for (std::size_t j = string.size(); j-- > 0;) {
      const double stay = alpha[j], move = j > 0 ? alpha[j - 1] : kNever;
      const double high = std::max(stay, move);
      if (high > kNever) {
        alpha[j] = high + std::log(std::exp(stay - high) + std::exp(move - high)) +
                   log_p[area(t, codes) + string[j]];
      }
    }
  }
  Values gradient(logits.size());
  const double loss = blank_free_ctc(logits.data(), frames, codes, string, 1, gradient.data());
  REQUIRE(alpha.back() < -20000);
  CHECK(loss == doctest::Approx(-alpha.back()).epsilon(1e-5));
  for (int t = 0; t < frames; ++t) {
    // The posteriors of a frame sum to one, so the gradient of a frame sums to nothing.
    double sum = 0;
    for (int c = 0; c < codes; ++c)
      sum += gradient[area(t, codes) + c];
    REQUIRE(std::abs(sum) < 1e-2);
  }
}

TEST_CASE("blank-free CTC: as many tokens as frames leave one alignment") {
  Random random(5);
  const int frames = 6, codes = 4;
  const Values logits = random_values(area(frames, codes), random);
  const std::vector<int> string = random_string(frames, codes, random);
  const std::vector<double> log_p = log_softmax(logits, frames, codes);
  double expected = 0;
  for (int t = 0; t < frames; ++t)
    expected -= log_p[area(t, codes) + string[static_cast<std::size_t>(t)]];
  Values gradient(logits.size());
  CHECK(blank_free_ctc(logits.data(), frames, codes, string, 1, gradient.data()) ==
        doctest::Approx(expected).epsilon(1e-6));
}

TEST_CASE("blank-free CTC: without an alignment the loss is infinite and the gradient untouched") {
  const int frames = 3, codes = 4;
  const Values logits(area(frames, codes), 0.5F);
  for (const std::vector<int>& string : {std::vector<int>{0, 1, 2, 3}, std::vector<int>{}}) {
    Values gradient(logits.size(), 3);
    CHECK(std::isinf(blank_free_ctc(logits.data(), frames, codes, string, 1, gradient.data())));
    CHECK(gradient == Values(logits.size(), 3));
  }
}
