#include "model/beam_search.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "nn/shape.hpp"

namespace pairalign::model {
namespace {

using nn::area;

// A hypothesis this far (nats) behind the best of its bucket is given up.
constexpr double kHopeless = 10;

// The indices of the `wanted` largest of `count` values, largest first, the lower index on a tie.
void largest(const float* values, int count, int wanted, std::vector<int>& indices) {
  indices.resize(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  const auto kept = static_cast<std::size_t>(std::min(wanted, count));
  std::partial_sort(indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(kept),
                    indices.end(), [values](int a, int b) {
                      return values[a] > values[b] || (values[a] == values[b] && a < b);
                    });
  indices.resize(kept);
}

// Takes the last item of `free`, or makes room for one more in `all`.
template <class T>
int allocate(std::vector<int>& free, std::vector<T>& all) {
  if (free.empty()) {
    all.emplace_back();
    return static_cast<int>(all.size()) - 1;
  }
  const int index = free.back();
  free.pop_back();
  return index;
}

}  // namespace

void tilt_ends(const float* ends, int count, double quantile, std::vector<float>& tilted) {
  const auto tilt = [quantile](double mass) {
    return mass < quantile ? 0.5 * mass / quantile : 0.5 + 0.5 * (mass - quantile) / (1 - quantile);
  };
  tilted.resize(static_cast<std::size_t>(count));
  double before = 0;
  for (int j = 0; j < count; ++j) {
    const double up_to = before + ends[j];
    tilted[static_cast<std::size_t>(j)] = static_cast<float>(tilt(up_to) - tilt(before));
    before = up_to;
  }
}

int BeamSearch::begin(std::uint64_t) {
  const int number = allocate(free_strings_, strings_);
  String& string = strings_[static_cast<std::size_t>(number)];
  string = {};
  string.buckets[0].emplace_back();
  return number;
}

void BeamSearch::advance(nn::Weights w, const DecoderMemory::Cache& memory,
                         const std::vector<DecodeReach>& reaches) {
  for (gather_rows(reaches); !rows_.empty(); gather_rows(reaches)) {
    prepare_step();
    decoder_.step(w, memory, inputs_, windows_, history_, cache_);
    choose_outputs();
    for (std::size_t rank = 0; rank < static_cast<std::size_t>(options_.beam); ++rank) {
      tokens_.clear();
      for (std::size_t r = 0; r < rows_.size(); ++r)
        tokens_.push_back(rank < choices_[r].size() ? choices_[r][rank] : decoder_.eos());
      decoder_.ends(w, memory, tokens_, end_windows_, cache_);
      expand(rank);
    }
    for (const Row& row : rows_)
      finish_row(row);
  }
}

// Of each string the earliest bucket from which it may go on.
void BeamSearch::gather_rows(const std::vector<DecodeReach>& reaches) {
  rows_.clear();
  for (const DecodeReach& reach : reaches) {
    const std::size_t before = rows_.size();
    std::map<int, Bucket>& buckets = strings_[static_cast<std::size_t>(reach.string)].buckets;
    while (rows_.size() == before && !buckets.empty() && buckets.begin()->first < bound(reach))
      gather_first_bucket(reach);
  }
}

// The earliest bucket of a string, of which nothing is left when all of it is at the cap.
void BeamSearch::gather_first_bucket(const DecodeReach& reach) {
  String& string = strings_[static_cast<std::size_t>(reach.string)];
  const auto first = string.buckets.begin();
  const int anchor = first->first;
  Bucket bucket = std::move(first->second);
  string.buckets.erase(first);
  remove_capped(reach, string, bucket);
  double best = -std::numeric_limits<double>::infinity();
  for (const Hypothesis& hypothesis : bucket)
    best = std::max(best, hypothesis.score);
  for (const Hypothesis& hypothesis : bucket) {
    if (hypothesis.score < best - kHopeless) {
      release(hypothesis);
    } else {
      rows_.push_back({reach, anchor, hypothesis, -1});
    }
  }
}

// Hypotheses at the cap give way to others. When none are left, the best skips the rest of what it
// may reach.
void BeamSearch::remove_capped(const DecodeReach& reach, String& string, Bucket& bucket) {
  const auto capped = std::stable_partition(
      bucket.begin(), bucket.end(),
      [&](const Hypothesis& hypothesis) { return !at_cap(count(hypothesis), reach); });
  if (capped == bucket.end()) return;
  if (capped == bucket.begin() && string.buckets.empty()) {
    const auto best = std::max_element(
        bucket.begin(), bucket.end(),
        [](const Hypothesis& a, const Hypothesis& b) { return a.score < b.score; });
    std::swap(*best, bucket.back());
    bucket.back().capped = true;
    string.buckets[bound(reach)].push_back(bucket.back());
    bucket.pop_back();
  }
  for (auto hypothesis = capped; hypothesis != bucket.end(); ++hypothesis)
    release(*hypothesis);
  bucket.erase(capped, bucket.end());
}

void BeamSearch::prepare_step() {
  const int span = decoder_.config().history;
  inputs_.clear();
  windows_.frames.clear();
  windows_.history.clear();
  windows_.history_rows.clear();
  end_windows_.clear();
  for (Row& row : rows_) {
    const int node = row.hypothesis.node;
    inputs_.push_back(node < 0 ? decoder_.bos()
                               : nodes_[static_cast<std::size_t>(node)].token.token);
    row.block = continue_block(row.hypothesis);
    const int seen = std::min(count(row.hypothesis), span - 1) + 1;
    windows_.history.push_back({row.block * span, seen, span - seen});
    windows_.history_rows.push_back(row.block * span + seen - 1);
    const DecoderSequence place{0, row.reach.first_frame, row.reach.frames};
    windows_.frames.push_back(decoder_.frame_window(place, row.anchor));
    end_windows_.push_back(decoder_.end_window(place, row.anchor));
  }
}

// A new block of history with the steps that a step behind this hypothesis still sees.
int BeamSearch::continue_block(const Hypothesis& hypothesis) {
  const int span = decoder_.config().history, width = 2 * decoder_.config().width;
  const int block = allocate(free_blocks_, block_references_);
  block_references_[static_cast<std::size_t>(block)] = 1;
  const int filled = std::min(count(hypothesis), span);
  const int kept = std::min(filled, span - 1);
  history_.resize(static_cast<std::size_t>(decoder_.config().layers));
  for (std::vector<float>& layer : history_) {
    layer.resize(area(static_cast<int>(block_references_.size()) * span, width));
    if (kept == 0) continue;
    std::copy_n(layer.data() + area(hypothesis.block * span + filled - kept, width),
                area(kept, width), layer.data() + area(block * span, width));
  }
  return block;
}

void BeamSearch::choose_outputs() {
  const auto outputs = static_cast<std::size_t>(decoder_.outputs());
  weights_.resize(rows_.size() * outputs);
  if (choices_.size() < rows_.size()) choices_.resize(rows_.size());
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const Row& row = rows_[r];
    recent_.clear();
    for (int node = row.hypothesis.node; node >= 0 && recent_.size() < kRepetitionWindow;
         node = nodes_[static_cast<std::size_t>(node)].parent) {
      recent_.push_back(nodes_[static_cast<std::size_t>(node)].token.token);
    }
    std::reverse(recent_.begin(), recent_.end());
    const bool ending = may_end(count(row.hypothesis), row.anchor, row.reach);
    float* weights = weights_.data() + r * outputs;
    weigh(cache_.probabilities.data() + r * outputs, recent_, ending, weights);
    largest(weights, decoder_.outputs() - (ending ? 0 : 1), options_.beam, choices_[r]);
  }
}

// All hypotheses with their choice of this rank.
void BeamSearch::expand(std::size_t rank) {
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    if (rank >= choices_[r].size()) continue;
    if (choices_[r][rank] == decoder_.eos()) {
      end_by_eos(r);
    } else {
      expand_row(r, choices_[r][rank]);
    }
  }
}

