#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "model/beam_search.hpp"
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
    decoder.memory().forward(weights(), frames.data(), count, memory);
  }

  std::vector<DecodedString> decode(const std::vector<DecodeSequence>& sequences,
                                    const DecodeOptions& options = {}) const {
    FreeDecoder free_decoder(decoder, options);
    return free_decoder.decode(weights(), memory, sequences);
  }

  // Probabilities and ends of the steps of a decoded string, by teacher forcing; with that of EOS
  // behind them if asked for.
  void force(const DecodeSequence& sequence, const DecodedString& string, Decoder::Cache& cache,
             bool with_eos = false) const {
    DecoderBatch forced;
    const auto steps = static_cast<int>(string.tokens.size()) + (with_eos ? 1 : 0);
    forced.sequences = {{steps, sequence.first_frame, sequence.frames}};
    int previous = decoder.bos();
    for (const DecodedToken& token : string.tokens) {
      forced.inputs.push_back(previous);
      forced.anchors.push_back(token.first_frame);
      forced.tokens.push_back(token.token);
      previous = token.token;
    }
    if (with_eos) {
      forced.inputs.push_back(previous);
      forced.anchors.push_back(string.tokens.back().end_frame);
      forced.tokens.push_back(decoder.eos());
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
    CHECK(a.tokens[i].log_probability == doctest::Approx(b.tokens[i].log_probability));
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
    CHECK(token.log_probability == doctest::Approx(std::log(p[token.token])).epsilon(1e-5));
    const float* d = cache.ends.data() + area(static_cast<int>(i), longest);
    double before = 0;
    for (int j = 0; j < token.end_frame - anchor - 1; ++j)
      before += d[j];
    CHECK(before < quantile);
    const float last = d[token.end_frame - anchor - 1];
    CHECK((before + last >= quantile || token.end_frame == sequence.frames ||
           token.end_frame - anchor == longest));
    CHECK(token.end_log_probability == doctest::Approx(std::log(last)).epsilon(1e-5));
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
    const std::vector<DecodeSequence> sequences = {{0, 40, 0}, {40, 17, 0}, {57, 1, 0}};
    const auto strings = decode(sequences, options);
    REQUIRE(strings.size() == 3);
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      REQUIRE(!strings[i].tokens.empty());
      check_greedy(*this, sequences[i], strings[i], quantile);
    }
  }
}

TEST_CASE_FIXTURE(DecodingFixture, "a sequence does not depend on those beside it") {
  const std::vector<DecodeSequence> all = {{0, 40, 0},  {40, 17, 0}, {57, 0, 0}, {57, 1, 0},
                                           {20, 33, 0}, {0, 40, 0},  {7, 50, 0}};
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
    const std::size_t count = decode({{0, 60, 0}}, options)[0].tokens.size();
    CHECK(count < before);
    before = count;
  }
}

TEST_CASE_FIXTURE(DecodingFixture, "weighed tokens are chosen, or not, whatever the search") {
  const std::vector<DecodeSequence> whole = {{0, 60, 0}};
  for (const int beam : {1, 3}) {
    DecodeOptions options;
    options.beam = beam;
    const DecodeOptions plain = options;
    const tokens::Token usual = decode(whole, plain)[0].tokens[0].token;
    options.token_weights.assign(static_cast<std::size_t>(decoder.codes()), 1.0F);
    check_same(decode(whole, options)[0], decode(whole, plain)[0]);
    options.token_weights[usual] = 0;
    const std::vector<DecodedString> without = decode(whole, options);
    for (const DecodedToken& token : without[0].tokens)
      CHECK(token.token != usual);
    options.token_weights.pop_back();
    CHECK_THROWS_AS(decode(whole, options), Error);
  }
}

TEST_CASE_FIXTURE(DecodingFixture, "audio known bit by bit gives the string of the whole") {
  for (const int beam : {1, 4}) {
    CAPTURE(beam);
    DecodeOptions options;
    options.beam = beam;
    FreeDecoder free_decoder(decoder, options);
    const int a = free_decoder.begin(), b = free_decoder.begin();
    const int ahead = std::max(decoder.config().look_ahead, decoder.config().longest);
    for (const int known : {3, 10, 11, 30, 60}) {
      const int until = known == 60 ? 60 : known - ahead;
      free_decoder.advance(weights(), memory, {{a, 0, known, until}});
      if (known <= 40) free_decoder.advance(weights(), memory, {{b, 20, known, until}});
    }
    free_decoder.advance(weights(), memory, {{b, 20, 40}});
    check_same(free_decoder.end(a), decode({{0, 60, 0}}, options)[0]);
    check_same(free_decoder.end(b), decode({{20, 40, 0}}, options)[0]);
  }
}

