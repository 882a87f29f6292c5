// Readers of token strings: the record format (TSV), JSON lines and Kaldi text.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

#include "tokens/record.hpp"

namespace pairalign::tokens {

enum class InputFormat {
  automatic,  ///< by the first line: '{' JSON lines, '#' or a TAB the record format, else Kaldi
  tsv,
  jsonl,
  kaldi,  ///< `key tok tok …`, no duration
};

/// Reads records one by one, in order. Every fault is an Error with subject "FILE:LINE" that gives
/// the field and the reason; after it the reader may be asked for the next record, so that a caller
/// can name every bad line and go on.
class RecordReader {
 public:
  /// `path` "-" is standard input. Throws Error when the file cannot be opened.
  explicit RecordReader(const std::string& path, InputFormat format = InputFormat::automatic);
  ~RecordReader();
  RecordReader(RecordReader&&) noexcept;
  RecordReader& operator=(RecordReader&&) noexcept;

  /// Fills `record` and returns true; false at the end. Header lines met on the way are taken in;
  /// a second header that contradicts the first is an Error (concatenated files of two models).
  bool next(Record& record);

  /// What is known so far: complete once `next` was called.
  const Header& header() const;

  const std::string& name() const;
  std::size_t line() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One line of the record format, without its newline. Throws Error("", reason).
void parse_record(std::string_view line, Record& record);

/// A `#pairalign 1 …` line. Returns false when the line is an ordinary comment; throws
/// Error("", reason) when it is a header but malformed or of a newer format version.
bool parse_header(std::string_view line, Header& header);

}  // namespace pairalign::tokens
