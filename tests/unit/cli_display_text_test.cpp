#include <string>

#include <doctest/doctest.h>

#include "cli/terminal.hpp"

using namespace pairalign::cli;

TEST_CASE("width counts columns, whatever the locale") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("Grüße") == 5);
  CHECK(display_width("会議.wav") == 8);
  CHECK(display_width("re\u0301union") == 7);  // with a combining accent
}

TEST_CASE("what is not UTF-8 or does not print takes a column") {
  CHECK(display_width("\xff"
                      "a\xc3") == 3);
  CHECK(fit_end("\xff"
                "a\xc3\x1b[31m",
                80, "…") == "?a??[31m");
}

TEST_CASE("the end of a text fits, its beginning is cut") {
  CHECK(fit_end("talks/one.wav", 13, "…") == "talks/one.wav");
  CHECK(fit_end("talks/one.wav", 8, "…") == "…one.wav");
  CHECK(fit_end("talks/one.wav", 8, "...") == "...e.wav");
  CHECK(fit_end("talks/one.wav", 1, "…") == "…");
  CHECK(fit_end("会議.wav", 7, "…") == "…議.wav");
  CHECK(fit_end("会議.wav", 6, "…") == "….wav");  // half a character is none
  CHECK(fit_end("abe\u0301d", 2, "…") == "…d");   // no mark without what it stands on
  CHECK(display_width(fit_end("abe\u0301d", 3, "…")) == 3);
}

TEST_CASE("bars have eighths, and always their columns") {
  CHECK(bar(0, 4, true) == "    ");
  CHECK(bar(1, 4, true) == "████");
  CHECK(bar(0.5, 4, true) == "██  ");
  CHECK(bar(0.53125, 4, true) == "██▏ ");
  CHECK(bar(0.97, 4, true) == "███▉");
  CHECK(bar(7, 4, true) == "████");
  CHECK(bar(-1, 4, false) == "....");
  CHECK(bar(0.75, 4, false) == "###.");
  for (int i = 0; i <= 100; ++i)
    CHECK(display_width(bar(i / 100.0, 7, true)) == 7);
}

TEST_CASE("times as h:mm:ss.s") {
  CHECK(clock_time(0) == "0:00:00.0");
  CHECK(clock_time(59.96) == "0:01:00.0");
  CHECK(clock_time(3725.14) == "1:02:05.1");
  CHECK(clock_time(360000) == "100:00:00.0");
  CHECK(clock_time(-0.01) == "0:00:00.0");
}
