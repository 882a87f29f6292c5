// Settings in headers: what is compared, and what is written and read.
#include <doctest/doctest.h>

#include "tokens/reader.hpp"
#include "tokens/settings.hpp"
#include "tokens/writer.hpp"

using namespace pairalign::tokens;

namespace {

Header read(const std::string& line) {
  Header header;
  REQUIRE(parse_header("#pairalign 1 " + line, header));
  return header;
}

const std::string kModel = "model=0123456789abcdef ";

}  // namespace

TEST_CASE("settings are read in any order, written in one, and others passed over") {
  const Header header = read(kModel + "window=3 rate=8 colour=red tokenizer=dpvq vocab=512");
  CHECK(tokenizer_name(header) == "dpvq");
  CHECK(describe(header) == kModel + "tokenizer=dpvq rate=8 window=3 vocab=512");
  CHECK(read(describe(header)) == header);
  Header json;
  Record record;
  CHECK(json_header(header) ==
        "{\"pairalign\":1,\"model\":\"0123456789abcdef\",\"tokenizer\":\"dpvq\",\"vocab\":512,"
        "\"settings\":{\"rate\":\"8\",\"window\":\"3\"}}\n");
  CHECK_FALSE(parse_json_line(json_header(header), json, record));
  CHECK(json == header);
  Header built = read(kModel + "tokenizer=dpvq vocab=512");
  set_setting(built, "window", 3);
  set_setting(built, "rate", 8.0);
  CHECK(built == header);
  set_setting(built, "rate", 12.5);
  CHECK(describe(built) == kModel + "tokenizer=dpvq rate=12.5 window=3 vocab=512");
  CHECK_THROWS_AS(set_setting(built, "rate", "8 9"), HeaderError);
}

TEST_CASE("strings of another rate are other strings; windows and channels are the query's own") {
  const Header usual = read(kModel + "tokenizer=pairalign");
  const Header slow = read(kModel + "tokenizer=pairalign rate=8");
  const Header windows = read(kModel + "tokenizer=pairalign window=3");
  const Header shorter = read(kModel + "tokenizer=pairalign window=2");
  const Header left = read(kModel + "tokenizer=pairalign channel=1");
  CHECK_FALSE(compatible(usual, slow));
  CHECK(compatible(slow, slow));
  CHECK_FALSE(compatible(slow, read(kModel + "tokenizer=pairalign penalty=8")));
  CHECK(compatible(Header(), slow));
  CHECK(compatible(usual, windows));
  CHECK(compatible(windows, left));
  CHECK(may_be_archived(usual, windows));
  CHECK_FALSE(may_be_archived(windows, shorter));
  CHECK_FALSE(may_be_archived(usual, slow));
}

TEST_CASE("an archive that names its channel takes no other") {
  const Header none = read(kModel + "tokenizer=pairalign");
  const Header left = read(kModel + "tokenizer=pairalign channel=1");
  const Header each = read(kModel + "tokenizer=pairalign channel=each");
  CHECK(may_be_archived(left, left));
  CHECK_FALSE(may_be_archived(left, each));
  CHECK_FALSE(may_be_archived(left, none));
  CHECK(may_be_archived(none, each));  // made before headers named channels
}