void BeamSearch::expand_row(std::size_t r, int token) {
  Row& row = rows_[r];
  const float* ends = cache_.ends.data() + r * static_cast<std::size_t>(decoder_.config().longest);
  const std::size_t output =
      r * static_cast<std::size_t>(decoder_.outputs()) + static_cast<std::size_t>(token);
  const int ends_count = end_windows_[r].count;
  tilt_ends(ends, ends_count, options_.end_quantile, tilted_);
  largest(tilted_.data(), ends_count, options_.beam, order_);
  for (const int j : order_) {
    DecodedToken written;
    written.token = static_cast<tokens::Token>(token);
    written.first_frame = row.anchor;
    written.end_frame = row.anchor + j + 1;
    written.log_probability = finite_log(cache_.probabilities[output]);
    written.end_log_probability = finite_log(ends[j]);
    insert(row, written,
           row.hypothesis.score + finite_log(weights_[output]) +
               finite_log(tilted_[static_cast<std::size_t>(j)]));
  }
}

// Into the bucket of its end, if it is good enough.
void BeamSearch::insert(Row& row, const DecodedToken& token, double score) {
  Bucket& bucket = string_of(row).buckets[token.end_frame];
  auto place = std::find_if(bucket.begin(), bucket.end(), [&](const Hypothesis& other) {
    return same_tokens(other, row.hypothesis.node, token.token);
  });
  if (place == bucket.end() && static_cast<int>(bucket.size()) >= options_.beam) {
    place = std::min_element(
        bucket.begin(), bucket.end(),
        [](const Hypothesis& a, const Hypothesis& b) { return a.score < b.score; });
  }
  if (place != bucket.end()) {
    if (score <= place->score) return;
    release(*place);
  } else {
    place = bucket.emplace(bucket.end());
  }
  *place = {new_node(token, row.hypothesis.node), row.block, score, row.hypothesis.capped};
  hold(*place);
}

