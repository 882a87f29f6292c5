// The sections of a segment file under way, and the frame around them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "archive/segment_format.hpp"

namespace pairalign::archive {

class SectionList {
 public:
  void add(SectionKind kind, const void* data, std::size_t size);
  template <class T>
  void add(SectionKind kind, const std::vector<T>& values) {
    add(kind, values.data(), values.size() * sizeof(T));
  }
  void add(SectionKind kind, const std::string& bytes) { add(kind, bytes.data(), bytes.size()); }

  /// The whole file: page sums, head and end mark are made here, as are the members of `head` that
  /// speak of the file and not of what it holds.
  std::string file(SegmentHead head) const;

 private:
  std::vector<SectionRow> rows_;
  std::string bytes_;  // sections, each filled up
};

/// The low half of the XXH3-64 of each page of `bytes`.
std::vector<std::uint32_t> page_sums(const unsigned char* bytes, std::size_t size);

}  // namespace pairalign::archive
