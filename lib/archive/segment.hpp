// One segment file, mapped for reading.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/pair_index.hpp"
#include "archive/record_coding.hpp"
#include "archive/segment_format.hpp"
#include "archive/source.hpp"
#include "archive/token_coding.hpp"
#include "archive/varint.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

/// Opening checks everything needed to never read outside the file; contents are checked where they
/// are used and, against their checksums, by salvage.hpp. Records are numbered from 0; the
/// caller must not pass an index beyond the last. All errors are Error(path of the file, reason).
/// Safe to read from several threads.
class Segment {
 public:
  explicit Segment(const std::string& path)
      : path_(path), file_(path), data_(file_.data()), size_(file_.size()) {
    open();
  }
  /// From bytes in memory, as if they were the file `path`.
  Segment(const std::string& path, std::vector<unsigned char> bytes)
      : path_(path), bytes_(std::move(bytes)), data_(bytes_.data()), size_(bytes_.size()) {
    open();
  }

  const std::string& path() const { return path_; }
  std::size_t size() const { return head_.records; }
  std::uint64_t token_total() const { return head_.tokens; }
  std::uint64_t file_size() const { return size_; }
  TokenCoding coding() const { return head_.coding; }
  /// The checksum that identifies the whole file.
  std::uint64_t hash() const { return hash_; }

  const Section& section(SectionKind kind) const { return sections_[kind]; }
  /// In file order, including those of unknown kinds.
  const std::vector<std::pair<std::uint32_t, Section>>& sections() const { return all_sections_; }
  /// Offset of the first page that has a checksum: the end of the page sums.
  std::uint64_t first_page() const { return sections_[kPageSums].end(); }
  /// Whether the page at this offset matches its checksum.
  bool is_page_sound(std::uint64_t page) const { return pages_->sound(page, page + 1); }
  /// The name of a section, for messages.
  static const char* section_name(std::uint32_t kind);

  /// Decodes up to 31 keys before it; to iterate over all, use `block_keys`.
  std::string key(std::size_t i) const;
  std::size_t blocks() const { return (size() + kBlockRecords - 1) / kBlockRecords; }
  /// The keys of all records of a block, from record kBlockRecords·block on.
  void block_keys(std::size_t block, std::vector<std::string>& keys) const;

  /// What is stored of a record in 'numbers' and 'sources'.
  struct Metadata {
    std::uint32_t tokens = 0;
    std::uint32_t start_bytes = 0;
    double seconds = -1;  ///< negative: not known
    std::optional<Source> source;
  };
  /// Of all records of a block; each call of the members below that take a record reads its block
  /// again.
  void block_metadata(std::size_t block, std::vector<Metadata>& metadata) const;

  using Counts = std::array<std::uint32_t, kBlockRecords>;
  /// The number of tokens of each record of a block; 0 past the last record of the segment.
  Counts token_counts(std::size_t block) const;

  double seconds(std::size_t i) const { return metadata(i).seconds; }
  std::size_t token_count(std::size_t i) const {
    return token_counts(i / kBlockRecords)[i % kBlockRecords];
  }
  static constexpr std::size_t kToEnd = ~std::size_t{0};
  /// Tokens [begin, end) of a record, or from `begin` to its end. `values` is replaced; pass the
  /// same vector again to reuse its memory.
  void tokens(std::size_t i, std::size_t begin, std::size_t end,
              std::vector<tokens::Token>& values) const;
  /// Appends the tokens of records [first, last) to `values`, and the end of each record in
  /// `values` to `ends`. For scans: the cost of locating records is paid once per block.
  void append_tokens(std::size_t first, std::size_t last, std::vector<tokens::Token>& values,
                     std::vector<std::size_t>& ends) const;
  /// The positions in the segment where a record's tokens begin and end.
  struct TokenPlace {
    std::size_t record;
    std::uint64_t begin, end;
  };
  TokenPlace token_place(std::size_t record) const;
  /// Of the record that holds the token at `position`.
  TokenPlace record_at(std::uint64_t position) const;
  /// Appends the tokens at positions [first, last), all of one record.
  void append_span(const TokenPlace& place, std::uint64_t first, std::uint64_t last,
                   std::vector<tokens::Token>& values) const;
  /// Not `present()` in a small segment.
  PairIndex pair_index() const {
    if (sections_[kPairLists].data == nullptr) return {};
    return {sections_[kPairLists], sections_[kPairs], *pages_, head_.tokens};
  }
  /// Whether a list of the postings was read and found damaged.
  bool pair_damage_seen() const { return pages_->damage_seen(); }
  bool has_starts(std::size_t i) const {
    const ByteRange starts = start_slice(i);
    return starts.begin != starts.end;
  }
  void starts_ms(std::size_t i, std::vector<std::uint32_t>& values) const;
  std::optional<Source> source(std::size_t i) const { return metadata(i).source; }
  void record(std::size_t i, tokens::Record& record) const;

