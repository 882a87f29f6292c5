#include "tokens/writer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "tokens/json_lines.hpp"

namespace pairalign::tokens {
namespace {

constexpr std::array<std::pair<const char*, OutputFormat>, 6> kFormats = {{
    {"tsv", OutputFormat::tsv},
    {"jsonl", OutputFormat::jsonl},
    {"kaldi", OutputFormat::kaldi},
    {"km", OutputFormat::km},
    {"ctm", OutputFormat::ctm},
    {"audacity", OutputFormat::audacity},
}};

template <class T>
void append_number(T number, std::string& text) {
  const fmt::format_int digits(number);
  text.append(digits.data(), digits.size());
}

template <class T>
void append_numbers(const std::vector<T>& numbers, std::string& text) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) text += ' ';
    append_number(numbers[i], text);
  }
}

void append_tsv(const Record& record, std::string& text) {
  text += escape_key(record.key);
  if (record.seconds < 0) {
    text += "\t-\t";
  } else {
    const std::int64_t hundredths = centiseconds(record.seconds);
    text += '\t';
    append_number(hundredths / 100, text);
    text += '.';
    text += static_cast<char>('0' + hundredths / 10 % 10);
    text += static_cast<char>('0' + hundredths % 10);
    text += '\t';
  }
  append_numbers(record.tokens, text);
  if (!record.starts_ms.empty()) {
    text += '\t';
    append_numbers(record.starts_ms, text);
  }
  text += '\n';
}

// Formats whose fields are separated by blanks cannot hold one, and know no escapes.
std::string blank_free(std::string key) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  std::replace_if(
      key.begin(), key.end(), [&](char c) { return kBlanks.find(c) != kBlanks.npos; }, '_');
  if (!key.empty() && key[0] == '#') key[0] = '_';
  return key;
}

void append_kaldi(const Record& record, std::string& text) {
  text += blank_free(record.key);
  if (!record.tokens.empty()) text += ' ';
  append_numbers(record.tokens, text);
  text += '\n';
}

// Milliseconds.
std::uint64_t end_of_token(const Record& record, std::size_t i) {
  const std::uint64_t start = record.starts_ms[i];
  if (i + 1 < record.starts_ms.size()) return record.starts_ms[i + 1];
  if (record.seconds < 0) return start;
  return std::max(start, 10 * static_cast<std::uint64_t>(centiseconds(record.seconds)));
}

void append_ctm(const Record& record, std::string& text) {
  const std::string key = blank_free(record.key);
  for (std::size_t i = 0; i < record.tokens.size(); ++i) {
    const std::uint64_t start = record.starts_ms[i];
    const std::uint64_t duration = end_of_token(record, i) - start;
    fmt::format_to(std::back_inserter(text), "{} 1 {}.{:03} {}.{:03} {}\n", key, start / 1000,
                   start % 1000, duration / 1000, duration % 1000, record.tokens[i]);
  }
}

// A label track lies beside the whole file, while starts count from where the record begins.
void append_audacity(const Record& record, std::string& text) {
  const auto offset =
      static_cast<std::uint64_t>(std::llround(split_fragment(record.key).start_s * 1000));
  for (std::size_t i = 0; i < record.tokens.size(); ++i) {
    const std::uint64_t start = offset + record.starts_ms[i];
    const std::uint64_t end = offset + end_of_token(record, i);
    fmt::format_to(std::back_inserter(text), "{}.{:03}\t{}.{:03}\t{}\n", start / 1000, start % 1000,
                   end / 1000, end % 1000, record.tokens[i]);
  }
}

}  // namespace

OutputFormat parse_output_format(const std::string& name) {
  for (const auto& [word, format] : kFormats) {
    if (name == word) return format;
  }
  throw Error("", "'" + name + "' is no output format: tsv, jsonl, kaldi, km, ctm or audacity");
}

bool needs_starts(OutputFormat format) {
  return format == OutputFormat::ctm || format == OutputFormat::audacity;
}

std::string RecordFormatter::header(const Header& header) const {
  if (header == Header()) return "";
  if (format_ == OutputFormat::tsv) return "#pairalign 1 " + describe(header) + "\n";
  if (format_ == OutputFormat::jsonl) return json_header(header);
  return "";
}

void RecordFormatter::append(const Record& record, std::string& text) const {
  if (needs_starts(format_) && record.starts_ms.size() != record.tokens.size()) {
    throw Error(record.key,
                "has no token times, which this format needs; pa-tokenize --times gives them");
  }
  switch (format_) {
    case OutputFormat::tsv:
      append_tsv(record, text);
      break;
    case OutputFormat::jsonl:
      append_json_record(record, text);
      break;
    case OutputFormat::kaldi:
      append_kaldi(record, text);
      break;
    case OutputFormat::ctm:
      append_ctm(record, text);
      break;
    case OutputFormat::audacity:
      append_audacity(record, text);
      break;
    case OutputFormat::km:
      append_numbers(record.tokens, text);
      text += '\n';
      break;
  }
}

}  // namespace pairalign::tokens
