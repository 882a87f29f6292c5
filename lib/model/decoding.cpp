#include "model/decoding.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "nn/shape.hpp"

namespace pairalign::model {
namespace {

using nn::area;

int most_tokens(const DecodeOptions& options, int frames) {
  return std::max(1, static_cast<int>(std::floor(options.cap * kStride * frames)));
}

// What ln 0 is taken as, so that sums stay finite.
float log_of(float probability) {
  return std::log(std::max(probability, 1e-30F));
}

}  // namespace

void check(const DecodeOptions& options) {
  check_range("end quantile", options.end_quantile, kLeastEndQuantile, 1 - kLeastEndQuantile);
  check_range("beam", options.beam, 1, kWidestBeam);
  check_range("length exponent", options.length_exponent, 0, 4);
  check_range("repetition penalty", options.repetition_penalty, 1, 1e6);
  check_range("cap", options.cap, 1e-6, 1);
  check_range("top_p", options.top_p, 0, 1);
  if (options.top_p > 0 && options.beam > 1) throw Error("", "a beam does not sample: top_p is 0");
}

std::vector<DecodedToken> merge_repeats(const std::vector<DecodedToken>& raw) {
  std::vector<DecodedToken> merged;
  for (const DecodedToken& token : raw) {
    if (merged.empty() || merged.back().token != token.token) {
      merged.push_back(token);
      continue;
    }
    merged.back().end_frame = token.end_frame;
    merged.back().log_probability += token.log_probability;
    merged.back().end_log_probability += token.end_log_probability;
  }
  return merged;
}

int quantile_index(const float* distribution, int count, double quantile) {
  double sum = 0;
  for (int j = 0; j < count; ++j) {
    sum += distribution[j];
    if (sum >= quantile) return j;
  }
  return count - 1;  // sums of floats may end just below 1
}

FreeDecoder::FreeDecoder(const Decoder& decoder, const DecodeOptions& options)
    : decoder_(decoder), options_(options) {
  check(options);
}

std::vector<DecodedString> FreeDecoder::decode(const float* p, const DecoderMemory::Cache& memory,
                                               const std::vector<DecodeSequence>& sequences) {
  start(sequences);
  while (!walks_.empty()) {
    prepare_step();
    decoder_.step(p, memory, inputs_, windows_, nn::Precision::f32, history_, cache_);
    write_tokens();
    decoder_.ends(p, memory, tokens_, end_windows_, nn::Precision::f32, cache_);
    write_ends();
  }
  return std::move(strings_);
}

void FreeDecoder::start(const std::vector<DecodeSequence>& sequences) {
  strings_.assign(sequences.size(), {});
  walks_.clear();
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i].frames == 0) continue;
    Walk walk;
    walk.sequence = sequences[i];
    walk.string = i;
    walk.random = Random(sequences[i].seed);
    walks_.push_back(walk);
  }
  // A block of rows for each sequence, twice what a step sees, so that it slides seldom.
  const int rows = static_cast<int>(sequences.size()) * 2 * decoder_.config().history;
  history_.resize(static_cast<std::size_t>(decoder_.config().layers));
  for (std::vector<float>& layer : history_)
    layer.resize(area(rows, 2 * decoder_.config().width));
}

// What the steps of this round see: one row for each walk.
void FreeDecoder::prepare_step() {
  const int span = decoder_.config().history;
  inputs_.clear();
  windows_.frames.clear();
  windows_.history.clear();
  windows_.history_rows.clear();
  end_windows_.clear();
  for (Walk& walk : walks_) {
    const std::vector<DecodedToken>& written = strings_[walk.string].tokens;
    inputs_.push_back(written.empty() ? decoder_.bos() : written.back().token);
    walk.history = make_room(walk.string, walk.history);
    const int row = static_cast<int>(walk.string) * 2 * span + walk.history++;
    const int seen = std::min(walk.history, span);
    windows_.history_rows.push_back(row);
    windows_.history.push_back({row + 1 - seen, seen, span - seen});
    const DecoderSequence place{0, walk.sequence.first_frame, walk.sequence.frames};
    windows_.frames.push_back(decoder_.frame_window(place, walk.anchor));
    end_windows_.push_back(decoder_.end_window(place, walk.anchor));
  }
}

