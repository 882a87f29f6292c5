#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "tokens/reader.hpp"
#include "tokens/writer.hpp"

using namespace pairalign;
using namespace pairalign::tokens;

namespace {

// A file in memory, for tests that read tens of thousands of them.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) : fd_(::memfd_create("records", MFD_CLOEXEC)) {
    REQUIRE(fd_ >= 0);
    REQUIRE(::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  ~TemporaryFile() { ::close(fd_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

struct Outcome {
  Header header;
  std::vector<Record> records;
  std::vector<std::string> faults;  // without the folder and name of the file
};

Outcome read_all(const std::string& text, InputFormat format = InputFormat::automatic) {
  const TemporaryFile file(text);
  Outcome outcome;
  RecordReader reader(file.path(), format);
  Record record;
  for (bool more = true; more;) {
    try {
      more = reader.next(record);
      if (more) outcome.records.push_back(record);
    } catch (const Error& error) {
      const std::string what = error.what();
      REQUIRE(what.compare(0, file.path().size(), file.path()) == 0);
      outcome.faults.push_back(what.substr(file.path().size() + 1));
    }
  }
  outcome.header = reader.header();
  return outcome;
}

std::string fault_of(const std::string& line) {
  Record record;
  try {
    parse_record(line, record);
  } catch (const Error& error) {
    return error.what();
  }
  return "no fault";
}

bool same(const Record& a, const Record& b) {
  const bool unknown = a.seconds < 0 && b.seconds < 0;
  return a.key == b.key && a.tokens == b.tokens && a.starts_ms == b.starts_ms &&
         a.alternatives == b.alternatives &&
         (unknown || (a.seconds >= 0 && centiseconds(a.seconds) == centiseconds(b.seconds)));
}

Record random_record(Random& random, bool any_bytes) {
  Record record;
  record.key.resize(1 + random.below(10));
  for (char& c : record.key) {
    c = static_cast<char>(any_bytes ? random.below(256) : '0' + random.below(70));
  }
  if (random.chance(0.8)) record.seconds = static_cast<double>(random.below(100000)) / 100;
  record.tokens.resize(random.below(6));
  const bool times = random.chance(0.5);
  std::uint32_t start = 0;
  for (Token& token : record.tokens) {
    token = static_cast<Token>(random.below(65536));
    start += static_cast<std::uint32_t>(random.below(300));
    if (times) record.starts_ms.push_back(start);
  }
  if (random.chance(0.6)) return record;
  record.alternatives.resize(record.tokens.size());
  for (std::vector<Mixture>& parts : record.alternatives) {
    parts.resize(1 + random.below(3));
    for (Mixture& part : parts) {
      part.resize(1 + random.below(3));
      for (Alternative& alternative : part)
        alternative = {static_cast<Token>(random.below(65536)),
                       static_cast<std::uint16_t>(1 + random.below(65535))};
    }
  }
  return record;
}

std::string text_of(const Header& header, const std::vector<Record>& records, OutputFormat format) {
  RecordStream stream(format);
  std::string text = stream.header(header);
  for (const Record& record : records)
    stream.append(record, text);
  return text;
}

const char* const kHeaderLine = "#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512\n";

}  // namespace

TEST_CASE("a record line") {
  Record record;
  parse_record("a\\tb.wav\t1.25\t5 0 65535\t0 80 80", record);
  CHECK(record.key == "a\tb.wav");
  CHECK(record.seconds == 1.25);
  CHECK(record.tokens == std::vector<Token>{5, 0, 65535});
  CHECK(record.starts_ms == std::vector<std::uint32_t>{0, 80, 80});
  record = read_all("k\t-\t\r\n").records.at(0);
  CHECK(record.seconds < 0);
  CHECK(record.tokens.empty());
  CHECK(record.starts_ms.empty());
}

TEST_CASE("each fault of a record line is named") {
  CHECK(fault_of("a") == "1 TAB-separated field where a record has 3 to 5");
  CHECK(fault_of("a\t1.00") == "2 TAB-separated fields where a record has 3 to 5");
  CHECK(fault_of("a\t1\t2\t3\t4:1\t5") == "6 TAB-separated fields where a record has 3 to 5");
  CHECK(fault_of("\t1\t2") == "key: empty");
  CHECK(fault_of("a\\\t1\t2") == "key: ends with a single backslash");
  for (const char* seconds : {"", "1e3", "-1", "+1", ".5", "1.", "inf", "nan", " 1", "0x1", "1,5",
                              "40000001", "99999999999999999999999999999"}) {
    CHECK(fault_of("a\t" + std::string(seconds) + "\t2") ==
          "seconds: '" + std::string(seconds).substr(0, 24) +
              (std::string(seconds).size() > 24 ? "…" : "") +
              "' is not a plain decimal number from 0 to 40000000");
  }
  const std::string not_a_token = " is not a whole number from 0 to 65535";
  CHECK(fault_of("a\t1\t65536") == "tokens: '65536'" + not_a_token);
  CHECK(fault_of("a\t1\t1 -2") == "tokens: '-2'" + not_a_token);
  CHECK(fault_of("a\t1\t1 2x 3") == "tokens: '2x'" + not_a_token);
  CHECK(fault_of("a\t1\t1,2") == "tokens: '1,2'" + not_a_token);
  const std::string spaces = "tokens: numbers are separated by exactly one space";
  CHECK(fault_of("a\t1\t1  2") == spaces);
  CHECK(fault_of("a\t1\t 1") == spaces);
  CHECK(fault_of("a\t1\t1 ") == spaces);
  CHECK(fault_of("a\t1\t1 2\t5") == "starts: 1 given for 2 tokens");
  CHECK(fault_of("a\t1\t1 2\t") == "starts: none given for 2 tokens");
  CHECK(fault_of("a\t1\t\t5") == "starts: 1 given for 0 tokens");
  CHECK(fault_of("a\t1\t1 2\t6 5") == "starts: 5 comes after 6");
  CHECK(fault_of("a\t1\t1\t4294967296") ==
        "starts: '4294967296' is not a whole number from 0 to 4294967295");
  CHECK(fault_of("a\t1\t1 2\t\t1:9,3:1;4:1 2:65535") == "no fault");
  CHECK(fault_of("a\t1\t1 2\t\t1:9") == "alternatives: given for 1 of 2 tokens");
  for (const char* pair :
       {"", "1", "1:", ":1", "1:0", "1:65536", "65536:1", "1:1:1", "1 :1", "3:3;", ";3:3"}) {
    CHECK(fault_of("a\t1\t1\t5\t2:2," + std::string(pair))
              .find("is not a token, a colon and a "
                    "weight from 1 to 65535") != std::string::npos);
  }
}

TEST_CASE("a header line") {
  Header header;
  CHECK(parse_header("#pairalign 1 model=0123456789abcdef tokenizer=dpvq vocab=512 made=now",
                     header));
  CHECK(header.model == "0123456789abcdef");
  CHECK(header.tokenizer == "dpvq");
  CHECK(header.vocabulary == 512);
  CHECK(parse_header("#pairalign 1", header));
  CHECK(header == Header());
  CHECK(read_all("#pairalign 1 vocab=5\r\n").header.vocabulary == 5);
  CHECK_FALSE(parse_header("# pairalign 1", header));
  CHECK_FALSE(parse_header("#pairaligned", header));
  for (const char* line :
       {"#pairalign", "#pairalign 2", "#pairalign x", "#pairalign 1 vq", "#pairalign 1 vocab=0",
        "#pairalign 1 vocab=65537", "#pairalign 1 vocab=5x", "#pairalign 1 model=123",
        "#pairalign 1 model=0123456789ABCDEF", "#pairalign 1 tokenizer="}) {
    CHECK_THROWS_AS(parse_header(line, header), HeaderError);
  }
}

TEST_CASE("bad lines are named by number, good ones are read") {
  const Outcome outcome = read_all(std::string(kHeaderLine) +
                                   "a\t1\t1\n# comment\n\nb\tx\t1\nc\t1\t512\nd\t1\t2\r\ne\t1\t3");
  REQUIRE(outcome.records.size() == 3);
  CHECK(outcome.records[0].key == "a");
  CHECK(outcome.records[1].key == "d");
  CHECK(outcome.records[2].key == "e");
  REQUIRE(outcome.faults.size() == 3);
  CHECK(outcome.faults[0] == "4: empty line");
  CHECK(outcome.faults[1] == "5: seconds: 'x' is not a plain decimal number from 0 to 40000000");
  CHECK(outcome.faults[2] == "6: tokens: 512 is outside the vocabulary of 512");
  CHECK(outcome.header.vocabulary == 512);
}

TEST_CASE("nothing is read behind a header that does not fit") {
  const Outcome two_models = read_all(std::string(kHeaderLine) +
                                      "a\t1\t1\n#pairalign 1 model=ffffffffffffffff\nb\t1\t1\n");
  CHECK(two_models.records.size() == 1);
  REQUIRE(two_models.faults.size() == 1);
  CHECK(two_models.faults[0].find("3: strings of model=0123456789abcdef") == 0);
  CHECK(two_models.faults[0].find("model=ffffffffffffffff") != std::string::npos);

  const Outcome repeated =
      read_all(std::string(kHeaderLine) + "a\t1\t1\n" + kHeaderLine + "b\t1\t1\n");
  CHECK(repeated.records.size() == 2);
  CHECK(repeated.faults.empty());

  const Outcome too_late = read_all("a\t1\t700\n#pairalign 1 vocab=512\nb\t1\t1\n");
  CHECK(too_late.records.size() == 1);
  REQUIRE(too_late.faults.size() == 1);
  CHECK(too_late.faults[0].find("2: a vocabulary of 512, below a record with token 700") == 0);

  const Outcome newer = read_all("#pairalign 2\na\t1\t1\n");
  CHECK(newer.records.empty());
  CHECK(newer.faults.size() == 1);
}

TEST_CASE("the format is recognised by the first line") {
  CHECK(read_all("a.wav 1 2 3\nb\n").records.size() == 2);
  CHECK(read_all("a.wav\t1\t1 2 3\n").records[0].tokens.size() == 3);
  CHECK(read_all("{\"key\":\"a\",\"tokens\":[1]}\n").records[0].key == "a");
  CHECK(read_all("{\"key\":\t\"a\",\t\"tokens\":\t[1]}\r\n").records[0].key == "a");
  CHECK(read_all("{a}.wav\t1\t1 2 3\n").records[0].key == "{a}.wav");
  CHECK(read_all("").records.empty());
  CHECK(read_all("\n").faults.size() == 1);
}

TEST_CASE("Kaldi text") {
  const Outcome outcome = read_all("a  1\t2 \nb\nc 1 x\n\r\n", InputFormat::kaldi);
  REQUIRE(outcome.records.size() == 2);
  CHECK(outcome.records[0].tokens == std::vector<Token>{1, 2});
  CHECK(outcome.records[0].seconds < 0);
  CHECK(outcome.records[1].tokens.empty());
  REQUIRE(outcome.faults.size() == 2);
  CHECK(outcome.faults[0] == "3: tokens: 'x' is not a whole number from 0 to 65535");
}

TEST_CASE("audio is not taken for Kaldi text") {
  const std::string wave("RIFF 4\n\0\0WAVEfmt \x10\0\nx\n", 22);
  const std::string fault =
      "binary data, not token strings; pa-tokenize makes those from audio; "
      "the lines from here on are not read";
  const Outcome guessed = read_all(wave);
  CHECK(guessed.faults == std::vector<std::string>{"2: " + fault});
  CHECK(guessed.records.size() == 1);
  CHECK(read_all(wave.substr(7)).faults == std::vector<std::string>{"1: " + fault});
  CHECK(read_all(wave, InputFormat::kaldi).records.size() == 2);
  const std::string key_with_nul("a\t1.00\t5\nb\0c\t1.00\t6\n", 20);
  CHECK(read_all(key_with_nul).records.size() == 2);
}

TEST_CASE("a list of paths, or tokens without keys, is not taken for Kaldi text") {
  const std::string list = "talks/a.wav\ntalks/b.wav\n";
  CHECK(read_all(list).faults ==
        std::vector<std::string>{"1: one word and no tokens: a list of paths is for pa-tokenize; "
                                 "Kaldi text that begins like this needs --input-format kaldi; "
                                 "the lines from here on are not read"});
  CHECK(read_all(list).records.empty());
  CHECK(read_all(list, InputFormat::kaldi).records.size() == 2);
  const std::string units = "5 17 17 8\n5 3\n";
  CHECK(read_all(units).faults.size() == 1);
  CHECK(read_all(units).records.empty());
  CHECK(read_all(units, InputFormat::kaldi).records.size() == 2);
}

TEST_CASE("each fault of a JSON line is named") {
  const auto fault = [](const std::string& line) {
    const Outcome outcome = read_all(line + "\n", InputFormat::jsonl);
    REQUIRE(outcome.faults.size() == 1);
    return outcome.faults[0].substr(3);
  };
  CHECK(fault("[1]") == "not a JSON object");
  CHECK(fault("{\"tokens\":[]}") == "key: missing");
  CHECK(fault("{\"key\":1,\"tokens\":[]}") == "key: not a string");
  CHECK(fault("{\"key\":\"\",\"tokens\":[]}") == "key: empty");
  CHECK(fault("{\"key\":\"a\"}") == "tokens: missing");
  CHECK(fault("{\"key\":\"a\",\"tokens\":1}") == "tokens: not an array");
  CHECK(fault("{\"key\":\"a\",\"tokens\":[1.5]}") ==
        "tokens: '1.5' is not a whole number from 0 to 65535");
  CHECK(fault("{\"key\":\"a\",\"tokens\":[-1]}") ==
        "tokens: '-1' is not a whole number from 0 to 65535");
  CHECK(fault("{\"key\":\"a\",\"tokens\":[],\"seconds\":-1}") ==
        "seconds: '-1' is not a number from 0 to 40000000");
  CHECK(fault("{\"key\":\"a\",\"tokens\":[1,2],\"starts\":[1]}") == "starts: 1 given for 2 tokens");
  const auto alternatives_fault = [&](const std::string& alternatives) {
    return fault("{\"key\":\"a\",\"tokens\":[1],\"alternatives\":" + alternatives + "}");
  };
  CHECK(alternatives_fault("5") == "alternatives: not an array");
  CHECK(alternatives_fault("[5]") == "alternatives: none for a token");
  CHECK(alternatives_fault("[[]]") == "alternatives: none for a token");
  CHECK(alternatives_fault("[[[]]]") == "alternatives: none for a part of a token");
  CHECK(alternatives_fault("[[5]]") == "alternatives: none for a part of a token");
  CHECK(alternatives_fault("[[[[1,2]]],[[[1,2]]]]") == "alternatives: given for 2 of 1 tokens");
  for (const char* pair : {"1", "[1]", "[1,0]", "[1,65536]", "[65536,1]", "[1,-1]", "[1,1,1]"}) {
    CHECK(alternatives_fault("[[[" + std::string(pair) + "]]]") ==
          "alternatives: '" + std::string(pair) + "' is not a token and a weight from 1 to 65535");
  }
  CHECK(fault("{\"key\":\"a\",").find("parse error") == 0);
  CHECK(fault("{\"pairalign\":2}").find("header: format version 2") == 0);
  CHECK(fault("{\"pairalign\":1,\"vocab\":\"x\"}").find("header: vocab is not a whole number") ==
        0);
  CHECK(read_all("{\"key\":\"a\",\"tokens\":[1],\"starts\":[]}\n").records.size() == 1);
}

TEST_CASE("a line may be longer than any buffer") {
  Record record;
  record.key = "long";
  record.seconds = 1;
  for (int i = 0; i < 700000; ++i)
    record.tokens.push_back(static_cast<Token>(i));
  const std::string text = text_of({}, {record, record}, OutputFormat::tsv);
  const Outcome outcome = read_all(text);
  REQUIRE(outcome.records.size() == 2);
  CHECK(outcome.records[1].tokens == record.tokens);
}

TEST_CASE("what a format can hold comes back from it") {
  Random random(2);
  for (int round = 0; round < 300; ++round) {
    std::vector<Record> records;
    for (std::uint64_t n = 1 + random.below(5); n > 0; --n) {
      records.push_back(random_record(random, true));
    }
    Header header;
    header.model = "00000000000000aa";
    header.vocabulary = 65536;
    for (const auto& [out, in] : {std::pair(OutputFormat::tsv, InputFormat::tsv),
                                  std::pair(OutputFormat::tsv, InputFormat::automatic),
                                  std::pair(OutputFormat::jsonl, InputFormat::automatic)}) {
      const Outcome outcome = read_all(text_of(header, records, out), in);
      REQUIRE(outcome.faults.empty());
      REQUIRE(outcome.header == header);
      REQUIRE(outcome.records.size() == records.size());
      for (std::size_t i = 0; i < records.size(); ++i)
        REQUIRE(same(outcome.records[i], records[i]));
    }
    for (Record& record : records) {
      record.seconds = -1;
      record.starts_ms.clear();
      record.alternatives.clear();
      for (char& c : record.key)
        c = static_cast<char>('a' + random.below(26));
    }
    const Outcome kaldi = read_all(text_of({}, records, OutputFormat::kaldi), InputFormat::kaldi);
    REQUIRE(kaldi.records.size() == records.size());
    for (std::size_t i = 0; i < records.size(); ++i)
      REQUIRE(same(kaldi.records[i], records[i]));
  }
}

TEST_CASE("a mutated line is an error or a record that prints and reads back the same") {
  Random random(3);
  const std::string alphabet = "\t \\#-.0123456789{}[]\",:\r\xff\x00ae";
  int records = 0, faults = 0;
  for (int round = 0; round < 20000; ++round) {
    const bool json = random.chance(0.5);
    std::string line =
        text_of({}, {random_record(random, false)}, json ? OutputFormat::jsonl : OutputFormat::tsv);
    line.pop_back();
    for (std::uint64_t edits = 1 + random.below(3); edits > 0 && !line.empty(); --edits) {
      const std::size_t at = random.below(line.size());
      const char c = alphabet[random.below(alphabet.size())];
      const std::uint64_t kind = random.below(3);
      if (kind == 0) line[at] = c;
      if (kind == 1) line.insert(at, 1, c);
      if (kind == 2) line.erase(at, 1 + random.below(4));
    }
    const Outcome outcome = read_all(line + "\n");
    faults += static_cast<int>(outcome.faults.size());
    for (const Record& record : outcome.records) {
      ++records;
      const Outcome again = read_all(text_of({}, {record}, OutputFormat::tsv));
      REQUIRE(again.records.size() == 1);
      REQUIRE(same(again.records[0], record));
    }
  }
  CHECK(records > 1000);
  CHECK(faults > 1000);
}

TEST_CASE("files that cannot be read are errors, once") {
  CHECK_THROWS_AS(RecordReader("/nonexistent/x.tsv"), Error);
  CHECK_THROWS_WITH_AS(RecordReader("/"), doctest::Contains("is a folder; pa-tokenize"), Error);
  RecordReader memory("/proc/self/mem");  // opens, but its first page is never mapped
  Record record;
  CHECK_THROWS_WITH_AS(memory.next(record), doctest::Contains("cannot read"), Error);
  CHECK_FALSE(memory.next(record));
}
