// The sections of a segment file under way, and the frame around them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "archive/segment_format.hpp"

namespace pairalign::archive {

/// Sections are kept where they were made and written from there: a copy of them all would take as
/// long as packing the tokens.
class SectionList {
 public:
  void add(SectionKind kind, std::string bytes);
  template <class T>
  void add(SectionKind kind, const std::vector<T>& values) {
    add(kind, std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
  }
  /// All of `others` behind these.
  void append(SectionList others);

  /// The whole file, in pieces; nothing is left here. Page sums, head and end mark are made here,
  /// as are the members of `head` that speak of the file and not of what it holds.
  std::vector<std::string> take_file(SegmentHead head);

 private:
  std::vector<SectionRow> rows_;
  std::vector<std::string> pieces_;  // of each section its bytes and what fills them up
};

/// The low half of the XXH3-64 of each page of what the pieces make up together.
std::vector<std::uint32_t> page_sums(const std::vector<std::string>& pieces);
std::uint32_t page_sum(const void* bytes, std::size_t size);

}  // namespace pairalign::archive