  /// The ranges of the file that a record is read from, located through these bytes themselves,
  /// which may be damaged.
  struct ByteRange {
    std::uint64_t begin, end;
  };
  std::vector<ByteRange> bytes_of(std::size_t i) const;

 private:
  // What reads a section of codes, made when it is first needed.
  template <class Code>
  struct Lazy {
    std::once_flag made;
    std::optional<Code> code;

    // Null if the section is damaged.
    const Code* get(const Section& section) {
      std::call_once(made, [&] {
        try {
          code.emplace(Span<const unsigned char>(section.data, section.size));
        } catch (const Error&) {
        }
      });
      return code ? &*code : nullptr;
    }
  };

  void open();
  void check_head();
  void read_table();
  void check_counts() const;
  void check_size(SectionKind kind, std::uint64_t size) const;
  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(path_, "damaged: " + reason);
  }
  [[noreturn]] void fail(SectionKind kind, std::size_t i) const;

  bool packed_starts() const { return head_.version >= kPackedStartsVersion; }
  // These are 8-byte aligned.
  const BlockRow* block_rows() const {
    return reinterpret_cast<const BlockRow*>(sections_[kBlocks].data);
  }
  const CodedBlock* coded_blocks() const {
    return reinterpret_cast<const CodedBlock*>(sections_[kTokenBlocks].data);
  }
  std::size_t records_in(std::size_t block) const {
    return std::min(kBlockRecords, size() - block * kBlockRecords);
  }
  ByteRange block_slice(SectionKind kind, std::uint32_t BlockRow::*member, std::size_t block) const;
  ByteReader block_bytes(SectionKind kind, std::uint32_t BlockRow::*member,
                         std::size_t block) const;
  bool read_sources(std::size_t block, ByteReader& numbers, std::vector<Metadata>& metadata) const;
  Metadata metadata(std::size_t i) const;
  ByteRange start_slice(std::size_t i) const;
  const StartCode* start_code() const { return start_code_->get(sections_[kStarts]); }
  std::size_t coded_block_of(std::size_t record) const;
  ByteRange coded_slice(std::size_t coded_block) const;
  void append_decoded(std::size_t first, std::size_t last,
                      std::vector<tokens::Token>& values) const;

  std::string path_;
  MappedFile file_;
  std::vector<unsigned char> bytes_;  // instead of a mapped file
  const unsigned char* data_ = nullptr;
  std::uint64_t size_ = 0;
  SegmentHead head_{};
  std::uint64_t hash_ = 0;
  std::array<Section, kSectionKinds> sections_;
  std::vector<std::pair<std::uint32_t, Section>> all_sections_;
  std::unique_ptr<PageCheck> pages_;  // for all sections but the page sums
  std::unique_ptr<Lazy<TokenDecoder>> decoder_ = std::make_unique<Lazy<TokenDecoder>>();
  std::unique_ptr<Lazy<StartCode>> start_code_ = std::make_unique<Lazy<StartCode>>();
};

/// The segment at `path`, or with kNewSuffix if it is not committed yet (folder.hpp).
Segment open_segment(const std::string& path);

}  // namespace pairalign::archive
