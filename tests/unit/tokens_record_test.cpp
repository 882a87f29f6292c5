#include <string>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "tokens/key.hpp"
#include "tokens/record.hpp"

using namespace pairalign;
using namespace pairalign::tokens;

namespace {

std::string random_bytes(Random& random, std::size_t longest) {
  std::string bytes(random.below(longest + 1), '\0');
  for (char& c : bytes)
    c = static_cast<char>(random.below(256));
  return bytes;
}

Header header(const std::string& model, const std::string& tokenizer, int vocabulary) {
  Header result;
  result.model = model;
  result.tokenizer = tokenizer;
  result.vocabulary = vocabulary;
  return result;
}

TEST_CASE("keys of channels, and of files that are named like a part") {
  const Fragment channel = split_fragment("a.wav#channel=2");
  CHECK(channel.path == "a.wav");
  CHECK(channel.channel == 2);
  CHECK(channel.start_s == 0);
  CHECK_FALSE(channel.end_s);
  const Fragment both = split_fragment("a.wav#channel=12&t=1.5,3");
  CHECK(both.path == "a.wav");
  CHECK(both.channel == 12);
  CHECK(both.start_s == 1.5);
  CHECK(both.end_s == 3);
  for (const char* path :
       {"a.wav#channel=0", "a.wav#channel=", "a.wav#channel=1000", "a.wav#channel=-1",
        "a.wav#channel=2&", "a.wav#channel=2&x=1", "a.wav#t=1,2&channel=2"}) {
    CHECK(split_fragment(path).path == path);
  }
  CHECK(with_channel("a.wav", 2) == "a.wav#channel=2");
  CHECK(with_channel("a.wav#t=1,2", 2) == "a.wav#channel=2&t=1,2");
  CHECK(with_channel("a.wav#channel=1&t=1,2", 2) == "a.wav#channel=2&t=1,2");
  CHECK(with_fragment("a.wav#channel=2", 1, 2) == "a.wav#channel=2&t=1.00,2.00");
  CHECK(with_fragment("a.wav#channel=2&t=10,20", 1, 2) == "a.wav#channel=2&t=11.00,12.00");
  CHECK(key_of_file("a.wav") == "a.wav");
  CHECK(key_of_file("a#b.wav") == "a#b.wav");
  CHECK(key_of_file("talk#t=5,9") == "talk#t=5,9#t=0");
  CHECK(split_fragment(key_of_file("talk#t=5,9")).path == "talk#t=5,9");
  CHECK(with_fragment(key_of_file("talk#t=5,9"), 1, 2) == "talk#t=5,9#t=1.00,2.00");
  CHECK(key_of_file("a#channel=1") == "a#channel=1#t=0");
}

}  // namespace

TEST_CASE("keys are escaped as the format says") {
  CHECK(escape_key("plain/path.wav") == "plain/path.wav");
  CHECK(escape_key("a\tb\nc\\d") == "a\\tb\\nc\\\\d");
  CHECK(escape_key("#1.wav") == "\\#1.wav");
  CHECK(escape_key("take#1.wav") == "take#1.wav");
  CHECK(escape_key("\xff\r ") == "\xff\r ");
}

TEST_CASE("any bytes come back from an escaped key, which holds no separator") {
  Random random(1);
  for (int round = 0; round < 5000; ++round) {
    const std::string key = random_bytes(random, 12);
    const std::string field = escape_key(key);
    REQUIRE(field.find_first_of("\t\n") == std::string::npos);
    REQUIRE((field.empty() || field[0] != '#'));
    REQUIRE(unescape_key(field) == key);
  }
}

TEST_CASE("unknown and dangling escapes are refused") {
  CHECK_THROWS_WITH_AS(unescape_key("a\\"), "key: ends with a single backslash", Error);
  CHECK_THROWS_WITH_AS(unescape_key("a\\x"), "key: '\\x' is not a known escape", Error);
}

TEST_CASE("stems drop folders, extension and fragment") {
  CHECK(key_stem("a/b/talk.one.wav") == "talk.one");
  CHECK(key_stem("talk.wav#t=12.00,15.00") == "talk");
  CHECK(key_stem("talk.wav#t=12.00,15.00", true) == "talk#t=12.00,15.00");
  CHECK(key_stem("folder.d/talk") == "talk");
  CHECK(key_stem(".hidden") == ".hidden");
  CHECK(key_stem("") == "");
}

TEST_CASE("media fragments are split off and put on") {
  const Fragment both = split_fragment("x/talk.wav#t=1.5,20");
  CHECK(both.path == "x/talk.wav");
  CHECK(both.start_s == 1.5);
  CHECK(both.end_s == 20.0);
  CHECK(split_fragment("t.wav#t=3").start_s == 3);
  CHECK_FALSE(split_fragment("t.wav#t=3").end_s);
  CHECK(split_fragment("t.wav#t=,4").end_s == 4.0);
  for (const char* path : {"t.wav", "t#1.wav", "t.wav#t=", "t.wav#t=1,x", "t.wav#t=1,", "t#t=-1"}) {
    CHECK(split_fragment(path).path == path);
  }

  CHECK(with_fragment("t.wav", 1, 2.345) == "t.wav#t=1.00,2.35");
  CHECK(with_fragment("t.wav#t=10.50,20.00", 1, 2) == "t.wav#t=11.50,12.50");
}

TEST_CASE("durations round to hundredths in one way") {
  CHECK(centiseconds(12.34) == 1234);
  CHECK(centiseconds(0.125) == 13);
  for (int i = 0; i < 100000; ++i)
    REQUIRE(centiseconds(i / 100.0) == i);
}

TEST_CASE("headers are compatible unless both say something, and not the same") {
  const Header full = header("0123456789abcdef", "vq", 512);
  CHECK(compatible(full, full));
  CHECK(compatible(full, Header()));
  CHECK(compatible(Header(), full));
  CHECK(compatible(full, header("", "vq", 0)));
  CHECK_FALSE(compatible(full, header("fedcba9876543210", "vq", 512)));
  CHECK_FALSE(compatible(full, header("0123456789abcdef", "dpvq", 512)));
  CHECK_FALSE(compatible(full, header("0123456789abcdef", "vq", 256)));
}

TEST_CASE("merging headers fills what one leaves open, and changes nothing if they contradict") {
  const Header full = header("0123456789abcdef", "vq", 512);
  Header merged = header("", "vq", 0);
  CHECK_FALSE(merge(merged, full));
  CHECK(merged == full);
  CHECK(merge(merged, header("", "dpvq", 0)) ==
        "strings of model=0123456789abcdef tokenizer=vq vocab=512 do not mix with strings of "
        "tokenizer=dpvq");
  CHECK(merged == full);
}
