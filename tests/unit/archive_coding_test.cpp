// How a segment codes keys, sources and tokens, and its lists of removed records.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "archive/manifest.hpp"
#include "archive/record_coding.hpp"
#include "archive/token_coding.hpp"
#include "archive/varint.hpp"
#include "base/error.hpp"
#include "base/random.hpp"

using namespace pairalign;
using namespace pairalign::archive;
using tokens::Token;

namespace {

const unsigned char* data_of(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Of bytes that outlive the reader.
ByteReader reader_of(const std::string& bytes) {
  return {data_of(bytes), data_of(bytes) + bytes.size()};
}

Span<const unsigned char> span_of(const std::string& bytes, std::size_t begin, std::size_t end) {
  return {data_of(bytes) + begin, end - begin};
}

// Records of a first-order chain that visits some tokens far more often than others.
struct Strings {
  std::vector<Token> tokens;
  std::vector<std::uint32_t> ends{0};
};
Strings random_strings(Random& random, std::size_t records, std::uint64_t vocabulary,
                       std::uint64_t choices, std::uint64_t most) {
  Strings strings;
  for (std::size_t r = 0; r < records; ++r) {
    std::uint64_t token = 0;
    for (std::uint64_t left = random.below(most + 1); left > 0; --left) {
      token = (token * 7 + random.below(1 + random.below(choices))) % vocabulary;
      strings.tokens.push_back(static_cast<Token>(token));
    }
    strings.ends.push_back(static_cast<std::uint32_t>(strings.tokens.size()));
  }
  return strings;
}

// Decodes block by block; empty when some block is said to be damaged.
std::optional<std::vector<Token>> decode_all(const CodedTokens& coded,
                                             const std::vector<std::uint32_t>& ends) {
  const TokenDecoder decoder(span_of(coded.table, 0, coded.table.size()));
  std::vector<Token> all(ends.back());
  for (std::size_t b = 0; b + 1 < coded.blocks.size(); ++b) {
    std::vector<std::uint32_t> counts;
    for (std::uint32_t r = coded.blocks[b].first_record; r < coded.blocks[b + 1].first_record; ++r)
      counts.push_back(ends[r + 1] - ends[r]);
    const auto stream = span_of(coded.streams, coded.blocks[b].offset, coded.blocks[b + 1].offset);
    Token* const values = all.data() + ends[coded.blocks[b].first_record];
    if (!decoder.decode(stream, counts, values)) return std::nullopt;
  }
  return all;
}

}  // namespace

TEST_CASE("numbers of unequal length come back, and never from beyond the end") {
  Random random(1);
  std::vector<std::uint64_t> values = {0, 127, 128, 16383, 16384, ~std::uint64_t{0}};
  for (int i = 0; i < 1000; ++i)
    values.push_back(random.next() >> random.below(64));
  std::string bytes;
  for (const std::uint64_t value : values)
    append_varint(value, bytes);
  ByteReader reader = reader_of(bytes);
  for (const std::uint64_t value : values)
    REQUIRE(reader.varint() == value);
  CHECK(reader.ok());
  CHECK(reader.left() == 0);
  CHECK(reader.varint() == 0);
  CHECK_FALSE(reader.ok());

  const std::string high(20, '\xff');
  ByteReader unended = reader_of(high);
  CHECK(unended.varint() == 0);
  CHECK_FALSE(unended.ok());
  const std::string too_long = high + '\0';
  ByteReader endless = reader_of(too_long);
  endless.varint();
  CHECK_FALSE(endless.ok());
  const std::string abc = "abc";
  ByteReader text = reader_of(abc);
  CHECK(text.bytes(4) == nullptr);
  CHECK_FALSE(text.ok());

  for (const std::uint64_t value : values) {
    REQUIRE(unzigzag(zigzag(value)) == value);
    REQUIRE(unzigzag(zigzag(0 - value)) == 0 - value);
  }
  CHECK(zigzag(0 - std::uint64_t{1}) == 1);
  CHECK(zigzag(1) == 2);
}

TEST_CASE("front-coded keys come back, take less room, and are checked") {
  std::vector<std::string> keys = {"", "a", "", "abc", "abd", "ab", std::string("a\0b", 3)};
  for (int i = 0; i < 100; ++i)
    keys.push_back("/audio/talks/2024/speaker-" + std::to_string(i / 10) + "/" + std::to_string(i));
  std::string bytes;
  std::size_t plain = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    append_key(i == 0 ? "" : keys[i - 1], keys[i], bytes);
    plain += keys[i].size();
  }
  CHECK(bytes.size() < plain / 4);
  ByteReader reader = reader_of(bytes);
  std::string key;
  for (const std::string& expected : keys) {
    REQUIRE(next_key(reader, key));
    REQUIRE(key == expected);
  }
  CHECK(reader.left() == 0);
  CHECK_FALSE(next_key(reader, key));

