#include <algorithm>
#include <filesystem>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "audio_file.hpp"
#include "base/error.hpp"
#include "model/frame_stream.hpp"
#include "model/model.hpp"
#include "model/segmenter.hpp"
#include "model/tokenizer.hpp"
#include "untrained_model.hpp"

using namespace pairalign;
using namespace pairalign::model;
using test::AudioFile;
using test::untrained_model;

namespace {

Model random_model_with_decoder() {
  ModelInfo info = untrained_model().info();
  info.decoder.emplace();
  info.decoder->width = 16;
  info.decoder->pointer_width = 8;
  info.pairalign_rate_curve = {{0.2, 20}, {0.6, 10}};
  nn::TensorTable table;
  const Encoder encoder(table, info.encoder);
  const Decoder decoder(table, *info.decoder, encoder);
  Random random(4);
  std::vector<float> parameters = table.initialise(random);
  decoder.initialise_from(encoder, parameters.data());
  return {info, parameters};
}

// `seconds` of the self-test signal, repeated with a drift so that no two repetitions are alike.
std::vector<float> make_signal(double seconds) {
  const std::vector<float> base = self_test_signal();
  std::vector<float> pcm(static_cast<std::size_t>(seconds * audio::kSampleRate));
  Random random(5);
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    pcm[i] = base[(i + i / base.size() * 777) % base.size()] +
             0.002F * static_cast<float>(random.normal());
  }
  return pcm;
}

void check_same(const std::vector<tokens::Record>& a, const std::vector<tokens::Record>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    REQUIRE(a[i].key == b[i].key);
    REQUIRE(a[i].seconds == b[i].seconds);
    REQUIRE(a[i].tokens == b[i].tokens);
    REQUIRE(a[i].starts_ms == b[i].starts_ms);
    REQUIRE(a[i].alternatives == b[i].alternatives);
  }
}

// The same by one thread and by several side by side.
std::vector<tokens::Record> run(const Model& model, TokenizerOptions options,
                                const std::vector<float>& pcm) {
  const AudioFile file(pcm);
  const auto records = [&](bool overlapped) {
    options.overlapped = overlapped;
    audio::Decoder decoder(file.path);
    return Tokenizer(model, options).tokenize(decoder, "k");
  };
  const std::vector<tokens::Record> result = records(false);
  check_same(records(true), result);
  return result;
}

std::vector<tokens::Record> run_on(const Model& model, TokenizerKind kind,
                                   const std::vector<float>& pcm) {
  TokenizerOptions options;
  options.kind = kind;
  return run(model, options, pcm);
}

// All frames in one forward pass, whatever the length of the recording.
std::vector<Segment> whole_at_once(const Model& model, Segmenter& segmenter,
                                   const std::vector<float>& pcm) {
  const audio::LogMel log_mel(model.info().features);
  FrameScorer scorer(model);
  const std::vector<float>& scores = scorer.score(log_mel.compute(pcm));
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < scores.size(); i += 32)
    segmenter.push(&scores[i], segments);
  segmenter.finish(segments);
  return segments;
}

void check_same(const tokens::Record& record, const std::vector<Segment>& segments) {
  REQUIRE(record.tokens.size() == segments.size());
  REQUIRE(record.starts_ms.size() == segments.size());
  for (std::size_t i = 0; i < segments.size(); ++i) {
    REQUIRE(record.tokens[i] == segments[i].token);
    const auto frame = static_cast<std::uint32_t>(segments[i].first_frame);
    REQUIRE(record.starts_ms[i] == (frame == 0 ? 0 : 20 * frame - 10));
  }
}

}  // namespace

