#include <string>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "tokens/writer.hpp"

using namespace pairalign;
using namespace pairalign::tokens;

namespace {

Record example() {
  Record record;
  record.key = "#a b\t\\c.wav";
  record.seconds = 1.255;
  record.tokens = {5, 300, 7};
  record.starts_ms = {0, 80, 1200};
  return record;
}

std::string printed(const Record& record, OutputFormat format) {
  std::string text;
  RecordStream(format).append(record, text);
  return text;
}

}  // namespace

TEST_CASE("every format prints the example") {
  const Record record = example();
  CHECK(printed(record, OutputFormat::tsv) == "\\#a b\\t\\\\c.wav\t1.25\t5 300 7\t0 80 1200\n");
  CHECK(printed(record, OutputFormat::jsonl) ==
        "{\"key\":\"#a b\\t\\\\c.wav\",\"seconds\":1.25,\"tokens\":[5,300,7],"
        "\"starts\":[0,80,1200]}\n");
  CHECK(printed(record, OutputFormat::kaldi) == "_a_b_\\c.wav 5 300 7\n");
  CHECK(printed(record, OutputFormat::km) == "5 300 7\n");
  CHECK(printed(record, OutputFormat::ctm) ==
        "_a_b_\\c.wav 1 0.000 0.080 5\n"
        "_a_b_\\c.wav 1 0.080 1.120 300\n"
        "_a_b_\\c.wav 1 1.200 0.050 7\n");
  CHECK(printed(record, OutputFormat::audacity) ==
        "0.000\t0.080\t5\n0.080\t1.200\t300\n1.200\t1.250\t7\n");
}

TEST_CASE("alternatives follow the times, which may be missing") {
  Record record = example();
  record.alternatives = {{{{5, 900}, {6, 100}}, {{5, 1}}}, {{{300, 1}}}, {{{8, 600}, {7, 400}}}};
  CHECK(printed(record, OutputFormat::tsv) ==
        "\\#a b\\t\\\\c.wav\t1.25\t5 300 7\t0 80 1200\t5:900,6:100;5:1 300:1 8:600,7:400\n");
  record.starts_ms.clear();
  CHECK(printed(record, OutputFormat::tsv) ==
        "\\#a b\\t\\\\c.wav\t1.25\t5 300 7\t\t5:900,6:100;5:1 300:1 8:600,7:400\n");
  CHECK(printed(record, OutputFormat::jsonl) ==
        "{\"key\":\"#a b\\t\\\\c.wav\",\"seconds\":1.25,\"tokens\":[5,300,7],"
        "\"alternatives\":[[[[5,900],[6,100]],[[5,1]]],[[[300,1]]],[[[8,600],[7,400]]]]}\n");
  CHECK(printed(record, OutputFormat::km) == "5 300 7\n");
}

TEST_CASE("the labels of a part of a file lie where that part does") {
  Record record = example();
  record.key = "a.wav#t=4.50,5.75";
  CHECK(printed(record, OutputFormat::audacity) ==
        "4.500\t4.580\t5\n4.580\t5.700\t300\n5.700\t5.750\t7\n");
}

TEST_CASE("records without tokens, times or duration") {
  Record record;
  record.key = "k";
  CHECK(printed(record, OutputFormat::tsv) == "k\t-\t\n");
  CHECK(printed(record, OutputFormat::jsonl) == "{\"key\":\"k\",\"seconds\":null,\"tokens\":[]}\n");
  CHECK(printed(record, OutputFormat::kaldi) == "k\n");
  CHECK(printed(record, OutputFormat::km) == "\n");
  CHECK(printed(record, OutputFormat::ctm).empty());
  record.tokens = {1};
  CHECK_THROWS_WITH_AS(
      printed(record, OutputFormat::ctm),
      "k: has no token times, which this format needs; pa-tokenize --times gives them", Error);
  record.starts_ms = {250};
  CHECK(printed(record, OutputFormat::ctm) == "k 1 0.250 0.000 1\n");
}

TEST_CASE("a key that is not UTF-8 keeps its bytes in JSON") {
  Record record;
  record.key = "a\xff";
  record.seconds = 0;
  CHECK(printed(record, OutputFormat::jsonl) ==
        "{\"key\":\"a\xef\xbf\xbd\",\"key_bytes\":[97,255],\"seconds\":0.00,\"tokens\":[]}\n");
}

TEST_CASE("headers") {
  Header header;
  CHECK(RecordStream(OutputFormat::tsv).header(header).empty());
  header.model = "0123456789abcdef";
  header.tokenizer = "vq";
  header.vocabulary = 512;
  CHECK(RecordStream(OutputFormat::tsv).header(header) ==
        "#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512\n");
  CHECK(RecordStream(OutputFormat::jsonl).header(header) ==
        "{\"pairalign\":1,\"model\":\"0123456789abcdef\",\"tokenizer\":\"vq\",\"vocab\":512}\n");
  CHECK(RecordStream(OutputFormat::kaldi).header(header).empty());
}

TEST_CASE("format names") {
  CHECK(parse_output_format("ctm") == OutputFormat::ctm);
  CHECK_THROWS_WITH_AS(parse_output_format("xml"),
                       "'xml' is not an output format: tsv, jsonl, kaldi, km, ctm, audacity, "
                       "textgrid or eaf",
                       Error);
  CHECK(needs_starts(OutputFormat::audacity));
  CHECK_FALSE(needs_starts(OutputFormat::km));
}

TEST_CASE("streams: documents come at the end, a label track is of one recording") {
  Record other = example();
  other.key = "other.wav";
  std::string text;
  RecordStream grid(OutputFormat::textgrid);
  grid.append(example(), text);
  grid.append(other, text);
  CHECK(grid.header({"0123456789abcdef", "vq", 512}).empty());
  CHECK(text.empty());
  CHECK(grid.finish().find("size = 2\nitem []:") != std::string::npos);

  RecordStream track(OutputFormat::audacity);
  Record part = example();
  part.key += "#t=5.00,6.00";
  track.append(example(), text);
  CHECK_NOTHROW(track.append(part, text));
  const std::string before = text;
  CHECK_THROWS_AS(track.append(other, text), Error);
  CHECK(text == before);
  CHECK(track.finish().empty());
}
