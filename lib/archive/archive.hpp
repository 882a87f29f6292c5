// Archives of token strings: reading. For writing, see writer.hpp.
//
// An archive is a folder, by convention NAME.pai:
//   manifest         which segments belong to the archive, in order (manifest.hpp)
//   segment-000001   immutable files of records (segment_format.hpp)
//   removed-000002   which records of a segment are removed (manifest.hpp)
//   lock             held by the one writer (folder.hpp)
// A writer killed at any instant leaves the archive in the state before or after the commit
// (docs/archive-format.md). Readers take no lock: what they have mapped never changes, even when a
// writer deletes the file. A reader that finds a file gone before it could open it reads the
// manifest again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "archive/manifest.hpp"
#include "archive/segment.hpp"
#include "archive/source.hpp"
#include "base/error.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

/// A snapshot of an archive, taken when it was opened; safe to read from several threads. Records
/// keep the order in which they were added and are numbered from 0 to size() − 1; removed ones are
/// skipped. The accessors of a damaged record throw Error(file, reason); they never read outside
/// the file.
class Archive {
 public:
  /// Throws Error if there is no archive, or if opening finds a file missing, cut short or damaged.
  static Archive open(const std::string& path);

  /// One for each segment whose postings were read so far and found damaged.
  std::vector<Error> index_damages() const;

  /// Opens all files and compares them with their checksums. Empty: no damage.
  static std::vector<Error> verify(const std::string& path);

  const Manifest& manifest() const { return manifest_; }
  const tokens::Header& header() const { return manifest_.header; }
  std::size_t size() const { return first_record_.back(); }
  std::uint64_t token_total() const { return token_total_; }

  /// Decodes up to 31 keys before it: for single records, not for iterating over all of them.
  std::string key(std::size_t i) const { return read(i, &Segment::key); }
  /// Negative: not known.
  double seconds(std::size_t i) const { return read(i, &Segment::seconds); }
  std::size_t token_count(std::size_t i) const { return read(i, &Segment::token_count); }
  /// Number of records by number of tokens.
  std::map<std::size_t, std::size_t> token_counts() const;
  /// `values` is replaced; pass the same vector again to reuse its memory.
  void tokens(std::size_t i, std::vector<tokens::Token>& values) const {
    tokens(i, 0, Segment::kToEnd, values);
  }
  /// Tokens [begin, end) of a record.
  void tokens(std::size_t i, std::size_t begin, std::size_t end,
              std::vector<tokens::Token>& values) const {
    read(i, &Segment::tokens, begin, end, values);
  }
  /// The tokens of records [first, last), those of record i at offsets[i − first] ..
  /// offsets[i − first + 1]: the way to iterate over all records.
  void tokens(std::size_t first, std::size_t last, std::vector<tokens::Token>& values,
              std::vector<std::size_t>& offsets) const;
  /// End of a run of records to read at once from `first` on: after at least `tokens` tokens, or at
  /// the end of the segment if that comes first.
  std::size_t run_end(std::size_t first, std::size_t tokens) const;
  bool has_starts(std::size_t i) const { return read(i, &Segment::has_starts); }
  /// Empty when the record has none.
  void starts_ms(std::size_t i, std::vector<std::uint32_t>& values) const {
    read(i, &Segment::starts_ms, values);
  }
  std::optional<Source> source(std::size_t i) const { return read(i, &Segment::source); }
  void record(std::size_t i, tokens::Record& record) const { read(i, &Segment::record, record); }

  /// Segments and their removed records. Record `i` of the archive is record
  /// nth_live(removed(s), i − first_record(s)) of the last segment s with first_record(s) ≤ i.
  std::size_t segment_count() const { return parts_.size(); }
  const Segment& segment(std::size_t s) const { return parts_[s].segment; }
  const RecordNumbers& removed(std::size_t s) const { return parts_[s].removed; }
  std::size_t first_record(std::size_t s) const { return first_record_[s]; }

 private:
  struct Part {
    Segment segment;
    RecordNumbers removed;
  };
  static Archive open_once(const std::string& path, const Manifest& manifest);
  std::size_t part_of(std::size_t i) const;
  // What a member of the segment gives that holds record i.
  template <class Value, class... Own, class... Args>
  Value read(std::size_t i, Value (Segment::*member)(std::size_t, Own...) const,
             Args&&... args) const {
    const std::size_t p = part_of(i);
    return (parts_[p].segment.*member)(nth_live(parts_[p].removed, i - first_record_[p]), args...);
  }

  Manifest manifest_;
  std::vector<Part> parts_;
  std::vector<std::size_t> first_record_{0};  // of each segment, and the total at the end
  std::uint64_t token_total_ = 0;
};

/// One record after the other of a segment; each block is decoded once, and its metadata only if
/// asked for. Throws like Segment::block_keys and Segment::block_metadata.
class ScannedRecord {
 public:
  explicit ScannedRecord(const Segment& segment) : segment_(segment) {}

  const Segment& segment() const { return segment_; }
  /// Within the segment.
  std::size_t number() const { return number_; }
  const std::string& key() const { return keys_[number_ % kBlockRecords]; }
  const Segment::Metadata& metadata() const {
    if (metadata_.empty()) segment_.block_metadata(number_ / kBlockRecords, metadata_);
    return metadata_[number_ % kBlockRecords];
  }

  void go_to(std::size_t number) {
    if (keys_.empty() || number / kBlockRecords != number_ / kBlockRecords) {
      segment_.block_keys(number / kBlockRecords, keys_);
      metadata_.clear();
    }
    number_ = number;
  }

 private:
  const Segment& segment_;
  std::size_t number_ = 0;
  std::vector<std::string> keys_;
  mutable std::vector<Segment::Metadata> metadata_;  // empty: not read yet
};

/// Calls `visit(record)` for each record that is not removed.
template <class Visit>
void for_each_record(const Segment& segment, const RecordNumbers& removed, Visit visit) {
  ScannedRecord record(segment);
  auto gone = removed.begin();
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (gone != removed.end() && *gone == i) {
      ++gone;
      continue;
    }
    record.go_to(i);
    visit(record);
  }
}

template <class Visit>
void for_each_record(const Archive& archive, Visit visit) {
  for (std::size_t s = 0; s < archive.segment_count(); ++s)
    for_each_record(archive.segment(s), archive.removed(s), visit);
}

}  // namespace pairalign::archive