// Whether `a` and what `token` behind `parent` makes have the same tokens within the sight of a
// step.
bool BeamSearch::same_tokens(const Hypothesis& a, int parent, tokens::Token token) const {
  const auto at = [this](int node) -> const Node& {
    return nodes_[static_cast<std::size_t>(node)];
  };
  if (at(a.node).token.token != token) return false;
  int left = at(a.node).parent, right = parent;
  for (int i = 1; i < decoder_.config().history && left != right; ++i) {
    if (left < 0 || right < 0 || at(left).token.token != at(right).token.token) return false;
    left = at(left).parent;
    right = at(right).parent;
  }
  return true;
}

void BeamSearch::end_by_eos(std::size_t r) {
  Bucket& ended = string_of(rows_[r]).ended;
  Hypothesis hypothesis = rows_[r].hypothesis;
  hypothesis.block = -1;
  hypothesis.score += finite_log(weights_[r * static_cast<std::size_t>(decoder_.outputs()) +
                                          static_cast<std::size_t>(decoder_.eos())]);
  if (!ended.empty()) {
    if (final_score(hypothesis) <= final_score(ended.front())) return;
    release(ended.front());
    ended.clear();
  }
  ended.push_back(hypothesis);
  hold(hypothesis);
}

// The hypothesis lives on in its continuations, which hold what they need.
void BeamSearch::finish_row(const Row& row) {
  release(row.hypothesis);
  release_block(row.block);
}

DecodedString BeamSearch::end(int number) {
  String& string = strings_[static_cast<std::size_t>(number)];
  Bucket all = std::move(string.ended);
  for (const auto& [anchor, bucket] : string.buckets)
    all.insert(all.end(), bucket.begin(), bucket.end());
  const auto best = std::max_element(
      all.begin(), all.end(),
      [this](const Hypothesis& a, const Hypothesis& b) { return final_score(a) < final_score(b); });
  DecodedString result;
  result.capped = best->capped;
  for (int node = best->node; node >= 0; node = nodes_[static_cast<std::size_t>(node)].parent)
    result.tokens.push_back(nodes_[static_cast<std::size_t>(node)].token);
  std::reverse(result.tokens.begin(), result.tokens.end());
  for (const Hypothesis& hypothesis : all)
    release(hypothesis);
  string = {};
  free_strings_.push_back(number);
  return result;
}

int BeamSearch::count(const Hypothesis& hypothesis) const {
  return hypothesis.node < 0 ? 0 : nodes_[static_cast<std::size_t>(hypothesis.node)].count;
}

double BeamSearch::final_score(const Hypothesis& hypothesis) const {
  return hypothesis.score / std::pow(std::max(1, count(hypothesis)), options_.length_exponent);
}

int BeamSearch::new_node(const DecodedToken& token, int parent) {
  const int index = allocate(free_nodes_, nodes_);
  int before = 0;
  if (parent >= 0) {
    Node& node = nodes_[static_cast<std::size_t>(parent)];
    before = node.count;
    ++node.references;
  }
  nodes_[static_cast<std::size_t>(index)] = {token, before + 1, parent, 0};
  return index;
}

void BeamSearch::hold(const Hypothesis& hypothesis) {
  if (hypothesis.node >= 0) ++nodes_[static_cast<std::size_t>(hypothesis.node)].references;
  if (hypothesis.block >= 0) ++block_references_[static_cast<std::size_t>(hypothesis.block)];
}

void BeamSearch::release(const Hypothesis& hypothesis) {
  release_node(hypothesis.node);
  if (hypothesis.block >= 0) release_block(hypothesis.block);
}

void BeamSearch::release_block(int block) {
  if (--block_references_[static_cast<std::size_t>(block)] == 0) free_blocks_.push_back(block);
}

// And all ancestors that nothing refers to any more: in a loop, for a string may be long.
void BeamSearch::release_node(int node) {
  while (node >= 0 && --nodes_[static_cast<std::size_t>(node)].references == 0) {
    free_nodes_.push_back(node);
    node = nodes_[static_cast<std::size_t>(node)].parent;
  }
}

}  // namespace pairalign::model
