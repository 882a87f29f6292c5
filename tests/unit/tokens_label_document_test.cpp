#include <string>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "tokens/label_document.hpp"

using namespace pairalign;
using tokens::LabelDocument;
using tokens::LabelFormat;

namespace {

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++n;
  return n;
}

}  // namespace

TEST_CASE("a tier per recording, intervals without gaps") {
  LabelDocument document(LabelFormat::textgrid);
  document.add({"a \"b\".wav", 2.0, {7, 9}, {500, 1000}});
  document.add({"c.wav#t=1.00,3.00", 2.0, {5}, {0}});
  document.add({"empty.wav", 1.0, {}, {}});
  const std::string text = document.text();
  CHECK(text.find("xmax = 3.000\ntiers? <exists>\nsize = 3\n") != std::string::npos);
  CHECK(text.find("name = \"a \"\"b\"\".wav\"") != std::string::npos);
  // Before the first token and after the last there is nothing.
  CHECK(text.find("intervals: size = 4") != std::string::npos);
  CHECK(text.find("xmin = 0.500\n            xmax = 1.000\n            text = \"7\"") !=
        std::string::npos);
  CHECK(text.find("xmin = 1.000\n            xmax = 3.000\n            text = \"5\"") !=
        std::string::npos);
  CHECK(count(text, "text = \"\"") == 4);
}

TEST_CASE("labels that overlap get tiers of their own") {
  LabelDocument document(LabelFormat::textgrid);
  document.add("a.wav", {1000, 2000, "second"});
  document.add("a.wav", {0, 1000, "first"});
  document.add("a.wav", {1500, 1600, "within"});
  document.add("a.wav", {2000, 2000, "short"});
  const std::string text = document.text();
  CHECK(count(text, "IntervalTier") == 2);
  CHECK(text.find("name = \"a.wav (2)\"") != std::string::npos);
  CHECK(text.find("xmin = 2.000\n            xmax = 2.001\n            text = \"short\"") !=
        std::string::npos);
}

TEST_CASE("ELAN: slots in the order of time, two for each label") {
  LabelDocument document(LabelFormat::eaf);
  document.add("/x/a b&c.wav", {1000, 2000, "<late>"});
  document.add("/x/a b&c.wav", {0, 1000, "early"});
  document.add("b.wav", {500, 700, "other"});
  const std::string text = document.text();
  CHECK(count(text, "<TIME_SLOT ") == 6);
  std::size_t before = 0;
  for (const char* slot :
       {"ts1\" TIME_VALUE=\"0\"", "ts2\" TIME_VALUE=\"500\"", "ts3\" TIME_VALUE=\"700\"",
        "ts4\" TIME_VALUE=\"1000\"", "ts5\" TIME_VALUE=\"1000\"", "ts6\" TIME_VALUE=\"2000\""}) {
    const std::size_t at = text.find(slot);
    REQUIRE(at != std::string::npos);
    CHECK(at > before);
    before = at;
  }
  CHECK(text.find("MEDIA_URL=\"file:///x/a%20b&amp;c.wav\"") != std::string::npos);
  CHECK(text.find("RELATIVE_MEDIA_URL=\"./b.wav\"") != std::string::npos);
  CHECK(text.find("&lt;late&gt;") != std::string::npos);
  CHECK(count(text, "<TIER ") == 2);
}

TEST_CASE("records without times are refused") {
  LabelDocument document(LabelFormat::eaf);
  CHECK_THROWS_AS(document.add({"a.wav", 1.0, {1, 2}, {}}), Error);
  CHECK(document.text().find("<TIER") == std::string::npos);
}