TEST_CASE("frames: a code for each, and embeddings nearest to it") {
  const Model model = untrained_model();
  const std::vector<float> pcm = make_signal(11.7);  // more than a chunk of frames
  const tokens::Record record = run_on(model, TokenizerKind::frames, pcm)[0];
  const audio::LogMel log_mel(model.info().features);
  FrameScorer scorer(model);
  const std::vector<int> codes = scorer.nearest_codes(log_mel.compute(pcm));
  REQUIRE(record.tokens.size() == 585);
  CHECK(std::equal(codes.begin(), codes.end(), record.tokens.begin(), record.tokens.end()));
  CHECK(record.starts_ms[584] == 11670);

  FrameStream stream(model, FrameRow::embedding);
  const EncoderConfig& config = model.info().encoder;
  REQUIRE(stream.columns() == static_cast<std::size_t>(config.dimension));
  std::size_t frame = 0;
  const auto check = [&](const float* row) {
    double length = 0;
    std::vector<double> cosines;
    for (int d = 0; d < config.dimension; ++d)
      length += static_cast<double>(row[d]) * row[d];
    for (int code = 0; code < config.codes; ++code) {
      double sum = 0;
      for (int d = 0; d < config.dimension; ++d)
        sum += static_cast<double>(row[d]) * model.codebook()[code * config.dimension + d];
      cosines.push_back(sum);
    }
    REQUIRE(length == doctest::Approx(1));
    REQUIRE(std::max_element(cosines.begin(), cosines.end()) - cosines.begin() == codes.at(frame));
    ++frame;
  };
  stream.push(pcm, check);
  stream.finish(check);
  CHECK(frame == codes.size());
}

TEST_CASE("samples that are pushed, live or not, give the string of the file") {
  const Model model = random_model_with_decoder();
  const std::vector<float> pcm = make_signal(51.3);
  Random random(6);
  for (const TokenizerKind kind :
       {TokenizerKind::pairalign, TokenizerKind::vq, TokenizerKind::dpvq}) {
    const std::vector<tokens::Record> expected = run_on(model, kind, pcm);
    for (const bool live : {false, true}) {
      CAPTURE(to_string(kind));
      CAPTURE(live);
      TokenizerOptions options;
      options.kind = kind;
      options.live = live;
      Tokenizer tokenizer(model, options);
      tokenizer.begin("another");
      tokenizer.push({pcm.data(), 12345});
      tokenizer.begin("k");
      std::vector<LiveToken> told;
      std::size_t late = 0;
      for (std::size_t at = 0; at < pcm.size();) {
        const std::size_t count = std::min<std::size_t>(pcm.size() - at, random.next() % 3200);
        const auto settled = tokenizer.push({pcm.data() + at, count});
        at += count;
        told.insert(told.end(), settled.begin(), settled.end());
        if (!live || tokenizer.latency() == 0) continue;
        // What began longer ago than the latency has been told.
        const double settled_ms =
            1000 * (static_cast<double>(at) / audio::kSampleRate - tokenizer.latency());
        const std::vector<std::uint32_t>& starts = expected.front().starts_ms;
        late += told.size() < starts.size() && starts[told.size()] < settled_ms ? 1 : 0;
      }
      CHECK(late == 0);
      if (live) CHECK(told.size() > 20);
      std::vector<TokenizedRecording> recordings = tokenizer.finish();
      REQUIRE(recordings.size() == 1);
      check_same(recordings[0].records, expected);
      const tokens::Record& record = expected.front();
      REQUIRE(told.size() <= record.tokens.size());
      for (std::size_t i = 0; i < told.size(); ++i) {
        CHECK(told[i].token == record.tokens[i]);
        CHECK(told[i].start_ms == record.starts_ms[i]);
      }
      CHECK_THROWS_AS(tokenizer.push({pcm.data(), 1}), Error);
      CHECK(tokenizer.finish().empty());
    }
  }
}

TEST_CASE("damaged samples that are pushed are as harmless as those of a file") {
  const Model model = random_model_with_decoder();
  std::vector<float> damaged = make_signal(3), mended = damaged;
  damaged[4000] = NAN, mended[4000] = 0;
  damaged[5000] = -INFINITY, mended[5000] = 0;
  damaged[6000] = 1e30F, mended[6000] = 1e5F;
  const auto tokens = [&](const std::vector<float>& pcm) {
    Tokenizer tokenizer(model, TokenizerOptions());
    tokenizer.begin("a");
    tokenizer.push(pcm);
    return tokenizer.finish().front().records.front().tokens;
  };
  CHECK(tokens(damaged) == tokens(mended));
}

