#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "train/natural_pairs.hpp"
#include "train_fixture.hpp"

using namespace pairalign;
using namespace pairalign::train;

namespace {

struct Fixture {
  PcmStore store = test::make_store();  // of 2, 1.56, .56 and 1.94 seconds
  RecordingNames names = test::make_names(store);
  PairConfig config;

  PairCollector collect_words(const std::string& words, const std::string& speakers = "") {
    PairCollector collector(store, names, config);
    if (!speakers.empty()) collector.read_speakers(test::TextFile("utt2spk", speakers).path());
    collector.read_words(test::TextFile("words", words).path());
    return collector;
  }

  PairCollector collect_pairs(const std::string& pairs) {
    PairCollector collector(store, names, config);
    collector.read_pairs(test::TextFile("pairs", pairs).path());
    return collector;
  }
};

std::string reason_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.reason();
  }
  return "";
}

}  // namespace

TEST_CASE("a recording is known by its path and by what follows the folder") {
  RecordingNames names;
  names.add("corpus/a/x.wav", "corpus/", 3);
  names.add("corpus/b.tar/y.flac", "corpus", 4);
  names.add("corpus/z.opus", "corpus", std::nullopt);
  names.add("lone.wav", "lone.wav", 5);
  names.add("other/a/x.wav", "other", 6);
  using Kind = RecordingNames::Kind;
  for (const char* name : {"corpus/a/x.wav", "corpus/a/x"})
    CHECK(names.find(name).recording == 3);
  for (const char* name : {"corpus/b.tar/y.flac", "corpus/b.tar/y", "b.tar/y.flac", "b.tar/y"})
    CHECK(names.find(name).recording == 4);
  CHECK(names.find("lone").recording == 5);
  CHECK(names.find("z").kind == Kind::held_out);
  CHECK(names.find("a/x").kind == Kind::ambiguous);
  CHECK(names.find("other/a/x.wav").recording == 6);
  CHECK(names.find("x").kind == Kind::unknown);
  CHECK(names.find("b").kind == Kind::unknown);
}

TEST_CASE_FIXTURE(Fixture, "runs of up to three words, but none across a gap") {
  const auto line = [](int recording, const char* start, const char* word) {
    return "r" + std::to_string(recording) + " 1 " + start + " 0.25 " + word + "\n";
  };
  std::string words = ";; a comment\r\n";
  for (const int recording : {0, 1}) {
    words += line(recording, "0.25", "b") + line(recording, "0.00", "a");
    words += line(recording, "0.50", "c") + line(recording, "0.75", "d");
    words += line(recording, "1.20", "e");
  }
  const NaturalPairs pairs = collect_words(words).finish();
  // a, b, c, d, e; ab, bc, cd; abc, bcd.
  CHECK(pairs.types() == 10);
  CHECK(pairs.spans() == 20);
}

