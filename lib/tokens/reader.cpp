#include "tokens/reader.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "tokens/settings.hpp"
#include "tokens/text.hpp"

namespace pairalign::tokens {
namespace {

constexpr std::string_view kBlanks = " \t";

// A TSV key may begin with '{' too; but such a line holds a TAB and ends in a token, not in '}'.
InputFormat recognise(std::string_view line) {
  const bool has_tab = line.find('\t') != std::string_view::npos;
  const std::size_t first = line.find_first_not_of(kBlanks);
  const std::size_t last = line.find_last_not_of(kBlanks);
  if (first == std::string_view::npos) return InputFormat::tsv;
  if (line[first] == '{' && (!has_tab || line[last] == '}')) return InputFormat::jsonl;
  return line[0] == '#' || has_tab ? InputFormat::tsv : InputFormat::kaldi;
}

[[noreturn]] void throw_bad_number(const char* field, std::string_view rest,
                                   std::uint64_t largest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  if (word.empty()) {
    throw Error("", fmt::format("{}: numbers are separated by exactly one space", field));
  }
  throw Error(
      "", fmt::format("{}: {} is not a whole number from 0 to {}", field, excerpt(word), largest));
}

// Numbers separated by exactly one space; an empty field holds none.
template <class T>
void parse_numbers(const char* field, std::string_view text, std::vector<T>& numbers) {
  numbers.clear();
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end || !numbers.empty()) {
    T value;
    const auto [stop, fault] = std::from_chars(at, end, value);
    if (fault != std::errc() || (stop != end && *stop != ' ')) {
      throw_bad_number(field, {at, static_cast<std::size_t>(end - at)},
                       std::numeric_limits<T>::max());
    }
    numbers.push_back(value);
    if (stop == end) return;
    at = stop + 1;
  }
}

Alternative parse_alternative(std::string_view text) {
  const std::size_t colon = text.find(':');
  Alternative result;
  if (colon == text.npos || !parse_whole(text.substr(0, colon), result.token) ||
      !parse_whole(text.substr(colon + 1), result.weight) || result.weight == 0) {
    throw Error("",
                fmt::format("alternatives: {} is not a token, a colon and a weight from 1 to {}",
                            excerpt(text), std::numeric_limits<std::uint16_t>::max()));
  }
  return result;
}

// For each token its parts, separated by semicolons: `token:weight,token:weight…`.
void parse_alternatives(std::string_view text, Record& record) {
  record.alternatives.clear();
  if (text.empty()) return;
  for (const std::string_view place : split(text, ' ')) {
    std::vector<Mixture>& parts = record.alternatives.emplace_back();
    for (const std::string_view part : split(place, ';')) {
      Mixture& mixture = parts.emplace_back();
      for (const std::string_view alternative : split(part, ','))
        mixture.push_back(parse_alternative(alternative));
    }
  }
  check_alternatives(record);
}

std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

// One line of Kaldi text: `key tok tok …`, separated by blanks.
void parse_kaldi(std::string_view rest, Record& record) {
  record.seconds = -1;
  record.tokens.clear();
  record.starts_ms.clear();
  record.alternatives.clear();
  record.key = next_word(rest);
  if (record.key.empty()) throw Error("", "key: empty");
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    Token token = 0;
    if (!parse_whole(word, token)) {
      throw_bad_number("tokens", word, std::numeric_limits<Token>::max());
    }
    record.tokens.push_back(token);
  }
}

// A list of paths given by mistake would pass for Kaldi text whose recordings have no tokens, and
// tokens without keys for recordings whose keys are their first tokens.
void refuse_other_text(std::string_view line) {
  constexpr const char* kAnyway = "; Kaldi text that begins like this needs --input-format kaldi";
  const std::string_view key = next_word(line);
  if (next_word(line).empty()) {
    throw HeaderError(
        "", std::string("one word and no tokens: a list of paths is for pa-tokenize") + kAnyway);
  }
  if (key.find_first_not_of("0123456789") == std::string_view::npos) {
    throw HeaderError("", std::string("begins with a number instead of a key, as lines of --format "
                                      "km do") +
                              kAnyway);
  }
}

// With three decimals or more, where records have two.
bool is_label_time(std::string_view text) {
  const std::size_t point = text.find('.');
  return point != text.npos && text.size() - point > 3 &&
         text.find_first_not_of("0123456789.") == text.npos;
}

// A label would pass for the record of a recording whose key is the start of the label.
void refuse_labels(std::string_view line) {
  const std::string_view start = line.substr(0, line.find('\t'));
  const std::string_view rest = line.substr(line.find('\t') + 1);
  if (!is_label_time(start) || !is_label_time(rest.substr(0, rest.find('\t')))) return;
  throw HeaderError("",
                    "begins with a time instead of a key, as lines of --format audacity do; "
                    "records that begin like this need --input-format tsv");
}

}  // namespace

