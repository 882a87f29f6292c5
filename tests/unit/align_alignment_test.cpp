#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "align/alignment.hpp"
#include "align_strings.hpp"
#include "base/random.hpp"

using namespace pairalign;
using namespace pairalign::align;
using test::random_tokens;
using test::Tokens;

namespace {

// What the edits cost, and that they lead from the one string to the other.
std::size_t cost_of(const std::string& edits, const Distance& cost, const Tokens& query,
                    const Tokens& document) {
  std::size_t i = 0, j = 0, sum = 0;
  for (const char edit : edits) {
    if (edit == 'I') {
      sum += static_cast<std::size_t>(cost.deletion(query.at(i++)));
    } else if (edit == 'D') {
      sum += static_cast<std::size_t>(cost.insertion());
      ++j;
    } else {
      REQUIRE((edit == '=') == (query.at(i) == document.at(j)));
      sum += static_cast<std::size_t>(cost.substitution(query.at(i++), document.at(j++)));
    }
  }
  REQUIRE(i == query.size());
  REQUIRE(j == document.size());
  return sum;
}

void check(const Distance& cost, const Tokens& query, const Tokens& document) {
  const auto least = test::matrix(cost, query, document, false)[query.size()][document.size()];
  REQUIRE(cost_of(edit_script(cost, query, document), cost, query, document) == least);
}

}  // namespace

TEST_CASE("alignments cost what the distance is") {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    const Tokens query = random_tokens(random.below(30), 6, random);
    const Tokens document = round % 3 == 0 ? random_tokens(random.below(30), 6, random)
                                           : test::edited(query, 4, 6, random);
    check(kUnitCost, query, document);
    check(test::random_cost(6, round % 2 == 0, random), query, document);
  }
}

TEST_CASE("alignments of long strings, whose matrices are cut") {
  Random random(2);
  const Tokens query = random_tokens(3000, 40, random);
  check(kUnitCost, query, test::edited(query, 5, 40, random));
  check(test::random_cost(40, false, random), query, test::edited(query, 5, 40, random));
  check(kUnitCost, query, random_tokens(1200, 40, random));
  check(kUnitCost, query, {});
}

TEST_CASE("CIGAR strings") {
  CHECK(edit_script(kUnitCost, Tokens{1, 2, 3, 4}, Tokens{1, 9, 3, 4}) == "=X==");
  CHECK(edit_script(kUnitCost, Tokens{1, 2, 3}, Tokens{1, 3}) == "=I=");
  CHECK(edit_script(kUnitCost, Tokens{1, 3}, Tokens{1, 2, 3}) == "=D=");
  CHECK(cigar("==X=IIID") == "2=1X1=3I1D");
  CHECK(cigar("") == "*");
}
