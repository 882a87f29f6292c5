#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "tokens/text.hpp"

using namespace pairalign::tokens;

TEST_CASE("fields between separators, words between blanks") {
  using Texts = std::vector<std::string_view>;
  CHECK(split("a\t\tb c", '\t') == Texts{"a", "", "b c"});
  CHECK(split("a\t", '\t') == Texts{"a", ""});
  CHECK(split("", '\t') == Texts{""});
  CHECK(words_of(" a\t b c\r") == Texts{"a", "b", "c"});
  CHECK(words_of("a") == Texts{"a"});
  CHECK(words_of(" \t").empty());
}