TEST_CASE_FIXTURE(DecodingFixture, "the cap stops a string") {
  DecodeOptions options;
  CHECK(!decode({{0, 60, 0}}, options)[0].capped);
  options.cap = 0.025;  // of 120 log-mel frames
  const DecodedString string = decode({{0, 60, 0}}, options)[0];
  CHECK(string.capped);
  CHECK(string.tokens.size() == 3);
}

TEST_CASE_FIXTURE(DecodingFixture, "at the cap a beam keeps what has come furthest") {
  DecodeOptions options;
  options.beam = 4;
  CHECK(!decode({{0, 60, 0}}, options)[0].capped);
  for (const int most : {1, 3}) {
    CAPTURE(most);
    options.cap = most / 120.0;
    for (const DecodedString& string : decode({{0, 60, 0}, {0, 60, 0}}, options)) {
      CHECK(string.capped);
      REQUIRE(static_cast<int>(string.tokens.size()) == most);
      CHECK(string.tokens.back().end_frame == most * decoder.config().longest);
    }
  }
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
  const auto tokens = merge_repeats(decode({{0, 60, 0}}, options)[0].tokens);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    for (std::size_t j = i + 1; j < std::min(tokens.size(), i + 4); ++j)
      CHECK(tokens[i].token != tokens[j].token);
  }
}

TEST_CASE_FIXTURE(DecodingFixture, "nucleus sampling draws from the likeliest, by its seed") {
  DecodeOptions options;
  options.top_p = 1e-6;  // a nucleus of one
  check_same(decode({{0, 60, 1}}, options)[0], decode({{0, 60, 0}})[0]);
  options.top_p = 0.9;
  const auto strings = decode({{0, 60, 1}, {0, 60, 1}, {0, 60, 2}}, options);
  check_same(strings[0], strings[1]);
  const auto ids = [](const DecodedString& string) {
    std::vector<int> result;
    for (const DecodedToken& token : string.tokens)
      result.push_back(token.token);
    return result;
  };
  CHECK(ids(strings[0]) != ids(strings[2]));
  // First steps over many seeds: frequencies follow the probabilities, none outside the nucleus.
  constexpr int kDraws = 2000;
  options.top_p = 0.5;
  std::vector<DecodeSequence> draws;
  for (int i = 0; i < kDraws; ++i)
    draws.push_back({3, 1, static_cast<std::uint64_t>(i)});
  std::vector<double> counts(static_cast<std::size_t>(decoder.codes()));
  for (const DecodedString& string : decode(draws, options))
    counts[string.tokens.at(0).token] += 1;
  Decoder::Cache cache;
  force(draws[0], decode({draws[0]})[0], cache);
  std::vector<float> sorted(cache.probabilities.begin(),
                            cache.probabilities.begin() + decoder.codes());
  std::sort(sorted.rbegin(), sorted.rend());
  const double total = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  double nucleus = 0;
  float least = 0;
  for (std::size_t i = 0; nucleus < 0.5 * total; ++i)
    nucleus += (least = sorted[i]);
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const float p = cache.probabilities[c];
    CHECK(counts[c] / kDraws == doctest::Approx(p >= least ? p / nucleus : 0).epsilon(0.05));
  }
}

// The total that a beam maximises, of a string that wrote what it wrote without the cap.
double beam_score(const DecodingFixture& f, const DecodeSequence& sequence,
                  const DecodedString& string, double quantile) {
  Decoder::Cache cache;
  f.force(sequence, string, cache, true);
  const int longest = f.decoder.config().longest, outputs = f.decoder.outputs();
  double score = 0;
  std::vector<float> tilted;
  for (std::size_t i = 0; i < string.tokens.size(); ++i) {
    const DecodedToken& token = string.tokens[i];
    const int row = static_cast<int>(i);
    tilt_ends(cache.ends.data() + area(row, longest),
              std::min(longest, sequence.frames - token.first_frame), quantile, tilted);
    score += std::log(cache.probabilities[area(row, outputs) + token.token]) +
             std::log(tilted[static_cast<std::size_t>(token.end_frame - token.first_frame - 1)]);
  }
  if (string.tokens.back().end_frame < sequence.frames) {
    score += std::log(cache.probabilities[cache.probabilities.size() - 1]);
  }
  return score;
}

// The best score of all strings that continue `string`.
double best_score(const DecodingFixture& f, const DecodeSequence& sequence, DecodedString string,
                  double quantile) {
  const int anchor = string.tokens.empty() ? 0 : string.tokens.back().end_frame;
  double best = -std::numeric_limits<double>::infinity();
  const int longest = f.decoder.config().longest;
  if (!string.tokens.empty() && sequence.frames - anchor < longest) {
    best = beam_score(f, sequence, string, quantile);
  }
  for (int token = 0; token < f.decoder.codes(); ++token) {
    for (int end = anchor + 1; end <= std::min(sequence.frames, anchor + longest); ++end) {
      DecodedString next = string;
      next.tokens.push_back({static_cast<tokens::Token>(token), anchor, end, 0, 0});
      best = std::max(best, best_score(f, sequence, next, quantile));
    }
  }
  return best;
}