TEST_CASE("a recording encoded in pieces gives the string of one forward pass") {
  const Model model = untrained_model();
  for (const double seconds : {0.01, 1.0, 10.23, 10.25, 37.7}) {
    CAPTURE(seconds);
    const std::vector<float> pcm = make_signal(seconds);
    NearestCodeSegmenter nearest(32);
    const auto vq = run_on(model, TokenizerKind::vq, pcm);
    REQUIRE(vq.size() == 1);
    CHECK(vq[0].key == "k");
    CHECK(vq[0].seconds == doctest::Approx(seconds).epsilon(1e-3));
    check_same(vq[0], whole_at_once(model, nearest, pcm));
    DurationPenalisedSegmenter penalised(32, 0.2);
    TokenizerOptions options;
    options.kind = TokenizerKind::dpvq;
    options.penalty = 0.2;
    check_same(run(model, options, pcm)[0], whole_at_once(model, penalised, pcm));
  }
}

TEST_CASE("an empty recording is one record without tokens") {
  const auto records = run_on(untrained_model(), TokenizerKind::vq, {});
  REQUIRE(records.size() == 1);
  CHECK(records[0].seconds == 0);
  CHECK(records[0].tokens.empty());
}

TEST_CASE("a recording cut short is an error, and the tokenizer goes on with the next") {
  const Model model = random_model_with_decoder();
  const std::vector<float> pcm = make_signal(25);
  for (const bool overlapped : {false, true}) {
    CAPTURE(overlapped);
    const AudioFile file(pcm);
    const auto size = std::filesystem::file_size(file.path);
    TokenizerOptions options;
    options.kind = TokenizerKind::pairalign;
    options.overlapped = overlapped;
    Tokenizer tokenizer(model, options);
    const auto tokens = [&] {
      audio::Decoder decoder(file.path);
      return tokenizer.tokenize(decoder, "k")[0].tokens;
    };
    const auto whole = tokens();
    audio::Decoder decoder(file.path);
    std::filesystem::resize_file(file.path, size / 2);
    CHECK_THROWS_WITH_AS(tokenizer.tokenize(decoder, "k"), doctest::Contains(file.path.c_str()),
                         Error);
    const AudioFile restored(pcm);  // the same path
    CHECK(tokens() == whole);
  }
}

TEST_CASE("several recordings at once have the records that each has by itself") {
  const Model model = random_model_with_decoder();
  TokenizerOptions options;
  for (const TokenizerKind kind : {TokenizerKind::pairalign, TokenizerKind::vq}) {
    for (const double window : {0.0, 2.0}) {
      CAPTURE(window);
      options.kind = kind;
      options.window_s = options.hop_s = window;
      Tokenizer tokenizer(model, options);
      const std::vector<double> lengths = {3.3, 0.0, 0.4, 47.7, 5.0};
      for (const double seconds : lengths) {
        const AudioFile file(make_signal(seconds));
        audio::Decoder decoder(file.path);
        tokenizer.add(decoder, fmt::format("{}", seconds));
        // Of one that fails nothing is seen.
        const AudioFile broken(make_signal(9));
        audio::Decoder failing(broken.path);
        std::filesystem::resize_file(broken.path, std::filesystem::file_size(broken.path) / 2);
        CHECK_THROWS_AS(tokenizer.add(failing, "broken"), Error);
      }
      const std::vector<TokenizedRecording> recordings = tokenizer.finish();
      REQUIRE(recordings.size() == lengths.size());
      for (std::size_t i = 0; i < lengths.size(); ++i) {
        CAPTURE(lengths[i]);
        CHECK(recordings[i].seconds == doctest::Approx(lengths[i]));
        const AudioFile file(make_signal(lengths[i]));
        audio::Decoder decoder(file.path);
        check_same(recordings[i].records,
                   Tokenizer(model, options).tokenize(decoder, fmt::format("{}", lengths[i])));
      }
      CHECK(tokenizer.finish().empty());
    }
  }
}

