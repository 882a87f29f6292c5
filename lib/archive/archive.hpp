// Archives of token strings: the reading side. writer.hpp is the other.
//
// An archive is a folder, by custom NAME.pai:
//   manifest         which segments count, in order (manifest.hpp)
//   segment-000001   immutable files of records (segment_format.hpp)
//   lock             held by the one writer (folder_lock.hpp)
// An append writes new segments under names the manifest does not know, each fsynced and renamed
// into place, and then replaces the manifest in one rename(2). Killed at any instant, it leaves the
// archive as it was before or after: files no manifest names are not read, and the next writer
// deletes them. Readers take no lock: what they have mapped never changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/segment.hpp"
#include "archive/source.hpp"
#include "base/error.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

/// An archive as it stood when it was opened; safe to read from several threads. Records keep the
/// order in which they were added, and are numbered from 0 to size() − 1. Where a record turns out
/// to be damaged, its accessors throw Error(file, reason); they never read outside the file.
class Archive {
 public:
  /// Throws Error: no archive, or a file of it is missing, cut or damaged where that shows at once.
  static Archive open(const std::string& path);

  /// Opens all there is and compares it with its checksums. Empty: sound.
  static std::vector<Error> verify(const std::string& path);

  const tokens::Header& header() const { return header_; }
  std::size_t size() const { return first_record_.back(); }
  std::uint64_t token_total() const { return token_total_; }

  /// Valid as long as the archive.
  std::string_view key(std::size_t i) const;
  /// Negative: not known.
  double seconds(std::size_t i) const;
  std::size_t token_count(std::size_t i) const;
  /// `values` is replaced; pass the same vector again to spare its allocation.
  void tokens(std::size_t i, std::vector<tokens::Token>& values) const;
  bool has_starts(std::size_t i) const;
  /// Empty when the record has none.
  void starts_ms(std::size_t i, std::vector<std::uint32_t>& values) const;
  std::optional<Source> source(std::size_t i) const;
  void record(std::size_t i, tokens::Record& record) const;

  struct SectionTotal {
    /// kSectionKinds for what frames the sections.
    SectionKind kind = kSectionKinds;
    std::string name;
    std::uint64_t bytes = 0;
  };
  /// What takes up the room: each kind of section over all segments, then
  /// "framing": heads, filling and manifest.
  std::vector<SectionTotal> section_totals() const;
  std::size_t segment_count() const { return segments_.size(); }

 private:
  struct Place {
    const Segment& segment;
    std::size_t index;
  };
  Place locate(std::size_t i) const;

  tokens::Header header_;
  std::vector<Segment> segments_;
  std::vector<std::size_t> first_record_{0};  // of each segment, and the total at the end
  std::uint64_t token_total_ = 0;
  std::uint64_t manifest_bytes_ = 0;
};

}  // namespace pairalign::archive