TEST_CASE("a wide beam finds the best of all strings") {
  // With a history of one step, what follows depends on the anchor and the last token alone, and
  // giving up all but the best that share them loses nothing.
  DecoderConfig config = small_decoder();
  config.history = 1;
  config.longest = 2;
  for (const double quantile : {0.5, 0.8}) {
    DecodingFixture f(config);
    DecodeOptions options;
    options.end_quantile = quantile;
    options.beam = 8;
    options.length_exponent = 0;
    for (int first = 0; first < 30; first += 3) {
      const DecodeSequence sequence{first, 3, 0};
      const DecodedString found = f.decode({sequence}, options)[0];
      CHECK(beam_score(f, sequence, found, quantile) ==
            doctest::Approx(best_score(f, sequence, {}, quantile)).epsilon(1e-5));
    }
  }
}

TEST_CASE_FIXTURE(DecodingFixture, "a beam's string is one that teacher forcing confirms") {
  for (const double exponent : {0.0, 1.0}) {
    DecodeOptions options;
    options.beam = 5;
    options.length_exponent = exponent;
    options.repetition_penalty = 1.5;
    const DecodeSequence sequence{5, 50, 0};
    const DecodedString string = decode({sequence}, options)[0];
    Decoder::Cache cache;
    force(sequence, string, cache);
    int anchor = 0;
    for (std::size_t i = 0; i < string.tokens.size(); ++i) {
      const DecodedToken& token = string.tokens[i];
      const int row = static_cast<int>(i);
      CHECK(token.first_frame == anchor);
      CHECK(
          token.log_probability ==
          doctest::Approx(std::log(cache.probabilities[area(row, decoder.outputs()) + token.token]))
              .epsilon(1e-5));
      const int j = token.end_frame - anchor - 1;
      CHECK(token.end_log_probability ==
            doctest::Approx(
                std::log(
                    cache.ends[area(row, decoder.config().longest) + static_cast<std::size_t>(j)]))
                .epsilon(1e-5));
      anchor = token.end_frame;
    }
    CHECK(sequence.frames - anchor < decoder.config().longest);
  }
}

TEST_CASE_FIXTURE(DecodingFixture, "a wider beam finds strings of a higher score") {
  double before = -std::numeric_limits<double>::infinity();
  for (const int beam : {1, 2, 8}) {
    DecodeOptions options;
    options.beam = beam;
    options.length_exponent = 0;
    double total = 0;
    for (int first = 0; first < 50; first += 5) {
      const DecodeSequence sequence{first, 10, 0};
      total += beam_score(*this, sequence, decode({sequence}, options)[0], 0.5);
    }
    CHECK(total > before);
    before = total;
  }
}

TEST_CASE("tilted ends have their median at the quantile") {
  std::vector<float> tilted;
  tilt_ends(std::vector<float>{0.2F, 0.3F, 0.4F, 0.1F}.data(), 4, 0.5, tilted);
  CHECK(tilted[2] == doctest::Approx(0.4));
  tilt_ends(std::vector<float>{0.2F, 0.3F, 0.4F, 0.1F}.data(), 4, 0.8, tilted);
  CHECK(tilted[0] == doctest::Approx(0.125));
  CHECK(tilted[2] == doctest::Approx(0.3 * 0.625 + 0.25));
  CHECK(tilted[3] == doctest::Approx(0.25));
  CHECK(tilted[0] + tilted[1] + tilted[2] + tilted[3] == doctest::Approx(1));
}

TEST_CASE("repeats merge") {
  const auto merged = merge_repeats({{7, 0, 4, -1, -2},
                                     {7, 4, 6, -3, -4},
                                     {2, 6, 7, -1, -1},
                                     {7, 7, 9, -1, -1},
                                     {7, 10, 11, -1, -1}});
  REQUIRE(merged.size() == 3);
  CHECK(merged[0].token == 7);
  CHECK(merged[0].first_frame == 0);
  CHECK(merged[0].end_frame == 6);
  CHECK(merged[0].log_probability == -4);
  CHECK(merged[0].end_log_probability == -6);
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
  refused([](DecodeOptions& o) { o.beam = 0; });
  refused([](DecodeOptions& o) { o.length_exponent = -1; });
  refused([](DecodeOptions& o) { o.repetition_penalty = 0.5; });
  refused([](DecodeOptions& o) { o.cap = 0; });
  refused([](DecodeOptions& o) { o.top_p = 2; });
  refused([](DecodeOptions& o) {
    o.top_p = 0.5;
    o.beam = 2;
  });
}