TEST_CASE("the rate is looked up in the model's curve") {
  const Model model = untrained_model();
  const std::vector<float> pcm = make_signal(5);
  const auto tokens_at = [&](double rate) {
    TokenizerOptions options;
    options.kind = TokenizerKind::dpvq;
    options.rate = rate;
    return run(model, options, pcm)[0].tokens;
  };
  const auto tokens_with = [&](double penalty) {
    TokenizerOptions options;
    options.kind = TokenizerKind::dpvq;
    options.penalty = penalty;
    return run(model, options, pcm)[0].tokens;
  };
  CHECK(tokens_at(20) == tokens_with(0.1));
  CHECK(tokens_at(10) == tokens_with(0.5));
  CHECK(tokens_at(14.1421356) == tokens_with(0.3));  // halfway in log-rate
  CHECK_THROWS_WITH_AS(tokens_at(50), doctest::Contains("10.0 .. 40.0"), Error);
  CHECK_THROWS_AS(tokens_at(5), Error);
}

TEST_CASE("the default rate is one that the model can meet") {
  const std::vector<float> pcm = make_signal(5);
  const auto tokens_of = [&](const std::vector<RatePoint>& curve, std::optional<double> penalty) {
    Model model = untrained_model();
    model.set_rate_curve(curve);
    TokenizerOptions options;
    options.kind = TokenizerKind::dpvq;
    options.penalty = penalty;
    return run(model, options, pcm)[0].tokens;
  };
  const std::vector<RatePoint> slow = {{0.05, 8}, {0.2, 6}}, fast = {{0.1, 40}, {0.3, 20}};
  CHECK(tokens_of(slow, {}) == tokens_of(slow, 0.05));
  CHECK(tokens_of(fast, {}) == tokens_of(fast, 0.3));
  CHECK_THROWS_WITH_AS(tokens_of({}, {}), doctest::Contains("no rate curve"), Error);
}

TEST_CASE("pairalign: the decoder's string over the frames of the whole recording") {
  const Model model = random_model_with_decoder();
  CHECK(default_kind(model) == TokenizerKind::pairalign);
  CHECK(default_kind(untrained_model()) == TokenizerKind::vq);
  FreeDecoder decoder = [&] {
    DecodeOptions options;
    options.repetition_penalty = 2;
    return FreeDecoder(*model.decoder(), options);
  }();
  TokenizerOptions options;
  options.kind = TokenizerKind::pairalign;
  options.decode.repetition_penalty = 2;
  for (const double seconds : {0.01, 1.0, 47.7}) {
    CAPTURE(seconds);
    const std::vector<float> pcm = make_signal(seconds);
    FrameScorer scorer(model);
    const audio::LogMel log_mel(model.info().features);
    const std::vector<float>& frames = scorer.encode(log_mel.compute(pcm));
    const int count = static_cast<int>(frames.size()) / 16;
    DecoderMemory::Cache memory;
    model.decoder()->memory().forward(model.weights(), frames.data(), {count}, memory);
    std::vector<Segment> segments;
    for (const auto& token :
         merge_repeats(decoder.decode(model.weights(), memory, {{0, count}})[0].tokens))
      segments.push_back({token.token, token.first_frame});
    check_same(run(model, options, pcm)[0], segments);
  }
  CHECK(run(model, options, {})[0].tokens.empty());
}

