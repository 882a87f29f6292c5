#include <cmath>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "model/decoding.hpp"
#include "model_decoder_fixture.hpp"

using namespace pairalign;
using namespace pairalign::model;
using namespace pairalign::test;

namespace {

struct DecodingFixture : DecoderFixture {
  DecoderMemory::Cache memory;

  explicit DecodingFixture(const DecoderConfig& config = small_decoder()) : DecoderFixture(config) {
    remember(60);
  }

  void remember(int count) {
    frames = random_values(area(count, 16), random);
    decoder.memory().forward(weights(), frames.data(), {count}, memory);
  }

  std::vector<DecodedString> decode(const std::vector<DecodeSequence>& sequences,
                                    const DecodeOptions& options = {}) const {
    FreeDecoder free_decoder(decoder, options);
    return free_decoder.decode(weights(), memory, sequences);
  }

  // Probabilities and ends of the steps of a decoded string, by teacher forcing.
  void force(const DecodeSequence& sequence, const DecodedString& string,
             Decoder::Cache& cache) const {
    DecoderBatch forced;
    const auto steps = static_cast<int>(string.tokens.size());
    forced.sequences = {{steps, sequence.first_frame, sequence.frames}};
    int previous = decoder.bos();
    for (const DecodedToken& token : string.tokens) {
      forced.inputs.push_back(previous);
      forced.anchors.push_back(token.first_frame);
      forced.tokens.push_back(token.token);
      previous = token.token;
    }
    decoder.forward(weights(), memory, forced, cache);
  }
};

void check_same(const DecodedString& a, const DecodedString& b) {
  CHECK(a.capped == b.capped);
  REQUIRE(a.tokens.size() == b.tokens.size());
  for (std::size_t i = 0; i < a.tokens.size(); ++i) {
    CHECK(a.tokens[i].token == b.tokens[i].token);
    CHECK(a.tokens[i].first_frame == b.tokens[i].first_frame);
    CHECK(a.tokens[i].end_frame == b.tokens[i].end_frame);
  }
}

// The rules of the greedy walk, applied to what teacher forcing gives for the string it wrote.
void check_greedy(const DecodingFixture& f, const DecodeSequence& sequence,
                  const DecodedString& string, double quantile) {
  Decoder::Cache cache;
  f.force(sequence, string, cache);
  const int longest = f.decoder.config().longest, outputs = f.decoder.outputs();
  int anchor = 0;
  for (std::size_t i = 0; i < string.tokens.size(); ++i) {
    CAPTURE(i);
    const DecodedToken& token = string.tokens[i];
    REQUIRE(token.first_frame == anchor);
    const float* p = cache.probabilities.data() + area(static_cast<int>(i), outputs);
    const bool may_end = i > 0 && sequence.frames - anchor < longest;
    CHECK(std::max_element(p, p + outputs - (may_end ? 0 : 1)) - p == token.token);
    const float* d = cache.ends.data() + area(static_cast<int>(i), longest);
    double before = 0;
    for (int j = 0; j < token.end_frame - anchor - 1; ++j)
      before += d[j];
    CHECK(before < quantile);
    const float last = d[token.end_frame - anchor - 1];
    CHECK((before + last >= quantile || token.end_frame == sequence.frames ||
           token.end_frame - anchor == longest));
    anchor = token.end_frame;
  }
  CHECK(sequence.frames - anchor < longest);
}

}  // namespace

TEST_CASE_FIXTURE(DecodingFixture, "the greedy walk writes what teacher forcing finds likeliest") {
  for (const double quantile : {0.2, 0.5, 0.9}) {
    CAPTURE(quantile);
    DecodeOptions options;
    options.end_quantile = quantile;
    const std::vector<DecodeSequence> sequences = {{0, 40}, {40, 17}, {57, 1}};
    const auto strings = decode(sequences, options);
    REQUIRE(strings.size() == 3);
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      REQUIRE(!strings[i].tokens.empty());
      check_greedy(*this, sequences[i], strings[i], quantile);
    }
  }
}

TEST_CASE_FIXTURE(DecodingFixture, "a sequence does not depend on those beside it") {
  const std::vector<DecodeSequence> all = {{0, 40},  {40, 17}, {57, 0}, {57, 1},
                                           {20, 33}, {0, 40},  {7, 50}};
  const auto together = decode(all);
  for (std::size_t i = 0; i < all.size(); ++i)
    check_same(together[i], decode({all[i]})[0]);
  CHECK(together[2].tokens.empty());
}

