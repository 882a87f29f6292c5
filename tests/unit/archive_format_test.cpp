// The pieces of the archive: bit packing, manifest, sources.
#include <fstream>
#include <numeric>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <utime.h>

#include "archive/manifest.hpp"
#include "archive/source.hpp"
#include "archive/token_coding.hpp"
#include "archive_folder.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"

using namespace pairalign;
using namespace pairalign::archive;
using tokens::Token;

TEST_CASE("bits for the largest token") {
  CHECK(bits_for(0) == 1);
  CHECK(bits_for(1) == 1);
  CHECK(bits_for(2) == 2);
  CHECK(bits_for(255) == 8);
  CHECK(bits_for(256) == 9);
  CHECK(bits_for(511) == 9);
  CHECK(bits_for(65535) == 16);
  CHECK(packed_size(0, 9) == 0);
  CHECK(packed_size(8, 9) == 9);
  CHECK(packed_size(9, 9) == 11);
}

TEST_CASE("tokens come back from any place of the packed stream, at every width") {
  Random random(1);
  for (int bits = 1; bits <= 16; ++bits) {
    std::vector<Token> values(random.below(200));
    for (Token& value : values)
      value = static_cast<Token>(random.below(1U << bits));
    std::string packed;
    pack(values, bits, packed);
    REQUIRE(packed.size() == packed_size(values.size(), bits));

    // The oracle reads bit by bit.
    for (std::size_t i = 0; i < values.size(); ++i) {
      unsigned value = 0;
      for (std::size_t b = 0; b < static_cast<std::size_t>(bits); ++b) {
        const std::size_t at = i * static_cast<std::size_t>(bits) + b;
        value |= static_cast<unsigned>((packed[at / 8] >> (at % 8)) & 1) << b;
      }
      REQUIRE(value == values[i]);
    }
    packed.append(kPackingSlack, '\xff');
    const auto* bytes = reinterpret_cast<const unsigned char*>(packed.data());
    for (int round = 0; round < 100; ++round) {
      const std::size_t first = random.below(values.size() + 1);
      std::vector<Token> part(random.below(values.size() - first + 1));
      unpack(bytes, first, part.size(), bits, part.data());
      const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
      REQUIRE(std::equal(part.begin(), part.end(), begin));
    }
  }
}

TEST_CASE("a manifest comes back from its text, and from no other text") {
  Manifest manifest;
  manifest.header.model = "0123456789abcdef";
  manifest.header.tokenizer = "vq";
  manifest.header.vocabulary = 512;
  manifest.next_file = 4;
  manifest.coding = TokenCoding::entropy;
  manifest.segments = {{1, 1000, 10, 100, 511, 0xabcULL, {2, 3, 30, 0xdefULL}},
                       {3, 2000, 20, 200, 5, ~0ULL, {}}};
  const std::string text = to_text(manifest);
  const Manifest again = parse_manifest("m", text);
  CHECK(to_text(again) == text);
  CHECK(again.header == manifest.header);
  CHECK(again.next_file == 4);
  REQUIRE(again.segments.size() == 2);
  CHECK(again.segments[1].hash == ~0ULL);
  CHECK(again.segments[1].number == 3);
  CHECK(again.segments[1].removed.file == 0);
  CHECK(again.segments[0].removed.tokens == 30);
  CHECK(again.coding == TokenCoding::entropy);

  for (std::size_t length = 0; length < text.size(); ++length) {
    REQUIRE_THROWS_AS(parse_manifest("m", text.substr(0, length)), Error);
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = text;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      REQUIRE_THROWS_AS(parse_manifest("m", flipped), Error);
    }
  }
  CHECK_THROWS_AS(parse_manifest("m", text + "\n"), Error);
  CHECK_THROWS_AS(parse_manifest("m", text + text), Error);
}

TEST_CASE("a manifest with a right checksum and wrong contents is an error") {
  const auto sealed = [](const std::string& body) {
    std::size_t lines = 0;
    for (const char c : body)
      lines += c == '\n';
    return body + "{\"end\":" + std::to_string(lines - 1) + ",\"xxh3\":\"" +
           hex64(hash64(body.data(), body.size())) + "\"}\n";
  };
  const std::string top = "{\"pairalign_archive\":2,\"next_file\":2}\n";
  CHECK(parse_manifest("m", sealed(top)).segments.empty());
  CHECK_THROWS_WITH_AS(parse_manifest("m", sealed("{\"pairalign_archive\":1}\n")),
                       "m: archive format version 1, and this program reads version 2", Error);
  for (const char* body : {"[]\n", "{}\n", "x\n", "\n", "{\"pairalign_archive\":2}\n",
                           "{\"pairalign_archive\":2,\"next_file\":\"x\"}\n",
                           "{\"pairalign_archive\":2,\"next_file\":1e300}\n",
                           "{\"pairalign_archive\":2,\"next_file\":-1}\n"}) {
    CHECK_THROWS_WITH_AS(parse_manifest("m", sealed(body)), "m: damaged: not a manifest", Error);
  }
  CHECK_THROWS_AS(parse_manifest("m", sealed(top + "{\"segment\":1}\n")), Error);
}

TEST_CASE("the source of a key is its file as it is now") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.wav";
  std::ofstream(path, std::ios::binary) << "contents";
  const utimbuf times = {1000, 2000};
  REQUIRE(::utime(path.c_str(), &times) == 0);

  SourceReader reader;
  const std::optional<Source> source = reader.of(path + "#t=1.00,2.00");
  REQUIRE(source);
  CHECK(source->size == 8);
  CHECK(source->mtime_ns == 2'000'000'000'000);
  CHECK(source->hash == hash64("contents", 8));

  std::ofstream(path, std::ios::binary) << "other contents";
  CHECK(reader.of(path) == source);  // read once
  CHECK(SourceReader().of(path) != source);
  CHECK(SourceReader({now_ns()}).of(path)->hash == hash64("other contents", 14));
  CHECK(SourceReader({source->mtime_ns}).of(path)->hash == 0);  // modified since

  REQUIRE(::mkfifo((scratch / "fifo").c_str(), 0600) == 0);
  CHECK_FALSE(reader.of(scratch / "fifo"));
  CHECK_FALSE(reader.of(scratch / "none"));
  CHECK_FALSE(reader.of("/"));
  CHECK_FALSE(reader.of("/dev/zero"));
  CHECK_FALSE(reader.of(std::string("/etc/passwd\0x", 13)));
}