  key = "ab";
  const std::string three_shared("\x03\x00", 2);
  ByteReader more_than_before = reader_of(three_shared);
  CHECK_FALSE(next_key(more_than_before, key));
}

TEST_CASE("sources come back from their differences") {
  Random random(2);
  std::vector<Source> sources;
  for (int i = 0; i < 100; ++i) {
    sources.push_back({random.next() >> random.below(64), static_cast<std::int64_t>(random.next()),
                       random.next()});
  }
  std::string bytes;
  Source previous;
  for (const Source& source : sources) {
    append_source(previous, source, bytes);
    previous = source;
  }
  ByteReader reader = reader_of(bytes);
  Source source;
  for (const Source& expected : sources) {
    next_source(reader, source);
    REQUIRE(source == expected);
  }
  CHECK(reader.ok());
  next_source(reader, source);
  CHECK_FALSE(reader.ok());
}

TEST_CASE("frequencies sum up to the scale and none is lost") {
  Random random(3);
  for (int round = 0; round < 500; ++round) {
    const int bits = static_cast<int>(8 + random.below(9));
    std::vector<std::uint32_t> counts(1 + random.below(std::uint64_t{1} << bits));
    const std::uint64_t most = 1 + random.below(random.chance(0.5) ? 3 : 1000000);
    for (std::uint32_t& count : counts)
      count = static_cast<std::uint32_t>(1 + random.below(most));
    normalise(counts, bits);
    std::uint64_t sum = 0;
    for (const std::uint32_t count : counts) {
      REQUIRE(count >= 1);
      sum += count;
    }
    REQUIRE(sum == std::uint64_t{1} << bits);
    const std::vector<std::uint32_t> before = counts;
    normalise(counts, bits);
    REQUIRE(counts == before);
  }
}

TEST_CASE("entropy-coded tokens come back, for any vocabulary and length of records") {
  Random random(4);
  for (int round = 0; round < 60; ++round) {
    const std::uint64_t vocabulary = 1 + random.below(random.chance(0.8) ? 600 : 65536);
    const Strings strings =
        random_strings(random, random.below(400), vocabulary, 1 + random.below(vocabulary),
                       random.chance(0.2) ? 20000 / (1 + random.below(100)) : 60);
    const CodedTokens coded = encode_tokens(strings.tokens, strings.ends);
    REQUIRE(decode_all(coded, strings.ends) == strings.tokens);
    for (std::size_t b = 0; b + 2 < coded.blocks.size(); ++b) {
      const std::uint32_t begin = strings.ends[coded.blocks[b].first_record];
      REQUIRE(strings.ends[coded.blocks[b + 1].first_record] - begin >= 4096);
    }
  }
}

