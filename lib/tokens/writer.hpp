// Writers of token strings, one per output format.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tokens/label_document.hpp"
#include "tokens/record.hpp"

namespace pairalign::tokens {

enum class OutputFormat {
  tsv,       ///< the record format, with header
  jsonl,     ///< one object per record, preceded by a header object; see below
  kaldi,     ///< `key tok tok …`; blanks in keys and a leading '#' become '_'
  km,        ///< tokens only, one line per record
  ctm,       ///< `key 1 start duration token`, seconds, keys as for kaldi; needs starts
  audacity,  ///< label track of one file: `start TAB end TAB token`, seconds of the file, even
             ///< where the key names a part of it; needs starts
  textgrid,  ///< one document for Praat: see label_document.hpp; needs starts
  eaf,       ///< the same for ELAN
};

/// "tsv", "jsonl", …, in the order in which they are listed.
std::vector<std::string> output_format_names();
/// "tsv, jsonl, … or audacity (a label track)"; the notes in brackets only if `with_notes`.
std::string describe_output_formats(bool with_notes);

/// Parses one of these names; throws Error("", reason) that lists the choices.
OutputFormat parse_output_format(const std::string& name);

/// True for the formats that cannot be written without token starts.
bool needs_starts(OutputFormat format);
/// True for the formats whose output is one document, not a line or several per record.
bool is_document(OutputFormat format);

// JSON lines. Header: {"pairalign":1,"model":"…","tokenizer":"…","vocab":512}. Record:
//   {"key":"a.wav","seconds":1.25,"tokens":[5,7],"starts":[0,80]}
// `seconds` is null when unknown, `starts` absent when there are none. JSON strings are Unicode,
// keys are bytes: in a key that is not UTF-8, invalid bytes become U+FFFD, and a further member
// `key_bytes` holds its bytes as numbers (as in systemd's journal); a reader uses that if it is
// there.

std::string json_header(const Header& header);
void append_json_record(const Record& record, std::string& text);

/// Turns all records of an output into text.
class RecordStream {
 public:
  explicit RecordStream(OutputFormat format);

  /// The header lines, with their newlines; empty for formats that have none, and when nothing is
  /// known about the strings: headerless input stays headerless.
  std::string header(const Header& header) const;
  /// Appends the line or lines of one record; nothing yet if the output is a document. A token ends
  /// where the next one starts, the last one where the audio ends (or where it starts, if the
  /// duration is not known). Throws Error(key, reason) when the format needs starts and the record
  /// has none, and for a record of a second file in a label track, whose labels do not say which
  /// file they are of.
  void append(const Record& record, std::string& text);
  /// What remains to be written after the last record.
  std::string finish() const { return document_ ? document_->text() : ""; }

 private:
  OutputFormat format_;
  std::optional<LabelDocument> document_;
  std::optional<std::string> path_;  // the file of a label track
};

}  // namespace pairalign::tokens
