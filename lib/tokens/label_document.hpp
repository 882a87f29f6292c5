// Labels of recordings as one document, for programs in which people annotate: Praat and ELAN.
//
// Unlike the other formats these are no lines that can be written one after the other: a document
// tells at its beginning how many tiers it has. So labels are collected, and written at the end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/record.hpp"

namespace pairalign::tokens {

/// What is to be seen beside a part of a recording; milliseconds from its beginning.
struct Label {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::string text;
};

enum class LabelFormat {
  textgrid,  ///< Praat, long text format, UTF-8
  eaf,       ///< ELAN 3.0, XML
};

/// A tier per recording, or per channel where keys name one, in the order in which they come:
/// labels of two recordings are never on one tier. Labels that overlap get further tiers, "NAME
/// (2)" and on: intervals of one tier must not, in either program.
class LabelDocument {
 public:
  explicit LabelDocument(LabelFormat format) : format_(format) {}

  /// Beside the recording of which `key` names a part; its times play no role here. A label shorter
  /// than 1 ms is made that long.
  void add(std::string_view key, Label label);
  /// The recording is at least so long.
  void extend(std::string_view key, std::int64_t length_ms);
  /// A label per token, at its time in the file, which ends where the next one starts, the last one
  /// with the audio. A record without tokens is an empty tier. Throws Error(key, reason) when the
  /// record has no starts.
  void add(const Record& record);

  /// The document; the same labels give the same bytes.
  std::string text() const;

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
  std::map<std::string, std::size_t> places_;  // in recordings_, by name
};

}  // namespace pairalign::tokens
