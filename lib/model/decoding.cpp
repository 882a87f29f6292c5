#include "model/decoding.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "nn/functions.hpp"

namespace pairalign::model {
namespace {

using nn::area;

// The first frame at which, for now, no token may begin.
int bound(const DecodeReach& reach) {
  return std::min(reach.frames, reach.until);
}

// The first index below `count` at which the cumulative distribution reaches `quantile`.
int quantile_index(const float* distribution, int count, double quantile) {
  double sum = 0;
  for (int j = 0; j < count; ++j) {
    sum += distribution[j];
    if (sum >= quantile) return j;
  }
  return count - 1;  // sums of floats may end just below 1
}

}  // namespace

void check(const DecodeOptions& options) {
  if (options.segment_penalty) check_range("penalty", *options.segment_penalty, 0, kMaxPenalty);
  check_range("end quantile", options.end_quantile, kMinEndQuantile, 1 - kMinEndQuantile);
  check_range("repetition penalty", options.repetition_penalty, 1, 1e6);
  check_range("cap", options.cap, 1e-6, 1);
}

std::vector<DecodedToken> merge_repeats(const std::vector<DecodedToken>& raw) {
  std::vector<DecodedToken> merged;
  for (const DecodedToken& token : raw) {
    if (merged.empty() || merged.back().token != token.token) {
      merged.push_back(token);
    } else {
      merged.back().end_frame = token.end_frame;
    }
  }
  return merged;
}

FreeDecoder::FreeDecoder(const Decoder& decoder, const DecodeOptions& options)
    : decoder_(&decoder), options_(options) {
  check(options);
  const std::size_t weights = options.token_weights.size();
  if (weights != 0 && weights != static_cast<std::size_t>(decoder.codes())) {
    throw Error("", "the number of token weights is not that of the tokens");
  }
}

std::vector<DecodedString> FreeDecoder::decode(nn::Weights w, const DecoderMemory::Cache& memory,
                                               const std::vector<DecodeSequence>& sequences) {
  std::vector<DecodeReach> reaches;
  reaches.reserve(sequences.size());
  for (const DecodeSequence& sequence : sequences)
    reaches.push_back({begin(), sequence.first_frame, sequence.frames});
  advance(w, memory, reaches);
  std::vector<DecodedString> strings;
  strings.reserve(reaches.size());
  for (const DecodeReach& reach : reaches)
    strings.push_back(end(reach.string));
  return strings;
}

int FreeDecoder::begin() {
  int number = static_cast<int>(partials_.size());
  if (free_.empty()) {
    partials_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  partials_[static_cast<std::size_t>(number)] = {};
  const int rows = static_cast<int>(partials_.size()) * 2 * decoder_->config().history;
  cache_.history.resize(static_cast<std::size_t>(decoder_->config().layers));
  for (std::vector<float>& layer : cache_.history)
    layer.resize(area(rows, 2 * decoder_->config().width));
  return number;
}

DecodedString FreeDecoder::end(int string) {
  free_.push_back(string);
  return std::move(partials_[static_cast<std::size_t>(string)].string);
}

void FreeDecoder::advance(nn::Weights w, const DecoderMemory::Cache& memory,
                          const std::vector<DecodeReach>& reaches) {
  active_.clear();
  for (const DecodeReach& reach : reaches) {
    Partial& partial = partials_[static_cast<std::size_t>(reach.string)];
    if (!pauses(partial, reach)) active_.push_back({&partial, reach});
  }
  while (!active_.empty()) {
    prepare_step();
    decoder_->step(w, memory, inputs_, cache_);
    write_tokens();
    decoder_->ends(w, memory, tokens_, cache_);
    write_ends();
    active_.erase(std::remove_if(active_.begin(), active_.end(),
                                 [this](const Active& active) {
                                   return pauses(*active.partial, active.reach);
                                 }),
                  active_.end());
  }
}

// Whether a string has come as far as it may for now. A string at the cap skips to its bound.
bool FreeDecoder::pauses(Partial& partial, const DecodeReach& reach) const {
  if (partial.ended || partial.anchor >= bound(reach)) return true;
  const auto written = static_cast<double>(partial.string.tokens.size());
  if (written < std::max(1.0, options_.cap * kStride * reach.frames)) return false;
  partial.string.capped = true;
  partial.anchor = bound(reach);
  return true;
}

// Sets up the inputs and windows of the next step: one row for each string.
void FreeDecoder::prepare_step() {
  const int span = decoder_->config().history;
  StepWindows& windows = cache_.windows;
  windows.frames.clear();
  windows.history.clear();
  windows.history_rows.clear();
  inputs_.clear();
  cache_.end_windows.clear();
  for (const auto& [partial, reach] : active_) {
    const std::vector<DecodedToken>& written = partial->string.tokens;
    inputs_.push_back(written.empty() ? decoder_->bos() : written.back().token);
    partial->history = make_room(reach.string, partial->history);
    const int row = reach.string * 2 * span + partial->history++;
    const int seen = std::min(partial->history, span);
    windows.history_rows.push_back(row);
    windows.history.push_back({row + 1 - seen, seen, span - seen});
    const DecoderSequence place{0, reach.first_frame, reach.frames};
    windows.frames.push_back(decoder_->frame_window(place, partial->anchor));
    cache_.end_windows.push_back(decoder_->end_window(place, partial->anchor));
  }
}

// When a block of history is full, the rows still needed move to its front. Returns how many rows
// are filled.
int FreeDecoder::make_room(int block, int filled) {
  const int span = decoder_->config().history, width = 2 * decoder_->config().width;
  if (filled < 2 * span) return filled;
  for (std::vector<float>& layer : cache_.history) {
    float* first = layer.data() + area(block * 2 * span, width);
    std::copy_n(first + area(span + 1, width), area(span - 1, width), first);
  }
  return span - 1;
}

void FreeDecoder::write_tokens() {
  tokens_.clear();
  for (std::size_t r = 0; r < active_.size(); ++r) {
    const float* probabilities =
        cache_.probabilities.data() + r * static_cast<std::size_t>(decoder_->outputs());
    Partial& partial = *active_[r].partial;
    const int token = choose(probabilities, active_[r]);
    tokens_.push_back(token);
    partial.ended = token == decoder_->eos();
    if (partial.ended) continue;
    partial.string.tokens.push_back({static_cast<tokens::Token>(token), partial.anchor, 0});
  }
}

int FreeDecoder::choose(const float* probabilities, const Active& active) {
  const auto& [partial, reach] = active;
  weights_.assign(probabilities, probabilities + decoder_->outputs());
  // EOS may not end an empty string, nor one with at least as many frames left as a token can span.
  const std::vector<DecodedToken>& written = partial->string.tokens;
  if (written.empty() || reach.frames - partial->anchor >= decoder_->config().longest)
    weights_[static_cast<std::size_t>(decoder_->eos())] = 0;
  for (std::size_t k = 0; k < options_.token_weights.size(); ++k)
    weights_[k] *= options_.token_weights[k];
  if (options_.repetition_penalty > 1) penalise_repetitions(written);
  return static_cast<int>(std::max_element(weights_.begin(), weights_.end()) - weights_.begin());
}

// Penalises each of the last tokens once, except for the very last.
void FreeDecoder::penalise_repetitions(const std::vector<DecodedToken>& written) {
  const std::size_t count = std::min<std::size_t>(written.size(), kRepetitionWindow);
  const auto first = written.end() - static_cast<std::ptrdiff_t>(count);
  for (auto at = first; at != written.end(); ++at) {
    const auto same = [&](const DecodedToken& other) { return other.token == at->token; };
    if (same(written.back()) || std::any_of(first, at, same)) continue;
    weights_[at->token] /= static_cast<float>(options_.repetition_penalty);
  }
}

// Moves the anchor of every string to the end of its token.
void FreeDecoder::write_ends() {
  const auto longest = static_cast<std::size_t>(decoder_->config().longest);
  for (std::size_t r = 0; r < active_.size(); ++r) {
    Partial& partial = *active_[r].partial;
    if (partial.ended) continue;
    const float* ends = cache_.ends.data() + r * longest;
    const int j = quantile_index(ends, cache_.end_windows[r].count, options_.end_quantile);
    partial.anchor += j + 1;
    partial.string.tokens.back().end_frame = partial.anchor;
  }
}

std::vector<int> decode_frames(const Decoder& decoder, nn::Weights w, const float* encoded,
                               int frames, const DecodeOptions& options, bool* capped) {
  DecoderMemory::Cache memory;
  decoder.memory().forward(w, encoded, {frames}, memory, options.segment_penalty);
  const std::vector<DecodedString> strings =
      FreeDecoder(decoder, options).decode(w, memory, {{0, frames}});
  if (capped != nullptr) *capped = strings[0].capped;
  std::vector<int> tokens(static_cast<std::size_t>(frames), kNoToken);
  for (const DecodedToken& token : strings[0].tokens) {
    std::fill(tokens.begin() + token.first_frame, tokens.begin() + token.end_frame, token.token);
  }
  return tokens;
}

}  // namespace pairalign::model
