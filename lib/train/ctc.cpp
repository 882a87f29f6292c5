#include "train/ctc.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "base/multiversion.hpp"
#include "nn/fast_math.hpp"
#include "nn/shape.hpp"

namespace pairalign::train {
namespace {

using nn::area;

// The log of 0: far below any path, and finite, so that differences of two of them are no NaN.
constexpr float kImpossible = -1e30F;

// log(e^a + e^b). The logarithm is 2 artanh(s) with s = x / (2 + x) ≤ 1/3, whose series is cut
// where its next term is below 1e-7.
inline __attribute__((always_inline)) float log_add(float a, float b) {
  const float high = a > b ? a : b, low = a > b ? b : a;
  const float x = nn::fast_exp(low - high);
  const float s = x / (2.0F + x), q = s * s;
  float series = 1.0F / 11;
  series = series * q + 1.0F / 9;
  series = series * q + 1.0F / 7;
  series = series * q + 1.0F / 5;
  series = series * q + 1.0F / 3;
  series = series * q + 1.0F;
  return high + 2.0F * s * series;
}

PAIRALIGN_MULTIVERSION
float log_sum_exp(const float* x, int n) {
  float max = x[0];
  for (int i = 1; i < n; ++i)
    max = x[i] > max ? x[i] : max;
  float sum = 0;
  for (int i = 0; i < n; ++i)
    sum += nn::fast_exp(x[i] - max);
  return max + std::log(sum);
}

PAIRALIGN_MULTIVERSION
void add_softmax(const float* x, float log_sum, float weight, int n, float* dx) {
  for (int i = 0; i < n; ++i)
    dx[i] += weight * nn::fast_exp(x[i] - log_sum);
}

// One frame forward: to[j] = emission[j] + log(e^from[j] + e^from[j−1]). from[−1] is readable.
PAIRALIGN_MULTIVERSION
void advance(const float* from, const float* emission, int tokens, float* to) {
  for (int j = 0; j < tokens; ++j)
    to[j] = emission[j] + log_add(from[j], from[j - 1]);
}

// One frame back: to[j] = log(e^(from[j] + next[j]) + e^(from[j+1] + next[j+1])), `next` the
// emissions of the frame behind. from[tokens] and next[tokens] are readable.
PAIRALIGN_MULTIVERSION
void retreat(const float* from, const float* next, int tokens, float* to) {
  for (int j = 0; j < tokens; ++j)
    to[j] = log_add(from[j] + next[j], from[j + 1] + next[j + 1]);
}

// posterior[j] = e^(alpha[j] + beta[j] − total)
PAIRALIGN_MULTIVERSION
void posteriors(const float* alpha, const float* beta, float total, int tokens, float* posterior) {
  for (int j = 0; j < tokens; ++j)
    posterior[j] = nn::fast_exp(alpha[j] + beta[j] - total);
}

// Rows of one value per token, with a column of kImpossible on either side: there is no token
// before the first, and none behind the last.
class Lattice {
 public:
  Lattice(int frames, int tokens)
      : stride_(tokens + 2), values_(area(frames, stride_), kImpossible) {}
  float* row(int frame) { return values_.data() + area(frame, stride_) + 1; }

 private:
  int stride_;
  std::vector<float> values_;
};

}  // namespace

double blank_free_ctc(const float* logits, int frames, int codes, Span<const int> string,
                      float weight, float* dlogits) {
  const int tokens = static_cast<int>(string.size());
  if (tokens == 0 || tokens > frames) return std::numeric_limits<double>::infinity();

  const int* ids = string.data();
  std::vector<float> log_sums(static_cast<std::size_t>(frames));
  Lattice emission(frames, tokens), alpha(frames, tokens);
  for (int t = 0; t < frames; ++t) {
    const float* row = logits + area(t, codes);
    const float log_sum = log_sums[static_cast<std::size_t>(t)] = log_sum_exp(row, codes);
    for (int j = 0; j < tokens; ++j)
      emission.row(t)[j] = row[ids[j]] - log_sum;
  }
  alpha.row(0)[0] = emission.row(0)[0];
  for (int t = 1; t < frames; ++t)
    advance(alpha.row(t - 1), emission.row(t), tokens, alpha.row(t));
  const float total = alpha.row(frames - 1)[tokens - 1];

  Lattice scratch(3, tokens);
  float *beta = scratch.row(0), *behind = scratch.row(1), *posterior = scratch.row(2);
  beta[tokens - 1] = 0;
  for (int t = frames - 1; t >= 0; --t) {
    if (t < frames - 1) {
      std::swap(beta, behind);
      retreat(behind, emission.row(t + 1), tokens, beta);
    }
    posteriors(alpha.row(t), beta, total, tokens, posterior);
    float* row = dlogits + area(t, codes);
    add_softmax(logits + area(t, codes), log_sums[static_cast<std::size_t>(t)], weight, codes, row);
    for (int j = 0; j < tokens; ++j)
      row[ids[j]] -= weight * posterior[j];
  }
  return -static_cast<double>(total);
}

}  // namespace pairalign::train
