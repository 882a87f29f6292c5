#include "model/segmenter.hpp"

#include <algorithm>

namespace pairalign::model {

int nearest_code(const float* similarity, int codes) {
  return static_cast<int>(std::max_element(similarity, similarity + codes) - similarity);
}

void NearestCodeSegmenter::push(const float* similarity, std::vector<Segment>& out) {
  const int code = nearest_code(similarity, codes_);
  if (keep_repeats_ || code != last_) out.push_back({static_cast<tokens::Token>(code), frame_});
  last_ = code;
  ++frame_;
}

DurationPenalisedSegmenter::DurationPenalisedSegmenter(int codes, double penalty,
                                                       std::size_t settle_interval)
    : codes_(codes), penalty_(static_cast<float>(penalty)), settle_interval_(settle_interval) {}

// cost[k] ← (1 − cosine[k]) + min(cost[k], min_j cost[j] + penalty)
void DurationPenalisedSegmenter::push(const float* similarity, std::vector<Segment>& out) {
  const auto codes = static_cast<std::size_t>(codes_);
  Step step;
  step.starts.assign((codes + 63) / 64, 0);
  if (cost_.empty()) {
    cost_.assign(codes, 0.0F);
    std::fill(step.starts.begin(), step.starts.end(), ~std::uint64_t{0});
  } else {
    const auto best = std::min_element(cost_.begin(), cost_.end());
    step.previous = static_cast<tokens::Token>(best - cost_.begin());
    const float lowest = *best;
    for (std::size_t k = 0; k < codes; ++k) {
      float stay = cost_[k] - lowest;
      if (penalty_ < stay) {
        step.starts[k / 64] |= std::uint64_t{1} << (k % 64);
        stay = penalty_;
      }
      cost_[k] = stay;
    }
  }
  for (std::size_t k = 0; k < codes; ++k)
    cost_[k] += 1.0F - similarity[k];
  steps_.push_back(std::move(step));
  if (++since_settled_ >= settle_interval_) settle(out);
}

// Traces all paths back together, as the set of codes they pass through; where only one code is
// left, everything before it is the same for all.
void DurationPenalisedSegmenter::settle(std::vector<Segment>& out) {
  since_settled_ = 0;
  if (steps_.empty()) return;
  const std::size_t words = (static_cast<std::size_t>(codes_) + 63) / 64;
  std::vector<std::uint64_t> alive(words, ~std::uint64_t{0});
  if (codes_ % 64 != 0) alive.back() = (std::uint64_t{1} << (codes_ % 64)) - 1;
  for (std::size_t t = steps_.size() - 1; t > 0; --t) {
    const Step& step = steps_[t];
    bool switched = false;
    int count = 0;
    for (std::size_t w = 0; w < words; ++w) {
      switched = switched || (alive[w] & step.starts[w]) != 0;
      alive[w] &= ~step.starts[w];
    }
    if (switched) alive[step.previous / 64U] |= std::uint64_t{1} << (step.previous % 64U);
    std::size_t code = 0;
    for (std::size_t w = 0; w < words; ++w) {
      count += __builtin_popcountll(alive[w]);
      if (alive[w] != 0) code = w * 64 + static_cast<std::size_t>(__builtin_ctzll(alive[w]));
    }
    if (count == 1) {
      trace_back(t, static_cast<tokens::Token>(code), out);
      return;
    }
  }
}

// Emits the segments that start in the first `steps` unsettled frames, on the path that is in
// `code` at the last of them, and forgets these frames.
void DurationPenalisedSegmenter::trace_back(std::size_t steps, tokens::Token code,
                                            std::vector<Segment>& out) {
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  for (std::size_t t = steps; t-- > 0;) {
    if (!starts(steps_[t], code)) continue;
    out.push_back({code, first_ + static_cast<std::int64_t>(t)});
    code = steps_[t].previous;
  }
  std::reverse(out.begin() + begin, out.end());
  steps_.erase(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(steps));
  first_ += static_cast<std::int64_t>(steps);
}

void DurationPenalisedSegmenter::finish(std::vector<Segment>& out) {
  if (steps_.empty()) return;
  const auto best = std::min_element(cost_.begin(), cost_.end());
  trace_back(steps_.size(), static_cast<tokens::Token>(best - cost_.begin()), out);
  cost_.clear();
  since_settled_ = 0;
}

}  // namespace pairalign::model
