// Readers of token strings: the record format (TSV), JSON lines and Kaldi text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "tokens/line_reader.hpp"
#include "tokens/record.hpp"

namespace pairalign::tokens {

enum class InputFormat {
  automatic,  ///< by the first line: '{' is JSON lines, '#' or a TAB the record format, else Kaldi
  tsv,
  jsonl,
  kaldi,  ///< `key tok tok …`, separated by blanks; no duration
};

/// Parses "auto", "tsv", "jsonl", "kaldi"; throws Error("", reason) that lists the choices.
InputFormat parse_input_format(const std::string& name);

/// A header that is malformed, of a newer format version, or contradicts an earlier one, or binary
/// data, a list of paths or labels in place of strings: the meaning of the lines after it is
/// unknown. The reader returns no record after it.
class HeaderError : public Error {
 public:
  using Error::Error;
};

/// Reads records one by one, in order. Every fault is an Error with subject "FILE:LINE" that gives
/// the field and the reason; after it the reader may be asked for the next record, so that a caller
/// can report every bad line and go on. Lines may be of any length and end in "\n" or "\r\n"; an
/// empty line is a fault, as it may be what a broken writer left of a record.
class RecordReader {
 public:
  /// `path` "-" is standard input. Throws Error when the file cannot be opened.
  explicit RecordReader(const std::string& path, InputFormat format = InputFormat::automatic,
                        BeforeRead before_read = {});

  /// Fills `record` and returns true; false at the end. Header lines on the way are merged into
  /// `header()`; a second header that contradicts the first is an Error (concatenated files of two
  /// models).
  bool next(Record& record);

  /// What is known so far: after the first call of `next`, the header at the top of the input.
  const Header& header() const { return header_; }

  /// The path, or "standard input"; and the number of the line read last, from 1.
  const std::string& name() const { return lines_.name(); }
  std::size_t line() const { return lines_.line(); }
  /// "NAME:LINE", the subject of errors.
  std::string place() const { return name() + ':' + std::to_string(line()); }
  /// At the end: whether the last line of a stream of records has no newline. A string that was cut
  /// short looks like a whole one.
  bool unterminated() const { return format_ == InputFormat::tsv && lines_.unterminated(); }

 private:
  bool parse_line(std::string_view line, Record& record);
  void take(const Header& found);

  LineReader lines_;
  InputFormat format_;
  bool guessing_;
  Header header_;
  bool header_failed_ = false;
  int largest_token_ = -1;  // of all records so far
};

/// One line of the record format, without its newline; "-" as SECONDS stands for an unknown
/// duration. Throws Error("", "field: reason"); `record` is then unspecified.
void parse_record(std::string_view line, Record& record);

/// One line of JSON lines (see writer.hpp). True for a record, which it fills; false for a header,
/// an object with a member "pairalign", which it fills instead. Throws Error("", reason), or
/// HeaderError for a header.
bool parse_json_line(std::string_view line, Header& header, Record& record);

/// A `#pairalign 1 …` line. Fields that are absent are left unknown, fields with other names are
/// ignored. Returns false when the line is an ordinary comment; throws HeaderError("", reason) when
/// it is a header but malformed or of a newer format version.
bool parse_header(std::string_view line, Header& header);

}  // namespace pairalign::tokens