void parse_record(std::string_view line, Record& record) {
  std::vector<std::string_view> fields = split(line, '\t');
  const std::size_t count = fields.size();
  if (count < 3 || count > 5) {
    throw Error("", fmt::format("{} TAB-separated field{} where a record has 3 to 5", count,
                                count == 1 ? "" : "s"));
  }
  fields.resize(5);
  if (fields[0].empty()) throw Error("", "key: empty");
  record.key = unescape_key(fields[0]);
  record.seconds = -1;
  if (fields[1] != "-" && !parse_plain_decimal(fields[1], record.seconds)) {
    throw Error("", fmt::format("seconds: {} is not a plain decimal number from 0 to {:.0f}",
                                excerpt(fields[1]), kMaxSeconds));
  }
  parse_numbers("tokens", fields[2], record.tokens);
  parse_numbers("starts", fields[3], record.starts_ms);
  if (count == 4 && record.starts_ms.empty() && !record.tokens.empty()) {
    throw Error("", fmt::format("starts: none given for {} tokens", record.tokens.size()));
  }
  if (const auto fault = starts_fault(record)) throw Error("", *fault);
  parse_alternatives(fields[4], record);
}

bool parse_header(std::string_view line, Header& header) {
  if (next_word(line) != "#pairalign") return false;
  const std::string_view version_word = next_word(line);
  std::uint64_t version = 0;
  if (!parse_whole(version_word, version)) {
    throw HeaderError("", "header: " + excerpt(version_word) + " is not a format version");
  }
  check_version(version);
  HeaderFields fields;
  for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) {
      throw HeaderError("", "header: " + excerpt(word) + " is not of the form name=value");
    }
    fields.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  header = make_header(fields);
  return true;
}

InputFormat parse_input_format(const std::string& name) {
  if (name == "auto") return InputFormat::automatic;
  if (name == "tsv") return InputFormat::tsv;
  if (name == "jsonl") return InputFormat::jsonl;
  if (name == "kaldi") return InputFormat::kaldi;
  throw Error("", "'" + name + "' is not an input format: auto, tsv, jsonl or kaldi");
}

RecordReader::RecordReader(const std::string& path, InputFormat format, BeforeRead before_read)
    : lines_(path, std::move(before_read)),
      format_(format),
      guessing_(format == InputFormat::automatic) {}

bool RecordReader::next(Record& record) {
  std::string_view line;
  while (!header_failed_ && lines_.next(line)) {
    try {
      if (parse_line(line, record)) return true;
    } catch (const HeaderError& error) {
      header_failed_ = true;
      throw HeaderError(place(), error.reason() + "; the lines from here on are not read");
    } catch (const Error& error) {
      throw Error(place(), error.reason());
    }
  }
  return false;
}

// False for a line that holds no record: a header or a comment.
bool RecordReader::parse_line(std::string_view line, Record& record) {
  if (line.empty()) throw Error("", "empty line");
  // Audio given by mistake would in places pass for Kaldi text: most of its lines are one word, a
  // key without tokens.
  const bool doubtful = format_ == InputFormat::automatic || format_ == InputFormat::kaldi;
  if (guessing_ && doubtful && line.find('\0') != std::string_view::npos) {
    throw HeaderError("", "binary data, not token strings; pa-tokenize makes those from audio");
  }
  if (format_ == InputFormat::automatic) {
    format_ = recognise(line);
    if (format_ == InputFormat::kaldi) refuse_other_text(line);
    if (format_ == InputFormat::tsv) refuse_labels(line);
  }
  Header found;
  bool is_record = true;
  if (format_ == InputFormat::jsonl) {
    is_record = parse_json_line(line, found, record);
  } else if (format_ == InputFormat::kaldi) {
    parse_kaldi(line, record);
  } else if (line[0] != '#') {
    parse_record(line, record);
  } else {
    parse_header(line, found);
    is_record = false;
  }
  if (is_record) {
    if (const auto fault = vocabulary_fault(record, header_.vocabulary)) throw Error("", *fault);
    for (const Token token : record.tokens)
      largest_token_ = std::max<int>(largest_token_, token);
  } else {
    take(found);
  }
  return is_record;
}

// Fields that one header leaves out may come from another.
void RecordReader::take(const Header& found) {
  Header merged = header_;
  if (const auto conflict = merge(merged, found)) throw HeaderError("", *conflict);
  if (found.vocabulary != 0 && largest_token_ >= found.vocabulary) {
    throw HeaderError("", fmt::format("a vocabulary of {}, below a record with token {}",
                                      found.vocabulary, largest_token_));
  }
  header_ = std::move(merged);
}

}  // namespace pairalign::tokens