TEST_CASE_FIXTURE(DecodingFixture, "a larger quantile gives longer tokens") {
  std::size_t before = 1000;
  for (const double quantile : {0.05, 0.5, 0.95}) {
    DecodeOptions options;
    options.end_quantile = quantile;
    const std::size_t count = decode({{0, 60}}, options)[0].tokens.size();
    CHECK(count < before);
    before = count;
  }
}

TEST_CASE_FIXTURE(DecodingFixture, "weighed tokens are chosen, or not") {
  const std::vector<DecodeSequence> whole = {{0, 60}};
  DecodeOptions options;
  const tokens::Token usual = decode(whole)[0].tokens[0].token;
  options.token_weights.assign(static_cast<std::size_t>(decoder.codes()), 1.0F);
  check_same(decode(whole, options)[0], decode(whole)[0]);
  options.token_weights[usual] = 0;
  const std::vector<DecodedString> without = decode(whole, options);
  for (const DecodedToken& token : without[0].tokens)
    CHECK(token.token != usual);
  options.token_weights.pop_back();
  CHECK_THROWS_AS(decode(whole, options), Error);
}

TEST_CASE_FIXTURE(DecodingFixture, "audio known bit by bit gives the string of the whole") {
  FreeDecoder free_decoder(decoder, {});
  const int a = free_decoder.begin(), b = free_decoder.begin();
  const int ahead = std::max(decoder.config().look_ahead, decoder.config().longest);
  for (const int known : {3, 10, 11, 30, 60}) {
    const int until = known == 60 ? 60 : known - ahead;
    free_decoder.advance(weights(), memory, {{a, 0, known, until}});
    if (known <= 40) free_decoder.advance(weights(), memory, {{b, 20, known, until}});
  }
  free_decoder.advance(weights(), memory, {{b, 20, 40}});
  check_same(free_decoder.end(a), decode({{0, 60}})[0]);
  check_same(free_decoder.end(b), decode({{20, 40}})[0]);
}

TEST_CASE_FIXTURE(DecodingFixture, "the cap stops a string") {
  DecodeOptions options;
  CHECK(!decode({{0, 60}}, options)[0].capped);
  options.cap = 0.025;  // of 120 log-mel frames
  const DecodedString string = decode({{0, 60}}, options)[0];
  CHECK(string.capped);
  CHECK(string.tokens.size() == 3);
}

TEST_CASE_FIXTURE(DecodingFixture, "at the cap a string waits for more audio") {
  DecodeOptions options;
  options.cap = 0.05;
  FreeDecoder free_decoder(decoder, options);
  const int string = free_decoder.begin();
  free_decoder.advance(weights(), memory, {{string, 0, 30, 25}});
  free_decoder.advance(weights(), memory, {{string, 0, 60}});
  const DecodedString result = free_decoder.end(string);
  CHECK(result.capped);
  REQUIRE(result.tokens.size() == 6);
  CHECK(result.tokens[2].first_frame < 25);
  CHECK(result.tokens[3].first_frame == 25);
}

TEST_CASE_FIXTURE(DecodingFixture, "a penalised token is not written again soon") {
  DecodeOptions options;
  options.repetition_penalty = 1e6;
  const auto tokens = merge_repeats(decode({{0, 60}}, options)[0].tokens);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    for (std::size_t j = i + 1; j < std::min(tokens.size(), i + 4); ++j)
      CHECK(tokens[i].token != tokens[j].token);
  }
}

TEST_CASE("repeats merge") {
  const auto merged = merge_repeats({{7, 0, 4}, {7, 4, 6}, {2, 6, 7}, {7, 7, 9}, {7, 10, 11}});
  REQUIRE(merged.size() == 3);
  CHECK(merged[0].token == 7);
  CHECK(merged[0].first_frame == 0);
  CHECK(merged[0].end_frame == 6);
  CHECK(merged[2].first_frame == 7);
  CHECK(merged[2].end_frame == 11);
}

TEST_CASE_FIXTURE(DecodingFixture, "options out of range are refused") {
  const auto refused = [&](auto change) {
    DecodeOptions options;
    change(options);
    CHECK_THROWS_AS(FreeDecoder(decoder, options), Error);
  };
  refused([](DecodeOptions& o) { o.end_quantile = 0; });
  refused([](DecodeOptions& o) { o.end_quantile = 1; });
  refused([](DecodeOptions& o) { o.end_quantile = std::nan(""); });
  refused([](DecodeOptions& o) { o.repetition_penalty = 0.5; });
  refused([](DecodeOptions& o) { o.cap = 0; });
}
