#include "model/greedy_search.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "nn/shape.hpp"

namespace pairalign::model {

using nn::area;

int quantile_index(const float* distribution, int count, double quantile) {
  double sum = 0;
  for (int j = 0; j < count; ++j) {
    sum += distribution[j];
    if (sum >= quantile) return j;
  }
  return count - 1;  // sums of floats may end just below 1
}

int GreedySearch::begin(std::uint64_t seed) {
  int number = static_cast<int>(walks_.size());
  if (free_.empty()) {
    walks_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  Walk& walk = walks_[static_cast<std::size_t>(number)];
  walk = Walk();
  walk.random = Random(seed);
  const int rows = static_cast<int>(walks_.size()) * 2 * decoder_.config().history;
  history_.resize(static_cast<std::size_t>(decoder_.config().layers));
  for (std::vector<float>& layer : history_)
    layer.resize(area(rows, 2 * decoder_.config().width));
  return number;
}

DecodedString GreedySearch::end(int string) {
  free_.push_back(string);
  return std::move(walks_[static_cast<std::size_t>(string)].string);
}

void GreedySearch::advance(nn::Weights w, const DecoderMemory::Cache& memory,
                           const std::vector<DecodeReach>& reaches) {
  active_.clear();
  for (const DecodeReach& reach : reaches) {
    Walk& walk = walks_[static_cast<std::size_t>(reach.string)];
    if (!pauses(walk, reach)) active_.push_back({&walk, reach});
  }
  while (!active_.empty()) {
    prepare_step();
    decoder_.step(w, memory, inputs_, windows_, history_, cache_);
    write_tokens();
    decoder_.ends(w, memory, tokens_, end_windows_, cache_);
    write_ends();
    active_.erase(
        std::remove_if(active_.begin(), active_.end(),
                       [this](const Active& active) { return pauses(*active.walk, active.reach); }),
        active_.end());
  }
}

// Whether a walk has come as far as it may. One at the cap skips the rest of what it may reach.
bool GreedySearch::pauses(Walk& walk, const DecodeReach& reach) const {
  if (walk.ended || walk.anchor >= bound(reach)) return true;
  if (!at_cap(static_cast<int>(walk.string.tokens.size()), reach)) return false;
  walk.string.capped = true;
  walk.anchor = bound(reach);
  return true;
}

// What the steps of this round see: one row for each walk.
void GreedySearch::prepare_step() {
  const int span = decoder_.config().history;
  inputs_.clear();
  windows_.frames.clear();
  windows_.history.clear();
  windows_.history_rows.clear();
  end_windows_.clear();
  for (const auto& [walk, reach] : active_) {
    const std::vector<DecodedToken>& written = walk->string.tokens;
    inputs_.push_back(written.empty() ? decoder_.bos() : written.back().token);
    walk->history = make_room(reach.string, walk->history);
    const int row = reach.string * 2 * span + walk->history++;
    const int seen = std::min(walk->history, span);
    windows_.history_rows.push_back(row);
    windows_.history.push_back({row + 1 - seen, seen, span - seen});
    const DecoderSequence place{0, reach.first_frame, reach.frames};
    windows_.frames.push_back(decoder_.frame_window(place, walk->anchor));
    end_windows_.push_back(decoder_.end_window(place, walk->anchor));
  }
}

// When a block of history is full, the rows still to be seen move to its front. Returns how many
// rows are filled.
int GreedySearch::make_room(int block, int filled) {
  const int span = decoder_.config().history, width = 2 * decoder_.config().width;
  if (filled < 2 * span) return filled;
  for (std::vector<float>& layer : history_) {
    float* first = layer.data() + area(block * 2 * span, width);
    std::copy_n(first + area(span + 1, width), area(span - 1, width), first);
  }
  return span - 1;
}

void GreedySearch::write_tokens() {
  tokens_.clear();
  for (std::size_t r = 0; r < active_.size(); ++r) {
    const float* probabilities =
        cache_.probabilities.data() + r * static_cast<std::size_t>(decoder_.outputs());
    Walk& walk = *active_[r].walk;
    const int token = choose(probabilities, active_[r]);
    tokens_.push_back(token);
    walk.ended = token == decoder_.eos();
    if (walk.ended) continue;
    DecodedToken& written = walk.string.tokens.emplace_back();
    written.token = static_cast<tokens::Token>(token);
    written.first_frame = walk.anchor;
    written.log_probability = finite_log(probabilities[token]);
  }
}

int GreedySearch::choose(const float* probabilities, const Active& active) {
  Walk& walk = *active.walk;
  const std::vector<DecodedToken>& written = walk.string.tokens;
  recent_.clear();
  for (std::size_t i = written.size() - std::min<std::size_t>(written.size(), kRepetitionWindow);
       i < written.size(); ++i) {
    recent_.push_back(written[i].token);
  }
  const bool ending = may_end(static_cast<int>(written.size()), walk.anchor, active.reach);
  weights_.resize(static_cast<std::size_t>(decoder_.outputs()));
  weigh(probabilities, recent_, ending, weights_.data());
  if (options_.top_p > 0) return draw(walk.random);
  return static_cast<int>(std::max_element(weights_.begin(), weights_.end()) - weights_.begin());
}

// Nucleus sampling from weights_.
int GreedySearch::draw(Random& random) {
  order_.resize(weights_.size());
  std::iota(order_.begin(), order_.end(), 0);
  const auto weight = [this](int token) -> double {
    return weights_[static_cast<std::size_t>(token)];
  };
  std::stable_sort(order_.begin(), order_.end(),
                   [&](int a, int b) { return weight(a) > weight(b); });
  double total = 0;
  for (const int token : order_)
    total += weight(token);
  double nucleus = 0;
  std::size_t size = 0;
  do {
    nucleus += weight(order_[size++]);
  } while (size < order_.size() && nucleus < options_.top_p * total);
  double left = random.uniform() * nucleus;
  for (std::size_t i = 0; i + 1 < size; ++i) {
    left -= weight(order_[i]);
    if (left < 0) return order_[i];
  }
  return order_[size - 1];
}

// Moves every walk to the end of its token.
void GreedySearch::write_ends() {
  const auto longest = static_cast<std::size_t>(decoder_.config().longest);
  for (std::size_t r = 0; r < active_.size(); ++r) {
    Walk& walk = *active_[r].walk;
    if (walk.ended) continue;
    const float* ends = cache_.ends.data() + r * longest;
    const int j = quantile_index(ends, end_windows_[r].count, options_.end_quantile);
    walk.anchor += j + 1;
    walk.string.tokens.back().end_frame = walk.anchor;
    walk.string.tokens.back().end_log_probability = finite_log(ends[j]);
  }
}

}  // namespace pairalign::model
