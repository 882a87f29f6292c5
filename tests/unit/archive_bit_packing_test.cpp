#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "archive/token_coding.hpp"
#include "base/random.hpp"

using namespace pairalign;
using namespace pairalign::archive;
using tokens::Token;

TEST_CASE("what is packed with any number of bits is unpacked from any place") {
  Random random(1);
  for (int bits = 1; bits <= 16; ++bits) {
    std::vector<Token> values(300);
    for (Token& value : values)
      value = static_cast<Token>(random.below(std::uint64_t{1} << bits));
    values[7] = static_cast<Token>((1U << bits) - 1);
    std::string packed;
    pack(values, bits, packed);
    REQUIRE(packed.size() == packed_size(values.size(), bits));
    for (int round = 0; round < 400; ++round) {
      const std::size_t first = random.below(values.size() + 1);
      const std::size_t count = random.below(values.size() - first + 1);
      // No more readable bytes than are promised, and garbage in these.
      std::string readable = packed.substr(0, packed_size(first + count, bits));
      readable.append(kPackingSlack, static_cast<char>(random.below(256)));
      const std::vector<unsigned char> bytes(readable.begin(), readable.end());
      std::vector<Token> unpacked(count + 1, 12345);
      unpack(bytes.data(), first, count, bits, unpacked.data());
      REQUIRE(unpacked[count] == 12345);
      unpacked.pop_back();
      const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
      REQUIRE(unpacked == std::vector<Token>(begin, begin + static_cast<std::ptrdiff_t>(count)));
    }
  }
}

TEST_CASE("bits that hold a token") {
  CHECK(bits_for(0) == 1);
  CHECK(bits_for(1) == 1);
  CHECK(bits_for(2) == 2);
  CHECK(bits_for(511) == 9);
  CHECK(bits_for(512) == 10);
  CHECK(bits_for(65535) == 16);
}
