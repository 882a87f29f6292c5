#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "tokens/audio_list.hpp"

namespace pairalign::tokens {
namespace {

// What a list of that text gives: "KEY at PATH" of each entry, "LINE: REASON" of each fault.
std::vector<std::string> entries(const std::string& text) {
  const std::string path = "/tmp/audio-list-" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary) << text;
  std::vector<std::string> found;
  read_audio_list(
      path, [&](const ListedAudio& entry) { found.push_back(entry.key + " at " + entry.path); },
      [&](const Error& error) {
        REQUIRE(error.subject().substr(0, path.size() + 1) == path + ":");
        found.push_back(error.subject().substr(path.size() + 1) + ": " + error.reason());
      });
  std::remove(path.c_str());
  return found;
}

using Lines = std::vector<std::string>;

TEST_CASE("fairseq: paths below the root, which is no entry") {
  CHECK(entries("/corpus\na/1.flac\t51840\n2 b.flac\t160000\n") ==
        Lines{"a/1.flac at /corpus/a/1.flac", "2 b.flac at /corpus/2 b.flac"});
  CHECK(entries("/corpus/\r\na.flac\t1\r\n") == Lines{"a.flac at /corpus/a.flac"});
  CHECK(entries("/my corpus\na.flac\t0") == Lines{"a.flac at /my corpus/a.flac"});
  CHECK(entries(".\n/else/where.wav\t7\n") == Lines{"/else/where.wav at /else/where.wav"});
  CHECK(entries("/corpus\n").empty());
}

TEST_CASE("fairseq: a faulty line is named, the others are read") {
  const Lines found = entries("/corpus\na.flac 5\nb.flac\t-3\n\t3\n\nc.flac\t9\n");
  REQUIRE(found.size() == 5);
  CHECK(found[0] == "2: 'a.flac 5' is not of the form PATH<TAB>SAMPLES");
  CHECK(found[1] == "3: samples: '-3' is not a whole number");
  CHECK(found[2].substr(0, 3) == "4: ");
  CHECK(found[3] == "5: empty line");
  CHECK(found[4] == "c.flac at /corpus/c.flac");
}

TEST_CASE("wav.scp: keys and paths, which may hold blanks") {
  CHECK(entries("t1 /corpus/1.wav\nt2\t/corpus/two words.wav \n") ==
        Lines{"t1 at /corpus/1.wav", "t2 at /corpus/two words.wav"});
  CHECK(entries("t1   a.wav") == Lines{"t1 at a.wav"});
}

TEST_CASE("wav.scp: commands are refused, whatever they are") {
  const Lines found = entries("t1 sox a.mp3 -t wav - |\nt2 a.wav\nt3 |cat\nt4\nt5 flac -cd x|\n");
  REQUIRE(found.size() == 5);
  CHECK(found[0].substr(0, 45) == "1: 'sox a.mp3 -t wav - |' is a command, and c");
  CHECK(found[1] == "t2 at a.wav");
  CHECK(found[2].substr(0, 22) == "3: '|cat' is a command");
  CHECK(found[3] == "4: 't4' is not of the form KEY PATH");
  CHECK(found[4].substr(0, 2) == "5:");
}

TEST_CASE("an empty list has no entries; one that is not there cannot be opened") {
  CHECK(entries("").empty());
  CHECK_THROWS_AS(read_audio_list("/none/list.tsv", {}, {}), Error);
}

TEST_CASE("what is another kind of list is refused as a whole, by its name") {
  for (const auto& list : std::vector<std::pair<std::string, std::string>>{
           {"{\"audio_filepath\": \"a.wav\", \"duration\": 1}\n", "JSON"},
           {"[{\"path\": \"a.wav\"}]\n", "JSON"},
           {"path,text\na.wav,hello world\n", "CSV"},
           {"id\tpath\ttext\nx\ta.wav\thello\n", "a table of 3 columns"},
           {"a.wav\nb.wav\n", "a list of single words"},
           {std::string("RIFF\0\0\0\0WAVE\n", 13), "binary data"}}) {
    const std::string text = list.first, kind = list.second;  // clang captures no bindings
    CAPTURE(text);
    const std::string path = "/tmp/audio-list-" + std::to_string(::getpid());
    std::ofstream(path, std::ios::binary) << text;
    try {
      read_audio_list(
          path, [](const ListedAudio&) {}, [](const Error&) {});
      FAIL("taken for a list");
    } catch (const Error& error) {
      CHECK(error.reason().find("is " + kind) == 0);
    }
    std::remove(path.c_str());
  }
}

TEST_CASE("a byte-order mark and CR LF are no part of a list") {
  CHECK(entries("\xef\xbb\xbft1 a.wav\r\n") == Lines{"t1 at a.wav"});
  CHECK(entries("\xef\xbb\xbf/corpus\r\na.flac\t1\r\n") == Lines{"a.flac at /corpus/a.flac"});
}

}  // namespace
}  // namespace pairalign::tokens