TEST_CASE("pairalign: control of the rate") {
  const Model model = random_model_with_decoder();
  const std::vector<float> pcm = make_signal(5);
  const auto tokens_with = [&](auto change) {
    TokenizerOptions options;
    options.kind = TokenizerKind::pairalign;
    change(options);
    return run(model, options, pcm)[0].tokens;
  };
  const auto at_penalty = [&](double penalty) {
    return tokens_with([&](TokenizerOptions& options) { options.penalty = penalty; });
  };
  const auto at_rate = [&](double rate) {
    return tokens_with([&](TokenizerOptions& options) { options.rate = rate; });
  };
  CHECK(at_rate(20) == at_penalty(0.2));
  CHECK(at_rate(14.1421356) == at_penalty(0.4));
  CHECK(tokens_with([](TokenizerOptions&) {}) ==
        at_penalty(model.decoder()->config().segment_penalty));
  CHECK(at_penalty(0.1).size() > at_penalty(0.9).size());
  CHECK_THROWS_WITH_AS(at_rate(5), doctest::Contains("10.0 .. 20.0"), Error);
  CHECK_THROWS_AS(at_penalty(5), Error);
  CHECK_THROWS_AS(tokens_with([](TokenizerOptions& o) { o.decode.end_quantile = 1.5; }), Error);
  TokenizerOptions options;
  options.kind = TokenizerKind::pairalign;
  CHECK_THROWS_WITH_AS(Tokenizer(untrained_model(), options), doctest::Contains("no decoder"),
                       Error);
}

TEST_CASE("windows: a record each, with fragments, tokens those of the recording's frames") {
  const Model model = untrained_model();
  const std::vector<float> pcm = make_signal(7.1);
  TokenizerOptions options;
  options.window_s = 3;
  options.hop_s = 1.5;
  const auto records = run(model, options, pcm);
  REQUIRE(records.size() == 5);  // 0, 1.5, 3, 4.5 (2.6 s of it), 6 (1.1 s of it)
  CHECK(records[0].key == "k#t=0.00,3.00");
  CHECK(records[1].key == "k#t=1.50,4.50");
  CHECK(records[3].key == "k#t=4.50,7.10");
  CHECK(records[4].seconds == doctest::Approx(1.1));
  const tokens::Record whole = run_on(model, TokenizerKind::vq, pcm)[0];
  // Inside the window the tokens are the recording's: all but the first start where theirs do.
  for (const tokens::Record& record : records) {
    REQUIRE(record.starts_ms.front() == 0);
    const auto offset =
        static_cast<std::uint32_t>(std::lround(tokens::split_fragment(record.key).start_s * 1000));
    for (std::size_t i = 1; i < record.tokens.size(); ++i) {
      const auto at =
          std::find(whole.starts_ms.begin(), whole.starts_ms.end(), record.starts_ms[i] + offset);
      REQUIRE(at != whole.starts_ms.end());
      REQUIRE(whole.tokens[static_cast<std::size_t>(at - whole.starts_ms.begin())] ==
              record.tokens[i]);
    }
  }
}