TEST_CASE_FIXTURE(Fixture, "a type is said by two voices, and so is a pair of it") {
  const std::string words =
      "r0 1 0.1 0.3 one\nr0 1 0.9 0.3 one\nr1 1 0.2 0.3 one\nr3 1 0.2 0.3 one\n"
      "r0 1 0.5 0.3 two\nr1 1 0.7 0.3 two\n"
      "r3 1 0.5 0.3 three\nr3 1 1.0 0.3 three\n";
  const NaturalPairs alone = collect_words(words).finish();
  CHECK(alone.types() == 2);
  CHECK(alone.spans() == 6);

  const NaturalPairs pairs = collect_words(words, "r0 x\nr1 x\nr3 y\n").finish();
  CHECK(pairs.types() == 1);
  Random random(1);
  std::set<std::size_t> recordings;
  for (int i = 0; i < 200; ++i) {
    const NaturalPairs::Pair pair = pairs.draw(random);
    CHECK((pair.a.recording == 3) != (pair.b.recording == 3));
    recordings.insert({pair.a.recording, pair.b.recording});
  }
  CHECK(recordings.size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "no two speakers share a voice, whatever else the lists hold") {
  const std::string words = "r0 1 0.1 0.3 one\nr1 1 0.2 0.3 one\n";
  CHECK(collect_words(words, "u a\nv b\nw c\nx d\ny e\nr0 f\n").finish().types() == 1);
  const auto types_of = [&](const char* second) {
    PairCollector collector(store, names, config);
    collector.read_speakers(test::TextFile("utt2spk", "r0 a\n").path());
    collector.read_speakers(test::TextFile("utt2spk", second).path());
    collector.read_words(test::TextFile("words", words).path());
    return collector.finish().types();
  };
  CHECK(types_of("r1 b\n") == 1);
  CHECK_THROWS_AS(types_of("r1 a\n"), Error);
}

TEST_CASE_FIXTURE(Fixture, "types are drawn by their number of spans to the power asked for") {
  config.low_seconds = config.high_seconds = 0.05;
  std::string words;
  for (const std::string recording : {"r0", "r1"}) {
    words += recording + " 1 0.0 0.05 rare\n";
    for (int i = 1; i <= 8; ++i)  // too far apart for runs
      words += recording + " 1 " + std::to_string(i / 6.0) + " 0.05 often\n";
  }
  for (const double power : {0.0, 0.5, 1.0}) {
    config.tempering = power;
    const NaturalPairs pairs = collect_words(words).finish();
    Random random(3);
    int rare = 0;
    for (int i = 0; i < 4000; ++i)
      rare += pairs.draw(random).a.first == 0 ? 1 : 0;
    const double share = std::pow(2, power) / (std::pow(2, power) + std::pow(16, power));
    CHECK(rare / 4000.0 == doctest::Approx(share).epsilon(0.1));
  }
}

TEST_CASE_FIXTURE(Fixture, "spans of other lengths than asked for are left out") {
  config.low_seconds = 0.2;
  config.high_seconds = 0.5;
  const NaturalPairs pairs = collect_words(
                                 "r0 1 0.0 0.1 a\nr1 1 0.0 0.1 a\nr0 1 0.3 0.4 b\nr1 1 0.3 0.4 b\n"
                                 "r0 1 1.0 0.6 c\nr3 1 1.0 0.6 c\n")
                                 .finish();
  CHECK(pairs.types() == 1);
  Random random(1);
  CHECK(pairs.draw(random).a.first == 4800);
}

TEST_CASE_FIXTURE(Fixture, "faults are counted, and the first ones named") {
  std::string words = "r0 1 0.1 0.3 one\nr1 1 0.1 0.3 one\n";
  for (int i = 0; i < 9; ++i)
    words += "nobody 1 " + std::to_string(i) + " 0.3 one\n";
  words += "r2 1 0.5 0.3 one\nr2 1 -1 0.3 one\n";
  const PairCollector collector = collect_words(words);
  CHECK(collector.faults().unknown_recordings == 9);
  CHECK(collector.faults().outside_recording == 2);
  REQUIRE(collector.faults().first.size() == 5);
  CHECK(collector.faults().first[0].find("nobody is no recording of the training audio") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a span may end a little behind its recording, and is cut there") {
  const NaturalPairs pairs = collect_words("r0 1 1.7 0.34 one\nr1 1 0.1 0.3 one\n").finish();
  Random random(1);
  const NaturalPairs::Pair pair = pairs.draw(random);
  const SpokenSpan& span = pair.a.recording == 0 ? pair.a : pair.b;
  CHECK(span.first + span.samples == store.size(0));
}

TEST_CASE_FIXTURE(Fixture, "pairs as pa-search prints them") {
  PairCollector collector = collect_pairs(
      "#pairalign 1 model=0 tokenizer=vq vocab=512\n"
      "audio/r0.wav#t=0.50,1.00\taudio/r1.wav#t=0.10,0.70\t12\t0.81\n"
      "r0#t=0.1,0.5\tr0#t=1.1,1.5\n"
      "r0#t=0.1,0.5\tr0#t=0.4,0.8\n");
  CHECK(collector.faults().overlapping == 1);
  const NaturalPairs pairs = collector.finish();
  CHECK(pairs.types() == 2);
  Random random(1);
  std::set<std::array<std::int64_t, 2>> firsts;
  for (int i = 0; i < 50; ++i) {
    const NaturalPairs::Pair pair = pairs.draw(random);
    firsts.insert({pair.a.first, pair.b.first});
  }
  CHECK(firsts == std::set<std::array<std::int64_t, 2>>{
                      {8000, 1600}, {1600, 8000}, {1600, 17600}, {17600, 1600}});
}

TEST_CASE_FIXTURE(Fixture, "malformed lists and lists without a pair are refused") {
  CHECK(reason_of([&] { collect_words("r0 1 0.1 x one\n"); }) ==
        "start or duration is no number of seconds");
  CHECK(reason_of([&] { collect_words("r0 1 0.1\n"); }) ==
        "not `recording channel start duration word`");
  CHECK(reason_of([&] { collect_pairs("r0#t=1,2\n"); }) == "not two keys separated by a TAB");
  CHECK(reason_of([&] { collect_pairs("r0#t=1,2\tr1\n"); }) ==
        "r1 does not end in a time, #t=start,end");
  CHECK(reason_of([&] { collect_words("r0 1 0 0.3 one\n", "r0 x y\n"); }) ==
        "not `recording speaker`");
  CHECK(reason_of([&] { collect_words("r0 1 0 0.3 one\n", "r0 x\nr0 x\naudio/r0 y\n"); }) ==
        "audio/r0 has another speaker already");
  CHECK(reason_of([&] { collect_words("r0 1 0 0.3 one\nr1 1 0 0.3 one\n", "who x\n").finish(); }) ==
        "the lists of speakers name no recording of the training audio; the first: who");
  CHECK(reason_of([&] { collect_words("r0 1 0 0.1 one\nr1 1 0 0.1 one\n").finish(); }) ==
        "the lists of words and pairs hold no pair of the training audio; 2 are not 0.2 .. 1.8 s "
        "long");
  CHECK(reason_of([&] { collect_pairs("r0#t=0,1.9\tr1#t=0,0.5\n").finish(); }) ==
        "the lists of words and pairs hold no pair of the training audio; 1 are not 0.2 .. 1.8 s "
        "long");
  CHECK(reason_of([&] { collect_words("r0 1 0 0.3 one\n").finish(); }) ==
        "the lists of words and pairs hold no pair of the training audio");
  CHECK(reason_of([&] {
          collect_words("who 1 0 0.3 one\n").finish();
        }).find("who is no recording") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "the fingerprint tells pairs and slack apart") {
  const std::string words = "r0 1 0.1 0.3 one\nr1 1 0.1 0.3 one\n";
  const auto fingerprint = [&](const std::string& text) {
    return collect_words(text).finish().fingerprint();
  };
  CHECK(NaturalPairs().fingerprint() == 0);
  CHECK(fingerprint(words) == fingerprint(words));
  CHECK(fingerprint(words) != fingerprint("r0 1 0.1 0.3 one\nr1 1 0.1 0.4 one\n"));
  const std::uint64_t before = fingerprint(words);
  config.slack_seconds = 0.1;
  CHECK(fingerprint(words) != before);
}
