#include "model/decoding.hpp"

#include "base/error.hpp"
#include "model/beam_search.hpp"
#include "model/greedy_search.hpp"
#include "model/string_search.hpp"

namespace pairalign::model {
namespace {

std::unique_ptr<StringSearch> make_search(const Decoder& decoder, const DecodeOptions& options) {
  check(options);
  const std::size_t weights = options.token_weights.size();
  if (weights != 0 && weights != static_cast<std::size_t>(decoder.codes())) {
    throw Error("", "token weights are not as many as the tokens");
  }
  if (options.beam > 1) return std::make_unique<BeamSearch>(decoder, options);
  return std::make_unique<GreedySearch>(decoder, options);
}

}  // namespace

void check(const DecodeOptions& options) {
  if (options.segment_penalty) check_range("penalty", *options.segment_penalty, 0, kMostPenalty);
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

FreeDecoder::FreeDecoder(const Decoder& decoder, const DecodeOptions& options)
    : search_(make_search(decoder, options)) {}

FreeDecoder::~FreeDecoder() = default;
FreeDecoder::FreeDecoder(FreeDecoder&&) noexcept = default;
FreeDecoder& FreeDecoder::operator=(FreeDecoder&&) noexcept = default;

std::vector<DecodedString> FreeDecoder::decode(nn::Weights w, const DecoderMemory::Cache& memory,
                                               const std::vector<DecodeSequence>& sequences) {
  std::vector<DecodeReach> reaches;
  reaches.reserve(sequences.size());
  for (const DecodeSequence& sequence : sequences)
    reaches.push_back({begin(sequence.seed), sequence.first_frame, sequence.frames});
  advance(w, memory, reaches);
  std::vector<DecodedString> strings;
  strings.reserve(reaches.size());
  for (const DecodeReach& reach : reaches)
    strings.push_back(end(reach.string));
  return strings;
}

int FreeDecoder::begin(std::uint64_t seed) {
  return search_->begin(seed);
}

void FreeDecoder::advance(nn::Weights w, const DecoderMemory::Cache& memory,
                          const std::vector<DecodeReach>& reaches) {
  search_->advance(w, memory, reaches);
}

DecodedString FreeDecoder::end(int string) {
  return search_->end(string);
}

std::vector<int> decode_frames(const Decoder& decoder, nn::Weights w, const float* encoded,
                               int frames, const DecodeOptions& options) {
  DecoderMemory::Cache memory;
  decoder.memory().forward(w, encoded, frames, memory, options.segment_penalty);
  const std::vector<DecodedString> strings =
      FreeDecoder(decoder, options).decode(w, memory, {{0, frames, 0}});
  std::vector<int> tokens(static_cast<std::size_t>(frames), kNoToken);
  for (const DecodedToken& token : strings[0].tokens) {
    std::fill(tokens.begin() + token.first_frame, tokens.begin() + token.end_frame, token.token);
  }
  return tokens;
}

}  // namespace pairalign::model