// The likeliest codes of each part, by a softmax of mean cosines with a sharpness of 12, which has
// seven tenths of the weight; the token has the rest.
TEST_CASE("alternatives: the codes that are nearest to the frames of each token") {
  const Model model = random_model_with_decoder();
  const std::vector<float> pcm = make_signal(4);
  FrameScorer scorer(model);
  const std::vector<float> cosines =
      scorer.score(audio::LogMel(model.info().features).compute(pcm));
  const auto codes = static_cast<std::size_t>(model.vocabulary());
  const std::size_t frames = cosines.size() / codes;
  for (const TokenizerKind kind : {TokenizerKind::vq, TokenizerKind::pairalign}) {
    TokenizerOptions options;
    options.kind = kind;
    const tokens::Record plain = run(model, options, pcm)[0];
    options.alternatives = 3;
    const tokens::Record record = run(model, options, pcm)[0];
    CHECK(record.tokens == plain.tokens);
    CHECK(plain.alternatives.empty());
    REQUIRE(record.alternatives.size() == record.tokens.size());
    for (std::size_t i = 0; i < record.tokens.size(); ++i) {
      const auto frame_of = [&](std::size_t token) -> std::size_t {
        return token < record.tokens.size() ? (record.starts_ms[token] + 10) / 20 : frames;
      };
      const std::vector<tokens::Mixture>& parts = record.alternatives[i];
      const std::size_t count = frame_of(i + 1) - frame_of(i);
      REQUIRE(parts.size() == (count + 1) / 2);
      for (std::size_t p = 0; p < parts.size(); ++p) {
        const std::size_t first = frame_of(i) + count * p / parts.size();
        const std::size_t end = frame_of(i) + count * (p + 1) / parts.size();
        std::vector<std::pair<double, std::size_t>> best;
        for (std::size_t k = 0; k < codes; ++k) {
          double sum = 0;
          for (std::size_t f = first; f < end; ++f)
            sum += cosines[f * codes + k];
          best.emplace_back(-sum / static_cast<double>(end - first), k);
        }
        std::sort(best.begin(), best.end());
        double total = 0;
        for (std::size_t k = 0; k < 3; ++k)
          total += std::exp(-12 * best[k].first);
        std::map<std::size_t, double> shares{{record.tokens[i], 0.3}};
        for (std::size_t k = 0; k < 3; ++k)
          shares[best[k].second] += 0.7 * std::exp(-12 * best[k].first) / total;
        for (const auto& [token, weight] : parts[p])
          REQUIRE(std::abs(weight - 1000 * shares[token]) < 2);
      }
    }
  }
}

TEST_CASE("alternatives of windows are those of their frames, of renderings those of the warp") {
  const Model model = untrained_model();
  const std::vector<float> pcm = make_signal(4.1);
  TokenizerOptions options;
  options.alternatives = 2;
  const tokens::Record whole = run(model, options, pcm)[0];
  options.window_s = options.hop_s = 2;
  const auto windows = run(model, options, pcm);
  // A token that lies wholly within a window has the alternatives that it has in the recording.
  const tokens::Record& second = windows[1];
  for (std::size_t i = 1; i + 1 < second.tokens.size(); ++i) {
    const auto at =
        std::find(whole.starts_ms.begin(), whole.starts_ms.end(), second.starts_ms[i] + 2000);
    REQUIRE(at != whole.starts_ms.end());
    REQUIRE(second.alternatives[i] ==
            whole.alternatives[static_cast<std::size_t>(at - whole.starts_ms.begin())]);
  }
  options.window_s = options.hop_s = 0;
  options.renderings = 2;
  const auto renderings = run(model, options, pcm);
  CHECK(renderings[0].alternatives == whole.alternatives);
  CHECK(renderings[1].alternatives.size() == renderings[1].tokens.size());
  options.alternatives = kMaxAlternatives + 1;
  CHECK_THROWS_AS(Tokenizer(model, options), Error);
}

TEST_CASE("a last window of less than half a hop is left out, a lone short one is kept") {
  const Model model = untrained_model();
  TokenizerOptions options;
  options.window_s = 3;
  options.hop_s = 3;
  CHECK(run(model, options, make_signal(4)).size() == 1);
  CHECK(run(model, options, make_signal(5)).size() == 2);
  CHECK(run(model, options, make_signal(0.5)).size() == 1);
}

TEST_CASE("options that make no sense are refused") {
  const Model model = untrained_model();
  const auto make = [&](const TokenizerOptions& options) { Tokenizer tokenizer(model, options); };
  TokenizerOptions options;
  options.window_s = 3;
  CHECK_THROWS_AS(make(options), Error);
  options.hop_s = 0.001;
  CHECK_THROWS_AS(make(options), Error);
  options = {};
  options.penalty = -1;
  CHECK_THROWS_AS(make(options), Error);
  CHECK_THROWS_AS(parse_tokenizer_kind("bpe"), Error);
  for (const char* name : {"pairalign", "vq", "dpvq", "frames"})
    CHECK(to_string(parse_tokenizer_kind(name)) == name);
}