// When a block of history is full, the rows still to be seen move to its front. Returns how many
// rows are filled.
int FreeDecoder::make_room(std::size_t block, int filled) {
  const int span = decoder_.config().history, width = 2 * decoder_.config().width;
  if (filled < 2 * span) return filled;
  for (std::vector<float>& layer : history_) {
    const auto first = layer.begin() +
                       static_cast<std::ptrdiff_t>(area(static_cast<int>(block) * 2 * span, width));
    std::copy_n(first + static_cast<std::ptrdiff_t>(area(span + 1, width)), area(span - 1, width),
                first);
  }
  return span - 1;
}

void FreeDecoder::write_tokens() {
  tokens_.clear();
  for (std::size_t r = 0; r < walks_.size(); ++r) {
    const float* probabilities =
        cache_.probabilities.data() + r * static_cast<std::size_t>(decoder_.outputs());
    const int token = choose(probabilities, walks_[r]);
    tokens_.push_back(token);
    if (token == decoder_.eos()) continue;
    DecodedToken written;
    written.token = static_cast<tokens::Token>(token);
    written.first_frame = walks_[r].anchor;
    written.log_probability = log_of(probabilities[token]);
    strings_[walks_[r].string].tokens.push_back(written);
  }
}

// The output of a step. EOS ends no string that has not begun, nor one with more to say than a
// token can span.
int FreeDecoder::choose(const float* probabilities, Walk& walk) {
  const std::vector<DecodedToken>& written = strings_[walk.string].tokens;
  weights_.assign(probabilities, probabilities + decoder_.outputs());
  const bool may_end =
      !written.empty() && walk.sequence.frames - walk.anchor < decoder_.config().longest;
  if (!may_end) weights_[static_cast<std::size_t>(decoder_.eos())] = 0;
  if (options_.repetition_penalty > 1 && !written.empty()) penalise(written);
  if (options_.top_p > 0) return draw(walk.random);
  return static_cast<int>(std::max_element(weights_.begin(), weights_.end()) - weights_.begin());
}

void FreeDecoder::penalise(const std::vector<DecodedToken>& written) {
  const std::size_t first =
      written.size() - std::min<std::size_t>(written.size(), kRepetitionWindow);
  std::set<tokens::Token> recent;
  for (std::size_t i = first; i < written.size(); ++i)
    recent.insert(written[i].token);
  recent.erase(written.back().token);
  for (const tokens::Token token : recent)
    weights_[token] /= static_cast<float>(options_.repetition_penalty);
}

// Nucleus sampling from weights_, ties by the lower token.
int FreeDecoder::draw(Random& random) {
  order_.resize(weights_.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::stable_sort(order_.begin(), order_.end(), [this](int a, int b) {
    return weights_[static_cast<std::size_t>(a)] > weights_[static_cast<std::size_t>(b)];
  });
  const auto weight = [this](int token) {
    return static_cast<double>(weights_[static_cast<std::size_t>(token)]);
  };
  double total = 0;
  for (const int token : order_)
    total += weight(token);
  double nucleus = 0;
  std::size_t size = 0;
  while (size < order_.size() && nucleus < options_.top_p * total)
    nucleus += weight(order_[size++]);
  double left = random.uniform() * nucleus;
  for (std::size_t i = 0; i + 1 < size; ++i) {
    left -= weight(order_[i]);
    if (left < 0) return order_[i];
  }
  return order_[size - 1];
}

// Moves every walk to the end of its token; those that are done leave the batch.
void FreeDecoder::write_ends() {
  std::size_t kept = 0;
  for (std::size_t r = 0; r < walks_.size(); ++r) {
    if (tokens_[r] == decoder_.eos()) continue;
    Walk& walk = walks_[r];
    DecodedString& string = strings_[walk.string];
    const float* ends =
        cache_.ends.data() + r * static_cast<std::size_t>(decoder_.config().longest);
    const int j = quantile_index(ends, end_windows_[r].count, options_.end_quantile);
    walk.anchor += j + 1;
    string.tokens.back().end_frame = walk.anchor;
    string.tokens.back().end_log_probability = log_of(ends[j]);
    if (walk.anchor >= std::min(walk.sequence.frames, walk.sequence.until)) continue;
    string.capped =
        static_cast<int>(string.tokens.size()) >= most_tokens(options_, walk.sequence.frames);
    if (string.capped) continue;
    if (kept != r) walks_[kept] = walk;
    ++kept;
  }
  walks_.resize(kept);
}

}  // namespace pairalign::model
