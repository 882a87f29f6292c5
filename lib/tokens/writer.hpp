// Writers of token strings, one per output format.
#pragma once

#include <memory>
#include <string>

#include "tokens/record.hpp"

namespace pairalign::tokens {

enum class OutputFormat {
  tsv,       ///< the record format, with header
  jsonl,     ///< an object a record, preceded by a header object
  kaldi,     ///< `key tok tok …`; blanks in keys become '_'
  km,        ///< tokens only, a line a record
  ctm,       ///< `key 1 start duration token`; needs starts
  audacity,  ///< label track: `start TAB end TAB token`, seconds; needs starts
};

/// Parses "tsv", "jsonl", …; throws Error("", reason) that lists the choices.
OutputFormat parse_output_format(const std::string& name);

/// True for the formats that cannot be written without token starts.
bool needs_starts(OutputFormat format);

/// Turns records into text. Stateless between records, so text made on several threads can be
/// joined in order.
class RecordFormatter {
 public:
  explicit RecordFormatter(OutputFormat format) : format_(format) {}

  /// The lines that open a stream, with their newlines; empty for formats that have none.
  std::string header(const Header& header) const;

  /// Appends the line or lines of one record. Throws Error(key, reason) when the format needs
  /// starts and the record has none.
  void append(const Record& record, std::string& text) const;

 private:
  OutputFormat format_;
};

}  // namespace pairalign::tokens