TEST_CASE("entropy coding comes close to the entropy of the tokens given the one before") {
  Random random(5);
  const Strings strings = random_strings(random, 8000, 512, 12, 80);
  std::map<std::pair<int, Token>, double> pairs;
  std::map<int, double> contexts;
  for (std::size_t r = 0; r + 1 < strings.ends.size(); ++r) {
    int before = -1;
    for (std::uint32_t i = strings.ends[r]; i < strings.ends[r + 1]; ++i) {
      ++pairs[{before, strings.tokens[i]}];
      ++contexts[before];
      before = strings.tokens[i];
    }
  }
  double bits = 0;
  for (const auto& [pair, count] : pairs)
    bits -= count * std::log2(count / contexts[pair.first]);
  const CodedTokens coded = encode_tokens(strings.tokens, strings.ends);
  const auto count = static_cast<double>(strings.tokens.size());
  const double coded_bits = 8 * static_cast<double>(coded.streams.size());
  const double all_bits = 8 * static_cast<double>(coded.bytes());
  MESSAGE("bits a token: " << (bits / count) << ", coded in " << (coded_bits / count)
                           << ", with table and blocks " << (all_bits / count));
  CHECK(coded_bits < 1.02 * bits);
}

TEST_CASE("damaged entropy coding is refused or gives other tokens, and reads nothing outside") {
  Random random(6);
  const Strings strings = random_strings(random, 300, 64, 8, 40);
  const CodedTokens coded = encode_tokens(strings.tokens, strings.ends);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    CodedTokens changed = coded;
    std::string& bytes = random.chance(0.5) ? changed.table : changed.streams;
    if (random.chance(0.2)) {
      const std::size_t cut = random.below(bytes.size());
      bytes.resize(cut);
      if (&bytes == &changed.streams) {
        for (CodedBlock& block : changed.blocks)
          block.offset = std::min(block.offset, static_cast<std::uint32_t>(cut));
      }
    } else {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    try {
      if (!decode_all(changed, strings.ends)) ++refused;
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > 500);
  CHECK_THROWS_AS(TokenDecoder(Span<const unsigned char>()), Error);
}

TEST_CASE("live and removed records are counted as a list would count them") {
  Random random(7);
  for (int round = 0; round < 300; ++round) {
    const std::size_t size = random.below(60);
    RecordNumbers removed;
    std::vector<std::size_t> live;
    for (std::size_t i = 0; i < size; ++i) {
      if (random.chance(0.4)) {
        removed.push_back(static_cast<std::uint32_t>(i));
      } else {
        live.push_back(i);
      }
      REQUIRE(is_removed(removed, i) == (live.empty() || live.back() != i));
      REQUIRE(live_before(removed, i + 1) == live.size());
    }
    for (std::size_t i = 0; i < live.size(); ++i) {
      REQUIRE(nth_live(removed, i) == live[i]);
      REQUIRE(live_before(removed, live[i]) == i);
    }
  }
}

TEST_CASE("a list of removed records comes back from its bytes, and from no other bytes") {
  for (const RecordNumbers& records : {RecordNumbers{0}, RecordNumbers{3, 4, 70000}}) {
    RemovedFile file{12, records, 0};
    const std::string bytes = to_bytes(file);
    CHECK(bytes.size() == removed_file_size(records.size()));
    const RemovedFile again = parse_removed("r", bytes);
    CHECK(again.segment == 12);
    CHECK(again.records == records);
    CHECK(again.hash == file.hash);
    for (std::size_t length = 0; length < bytes.size(); ++length)
      REQUIRE_THROWS_AS(parse_removed("r", bytes.substr(0, length)), Error);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string flipped = bytes;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
        REQUIRE_THROWS_AS(parse_removed("r", flipped), Error);
      }
    }
    CHECK_THROWS_AS(parse_removed("r", bytes + bytes), Error);
  }
  for (const RecordNumbers& records : {RecordNumbers{}, RecordNumbers{4, 3}}) {
    RemovedFile file{1, records, 0};
    CHECK_THROWS_AS(parse_removed("r", to_bytes(file)), Error);
  }
}
