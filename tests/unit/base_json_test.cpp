#include <cstdint>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"

using namespace pairalign;
using nlohmann::json;

TEST_CASE("a whole number is what the text says, or none") {
  CHECK(whole_number<int>(json::parse("2147483647")) == 2147483647);
  CHECK(whole_number<int>(json::parse("-2147483648")) == -2147483647 - 1);
  CHECK(whole_number<std::uint64_t>(json::parse("18446744073709551615")) == ~std::uint64_t{0});
  CHECK(whole_number<std::uint64_t>(json(7)) == 7);  // signed, as programs make it
  CHECK(whole_number<std::int64_t>(json(-7)) == -7);
  for (const char* text : {"2147483648", "-2147483649", "18446744073709551615", "1.0", "1e300",
                           "\"1\"", "true", "null", "[1]"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(whole_number<int>(json::parse(text)), Error);
  }
  CHECK_THROWS_AS(whole_number<std::uint16_t>(json::parse("65536")), Error);
  CHECK_THROWS_AS(whole_number<std::uint64_t>(json::parse("-1")), Error);
  CHECK_THROWS_AS(whole_number<std::int64_t>(json::parse("9223372036854775808")), Error);
}

TEST_CASE("numbers that an int cannot hold are found at any depth") {
  CHECK(numbers_fit_int(
      json::parse(R"({"a": [1, -2147483648, {"b": 2147483647.0}], "c": "1e300"})")));
  CHECK_FALSE(numbers_fit_int(json::parse(R"({"a": [1, {"b": 2147483648}]})")));
  CHECK_FALSE(numbers_fit_int(json::parse("[-1e300]")));
}
