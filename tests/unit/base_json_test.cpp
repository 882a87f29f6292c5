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

TEST_CASE("JSON is parsed to a depth that its values may be printed and compared at") {
  const auto nested = [](std::size_t depth, const std::string& inside) {
    return std::string(depth, '[') + inside + std::string(depth, ']');
  };
  CHECK(parse_json<json>(nested(64, "")).dump() == nested(64, ""));
  CHECK_THROWS_AS(parse_json<json>(nested(65, "")), Error);
  CHECK_THROWS_AS(parse_json<json>(nested(300000, "1")), Error);
  CHECK_THROWS_AS(parse_json<json>(std::string(300000, '['), false), Error);
  CHECK_THROWS_AS(parse_json<json>(nested(33, "{\"[[\\\"\":" + nested(32, "") + "}")), Error);
  const std::string text = nested(2, '"' + std::string(100, '[') + "\\\"[\\\\\"");
  CHECK(parse_json<json>(text).dump() == text);
  std::string wide = "[[]";
  for (int i = 0; i < 100; ++i)
    wide += ",{\"a\":[]}";
  CHECK(parse_json<json>(wide + "]").size() == 101);
  CHECK_THROWS_AS(parse_json<json>("[1"), json::exception);
  CHECK(parse_json<json>("[1", false).is_discarded());
}

TEST_CASE("numbers that an int cannot hold are found at any depth") {
  CHECK(numbers_fit_int(
      json::parse(R"({"a": [1, -2147483648, {"b": 2147483647.0}], "c": "1e300"})")));
  CHECK_FALSE(numbers_fit_int(json::parse(R"({"a": [1, {"b": 2147483648}]})")));
  CHECK_FALSE(numbers_fit_int(json::parse("[-1e300]")));
}
