// One segment file, mapped for reading.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/segment_format.hpp"
#include "archive/source.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

/// Opening checks all that is needed to never read outside the file; contents are checked where
/// they are used and, against their checksums, by `verify`. Records are numbered from 0; an index
/// beyond the last is the caller's fault. All faults are Error(path of the file, reason).
class Segment {
 public:
  explicit Segment(const std::string& path);

  std::size_t size() const { return records_; }
  std::uint64_t token_total() const { return tokens_; }
  std::uint64_t file_size() const { return file_.size(); }
  /// The checksum that stands for the whole file.
  std::uint64_t hash() const { return hash_; }
  /// The name of a section, for people; and its bytes in the file, without filling.
  static const char* section_name(SectionKind kind);
  std::uint64_t section_size(SectionKind kind) const { return sections_[kind].size; }

  std::string_view key(std::size_t i) const;
  double seconds(std::size_t i) const;
  std::size_t token_count(std::size_t i) const;
  void tokens(std::size_t i, std::vector<tokens::Token>& values) const;
  bool has_starts(std::size_t i) const;
  void starts_ms(std::size_t i, std::vector<std::uint32_t>& values) const;
  std::optional<Source> source(std::size_t i) const;
  void record(std::size_t i, tokens::Record& record) const;

  /// Compares every section with its checksum; appends what is damaged.
  void verify(std::vector<Error>& damages) const;

 private:
  struct Slice {
    std::uint64_t begin, end;
  };
  struct Section {
    const unsigned char* data = nullptr;
    std::uint64_t size = 0;
  };

  SegmentHead check_head() const;
  void read_table(const SegmentHead& head);
  void check_sizes(int bits) const;
  void check_size(SectionKind kind, std::uint64_t size) const;
  void check_offsets(SectionKind kind, std::uint64_t end) const;
  Slice slice(SectionKind offsets, std::uint64_t limit, std::size_t i) const;
  template <class T>
  const T* array(SectionKind kind) const;
  [[noreturn]] void fail(const std::string& reason) const;

  std::string path_;
  MappedFile file_;
  std::size_t records_ = 0;
  std::uint64_t tokens_ = 0;
  int bits_ = 1;
  std::uint64_t hash_ = 0;
  std::vector<SectionRow> rows_;
  std::array<Section, kSectionKinds> sections_;
};

}  // namespace pairalign::archive
