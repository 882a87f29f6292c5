#include "tokens/writer.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "base/error.hpp"
#include "tokens/text.hpp"

namespace pairalign::tokens {
namespace {

void append_tsv(const Record& record, std::string& text) {
  text += escape_key(record.key) + '\t';
  text += record.seconds < 0 ? "-" : hundredths(centiseconds(record.seconds));
  text += '\t';
  append_numbers(record.tokens, ' ', text);
  if (!record.starts_ms.empty() || !record.alternatives.empty()) {
    text += '\t';
    append_numbers(record.starts_ms, ' ', text);
  }
  const char* separator = "\t";
  for (const std::vector<Mixture>& parts : record.alternatives) {
    for (const Mixture& part : parts) {
      for (const auto& [token, weight] : part) {
        fmt::format_to(std::back_inserter(text), "{}{}:{}", separator, token, weight);
        separator = ",";
      }
      separator = ";";
    }
    separator = " ";
  }
  text += '\n';
}

// Formats whose fields are separated by blanks have no escapes, so a key cannot hold a blank.
std::string blank_free(std::string key) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  std::replace_if(
      key.begin(), key.end(), [&](char c) { return kBlanks.find(c) != kBlanks.npos; }, '_');
  if (!key.empty() && key[0] == '#') key[0] = '_';
  return key;
}

void append_km(const Record& record, std::string& text) {
  append_numbers(record.tokens, ' ', text);
  text += '\n';
}

void append_kaldi(const Record& record, std::string& text) {
  text += blank_free(record.key);
  if (!record.tokens.empty()) text += ' ';
  append_km(record, text);
}

void append_ctm(const Record& record, std::string& text) {
  const std::string key = blank_free(record.key);
  for (std::size_t i = 0; i < record.tokens.size(); ++i) {
    const std::uint64_t start = record.starts_ms[i];
    fmt::format_to(std::back_inserter(text), "{} 1 {} {} {}\n", key, thousandths(start),
                   thousandths(end_of_token(record, i) - start), record.tokens[i]);
  }
}

// A label track is for the whole file, while starts count from the beginning of the record.
void append_audacity(const Record& record, std::string& text) {
  const std::int64_t offset = std::llround(split_fragment(record.key).start_s * 1000);
  for (std::size_t i = 0; i < record.tokens.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}\t{}\t{}\n",
                   thousandths(offset + record.starts_ms[i]),
                   thousandths(offset + end_of_token(record, i)), record.tokens[i]);
  }
}

std::string tsv_header(const Header& header) {
  return "#pairalign 1 " + describe(header) + "\n";
}

struct Format {
  OutputFormat format;
  const char* name;
  const char* note;  // after the name where the choices are listed
  bool needs_starts;
  std::string (*header)(const Header&);  // null: none
  void (*append)(const Record&, std::string&);
};

// To add a format, add a row here and its name to the enumeration: help, completions and manual
// follow. Formats that are one document have no function that writes a record.
constexpr Format kFormats[] = {
    {OutputFormat::tsv, "tsv", "", false, tsv_header, append_tsv},
    {OutputFormat::jsonl, "jsonl", "", false, json_header, append_json_record},
    {OutputFormat::kaldi, "kaldi", "", false, nullptr, append_kaldi},
    {OutputFormat::km, "km", " (tokens only)", false, nullptr, append_km},
    {OutputFormat::ctm, "ctm", "", true, nullptr, append_ctm},
    {OutputFormat::audacity, "audacity", " (a label track)", true, nullptr, append_audacity},
    {OutputFormat::textgrid, "textgrid", " (for Praat)", true, nullptr, nullptr},
    {OutputFormat::eaf, "eaf", " (for ELAN)", true, nullptr, nullptr},
};

const Format& row_of(OutputFormat format) {
  return *std::find_if(std::begin(kFormats), std::end(kFormats),
                       [&](const Format& row) { return row.format == format; });
}

}  // namespace

std::vector<std::string> output_format_names() {
  std::vector<std::string> names;
  for (const Format& row : kFormats)
    names.emplace_back(row.name);
  return names;
}

std::string describe_output_formats(bool with_notes) {
  std::string text;
  for (const Format& row : kFormats) {
    if (&row != kFormats) text += &row + 1 == std::end(kFormats) ? " or " : ", ";
    text += row.name;
    if (with_notes) text += row.note;
  }
  return text;
}

OutputFormat parse_output_format(const std::string& name) {
  for (const Format& row : kFormats) {
    if (name == row.name) return row.format;
  }
  throw Error("", "'" + name + "' is not an output format: " + describe_output_formats(false));
}

bool needs_starts(OutputFormat format) {
  return row_of(format).needs_starts;
}

bool is_document(OutputFormat format) {
  return row_of(format).append == nullptr;
}

RecordStream::RecordStream(OutputFormat format) : format_(format) {
  if (format == OutputFormat::textgrid) document_.emplace(LabelFormat::textgrid);
  if (format == OutputFormat::eaf) document_.emplace(LabelFormat::eaf);
}

std::string RecordStream::header(const Header& header) const {
  const Format& row = row_of(format_);
  return header == Header() || row.header == nullptr ? "" : row.header(header);
}

void RecordStream::append(const Record& record, std::string& text) {
  if (document_) {
    document_->add(record);
    return;
  }
  if (format_ == OutputFormat::audacity) {
    const std::string_view path = split_fragment(record.key).path;
    if (!path_) path_ = path;
    if (path != *path_) {
      throw Error(record.key, "a label track is of one recording, and this one is of " + *path_ +
                                  "; --format textgrid or eaf has a tier for each");
    }
  }
  const Format& row = row_of(format_);
  if (row.needs_starts) require_starts(record);
  row.append(record, text);
}

}  // namespace pairalign::tokens
