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
  jsonl,     ///< an object a record, preceded by a header object; see below
  kaldi,     ///< `key tok tok …`; blanks in keys and a '#' that begins one become '_'
  km,        ///< tokens only, a line a record
  ctm,       ///< `key 1 start duration token`, seconds, keys as for kaldi; needs starts
  audacity,  ///< label track of one file: `start TAB end TAB token`, seconds of the file, also
             ///< where the key stands for a part of it; needs starts
  textgrid,  ///< one document for Praat: see label_document.hpp; needs starts
  eaf,       ///< the same for ELAN
};

/// "tsv", "jsonl", …, in the order in which they are listed.
std::vector<std::string> output_format_names();
/// "tsv, jsonl, … or audacity (a label track)"; the notes in brackets where asked for.
std::string describe_output_formats(bool with_notes);

/// Parses one of these names; throws Error("", reason) that lists the choices.
OutputFormat parse_output_format(const std::string& name);

/// True for the formats that cannot be written without token starts.
bool needs_starts(OutputFormat format);
/// True for those whose records are not lines one behind the other, but make one document.
bool is_document(OutputFormat format);

// JSON lines. Header: {"pairalign":1,"model":"…","tokenizer":"…","vocab":512}. Record:
//   {"key":"a.wav","seconds":1.25,"tokens":[5,7],"starts":[0,80]}
// `seconds` is null when unknown, `starts` absent when there are none. JSON strings are Unicode,
// keys are bytes: a key that is not UTF-8 shows U+FFFD for what is not, and a further member
// `key_bytes` holds its bytes as numbers (as systemd's journal does); a reader takes that when it
// is there.

/// Turns records into text. Stateless between records, so text made on several threads can be
/// joined in order.
class RecordFormatter {
 public:
  /// No format that is a document.
  explicit RecordFormatter(OutputFormat format);

  /// The lines that open a stream, with their newlines; empty for formats that have none, and when
  /// nothing is known of the strings: headerless input stays headerless.
  std::string header(const Header& header) const;

  /// Appends the line or lines of one record. A token ends where the next one starts, the last one
  /// with the audio (or where it starts, when the duration is not known). Throws Error(key, reason)
  /// when the format needs starts and the record has none.
  void append(const Record& record, std::string& text) const;

 private:
  OutputFormat format_;
};

/// All records of an output, in any format.
class RecordStream {
 public:
  explicit RecordStream(OutputFormat format);

  std::string header(const Header& header) const;
  /// As RecordFormatter; of a document nothing yet. Throws Error(key, reason) too for a record of a
  /// second file in a label track, whose labels do not say which file they are of.
  void append(const Record& record, std::string& text);
  /// What is left to be written when all records are there.
  std::string finish() const;

 private:
  OutputFormat format_;
  std::optional<LabelDocument> document_;
  std::optional<std::string> path_;  // of a label track
};

}  // namespace pairalign::tokens
