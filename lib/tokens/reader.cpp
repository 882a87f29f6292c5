#include "tokens/reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tokens/json_lines.hpp"
#include "tokens/line_reader.hpp"
#include "tokens/parse.hpp"

namespace pairalign::tokens {
namespace {

// A TSV key may begin with '{' too; but such a line holds a TAB and ends in a token, not in '}'.
InputFormat recognise(std::string_view line) {
  const bool has_tab = line.find('\t') != std::string_view::npos;
  const std::size_t first = line.find_first_not_of(" \t");
  const std::size_t last = line.find_last_not_of(" \t\r");
  if (first == std::string_view::npos) return InputFormat::tsv;
  if (line[first] == '{' && (!has_tab || line[last] == '}')) return InputFormat::jsonl;
  return line[0] == '#' || has_tab ? InputFormat::tsv : InputFormat::kaldi;
}

}  // namespace

InputFormat parse_input_format(const std::string& name) {
  if (name == "auto") return InputFormat::automatic;
  if (name == "tsv") return InputFormat::tsv;
  if (name == "jsonl") return InputFormat::jsonl;
  if (name == "kaldi") return InputFormat::kaldi;
  throw Error("", "'" + name + "' is no input format: auto, tsv, jsonl or kaldi");
}

struct RecordReader::Impl {
  Impl(const std::string& path, InputFormat wanted, BeforeRead before_read)
      : lines(path, std::move(before_read)),
        format(wanted),
        guessing(wanted == InputFormat::automatic) {}

  bool next(Record& record);
  bool parse_line(std::string_view line, Record& record);
  void refuse_binary(std::string_view line) const;
  bool parse_tsv(std::string_view line, Record& record);
  bool parse_jsonl(std::string_view line, Record& record);
  void take(const Header& found);
  void check_vocabulary(const Record& record);

  LineReader lines;
  InputFormat format;
  bool guessing;
  Header header;
  bool header_failed = false;
  int largest_token = -1;  // of all records so far
};

bool RecordReader::Impl::next(Record& record) {
  std::string_view line;
  while (!header_failed && lines.next(line)) {
    try {
      if (parse_line(line, record)) return true;
    } catch (const HeaderError& error) {
      header_failed = true;
      throw HeaderError(fmt::format("{}:{}", lines.name(), lines.line()),
                        error.reason() + "; the lines from here on are not read");
    } catch (const Error& error) {
      throw Error(fmt::format("{}:{}", lines.name(), lines.line()), error.reason());
    }
  }
  return false;
}

// False for a line that holds no record: a header or a comment.
bool RecordReader::Impl::parse_line(std::string_view line, Record& record) {
  if (line.empty() || line == "\r") throw Error("", "empty line");
  refuse_binary(line);
  if (format == InputFormat::automatic) format = recognise(line);
  bool found = true;
  switch (format) {
    case InputFormat::jsonl:
      found = parse_jsonl(line, record);
      break;
    case InputFormat::kaldi:
      parse_kaldi(line, record);
      break;
    default:
      found = parse_tsv(line, record);
  }
  if (found) check_vocabulary(record);
  return found;
}

// Audio given by mistake would in places pass for Kaldi text: most of its lines are one word, a key
// without tokens.
void RecordReader::Impl::refuse_binary(std::string_view line) const {
  const bool doubtful = format == InputFormat::automatic || format == InputFormat::kaldi;
  if (!guessing || !doubtful || line.find('\0') == std::string_view::npos) return;
  throw HeaderError("", "binary data, not token strings, which pa-tokenize makes of audio");
}

bool RecordReader::Impl::parse_tsv(std::string_view line, Record& record) {
  if (line[0] != '#') {
    parse_record(line, record);
    return true;
  }
  Header found;
  if (parse_header(line, found)) take(found);
  return false;
}

bool RecordReader::Impl::parse_jsonl(std::string_view line, Record& record) {
  Header found;
  if (parse_json_line(line, found, record) == JsonLine::record) return true;
  take(found);
  return false;
}

// Fields that one header leaves out may come from another.
void RecordReader::Impl::take(const Header& found) {
  if (!compatible(header, found)) throw HeaderError("", describe_mismatch(header, found));
  if (found.vocabulary != 0 && largest_token >= found.vocabulary) {
    throw HeaderError("", fmt::format("a vocabulary of {}, below a record with token {}",
                                      found.vocabulary, largest_token));
  }
  fill_in(header, found);
}

void RecordReader::Impl::check_vocabulary(const Record& record) {
  if (record.tokens.empty()) return;
  const int largest = *std::max_element(record.tokens.begin(), record.tokens.end());
  if (header.vocabulary != 0 && largest >= header.vocabulary) {
    throw Error(
        "", fmt::format("tokens: {} is outside the vocabulary of {}", largest, header.vocabulary));
  }
  largest_token = std::max(largest_token, largest);
}

RecordReader::RecordReader(const std::string& path, InputFormat format, BeforeRead before_read)
    : impl_(std::make_unique<Impl>(path, format, std::move(before_read))) {}
RecordReader::~RecordReader() = default;
RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader& RecordReader::operator=(RecordReader&&) noexcept = default;

bool RecordReader::next(Record& record) {
  return impl_->next(record);
}
const Header& RecordReader::header() const {
  return impl_->header;
}
const std::string& RecordReader::name() const {
  return impl_->lines.name();
}
std::size_t RecordReader::line() const {
  return impl_->lines.line();
}

}  // namespace pairalign::tokens
