// The sections of a segment file being built, and the framing around them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "archive/segment_format.hpp"

namespace pairalign::archive {

/// Sections are kept in separate pieces and written from there: copying them all would take as long
/// as packing the tokens.
class SectionList {
 public:
  void add(SectionKind kind, std::string bytes);
  template <class T>
  void add(SectionKind kind, const std::vector<T>& values) {
    add(kind, std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
  }
  /// Moves all of `others` to the end.
  void append(SectionList others);

  /// The whole file, in pieces; the list is empty afterwards. Adds page sums, heads and end mark,
  /// and fills in the members of `head` that describe the file rather than its contents.
  std::vector<std::string> take_file(SegmentHead head);

 private:
  std::vector<SectionRow> rows_;
  std::vector<std::string> pieces_;  // the bytes of each section, and its padding
};

/// The low half of the XXH3-64 of each page of the concatenated pieces.
std::vector<std::uint32_t> page_sums(const std::vector<std::string>& pieces);
std::uint32_t page_sum(const void* bytes, std::size_t size);

}  // namespace pairalign::archive
