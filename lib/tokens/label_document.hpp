// Labels of recordings as one document, for the annotation programs Praat and ELAN.
//
// Unlike the other formats, these cannot be written line by line: a document begins with the number
// of its tiers. So labels are collected, and written at the end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/record.hpp"

namespace pairalign::tokens {

/// A label on a part of a recording; milliseconds from the start of the recording.
struct Label {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::string text;
};

enum class LabelFormat {
  textgrid,  ///< Praat, long text format, UTF-8
  eaf,       ///< ELAN 3.0, XML
};

/// A tier per recording, or per channel where keys name one, in order of appearance: labels of two
/// recordings never share a tier. Labels that overlap go on further tiers, "NAME (2)" and so on, as
/// neither program allows intervals of one tier to overlap.
class LabelDocument {
 public:
  explicit LabelDocument(LabelFormat format) : format_(format) {}

  /// Adds a label to the recording of which `key` names a part; the times in `key` are ignored. A
  /// label shorter than 1 ms is made that long.
  void add(std::string_view key, Label label);
  /// Makes the recording at least this long.
  void extend(std::string_view key, std::int64_t length_ms);
  /// Adds a label per token, at its time in the file; it ends where the next one starts, and the
  /// last one where the audio ends. A record without tokens gives an empty tier. Throws Error(key,
  /// reason) if the record has no starts.
  void add(const Record& record);

  /// The document; the same labels give the same bytes.
  std::string text() const { return format_ == LabelFormat::textgrid ? textgrid() : eaf(); }

 private:
  struct Recording {
    std::string name;  // path and channel
    std::string path;
    std::int64_t length_ms = 0;  // as far as is known
    std::vector<Label> labels;
  };
  struct Tier {
    std::string name;
    std::vector<Label> labels;  // in order, without overlap
  };

  Recording& recording(std::string_view key);
  std::vector<Tier> tiers() const;
  std::string textgrid() const;
  std::string eaf() const;

  LabelFormat format_;
  std::vector<Recording> recordings_;
  std::map<std::string, std::size_t> places_;  // indices into recordings_, by name
};

}  // namespace pairalign::tokens
