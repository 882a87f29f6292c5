#include "archive/segment.hpp"

#include <cstring>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "archive/folder.hpp"
#include "base/hash.hpp"

namespace pairalign::archive {

const char* Segment::section_name(std::uint32_t kind) {
  constexpr const char* kNames[] = {
      "unknown section", "page sums",   "header",       "blocks", "keys",       "numbers", "starts",
      "sources",         "token table", "token blocks", "tokens", "pair lists", "pairs"};
  static_assert(std::size(kNames) == kSectionKinds);
  return kNames[kind < kSectionKinds ? kind : 0];
}

Segment::Segment(const std::string& path)
    : path_(path), file_(path), data_(file_.data()), size_(file_.size()) {
  open();
}

Segment::Segment(const std::string& path, std::vector<unsigned char> bytes)
    : path_(path), bytes_(std::move(bytes)), data_(bytes_.data()), size_(bytes_.size()) {
  open();
}

Segment open_segment(const std::string& path) {
  return open_under_either_name(path, [](const std::string& name) { return Segment(name); });
}

void Segment::fail(const std::string& reason) const {
  throw Error(path_, "damaged: " + reason);
}

void Segment::fail(SectionKind kind, std::size_t i) const {
  fail(fmt::format("'{}' of record {} of {}", section_name(kind), i + 1, records_));
}

void Segment::open() {
  const SegmentHead head = check_head();
  read_table(head);
  records_ = head.records;
  tokens_ = head.tokens;
  bits_ = head.bits;
  coding_ = head.coding;
  packed_starts_ = head.version >= kPackedStartsVersion;
  check_counts(head);
  const auto* const sums = reinterpret_cast<const std::uint32_t*>(sections_[kPageSums].data);
  pages_ =
      std::make_unique<PageCheck>(data_, first_page(), all_sections_.back().second.end(), sums);
}

SegmentHead Segment::check_head() const {
  SegmentHead head;
  if (size_ < 2 * head_size(0) + sizeof kSegmentEnd) fail("too short for a segment");
  std::memcpy(&head, data_, sizeof head);
  if (std::memcmp(head.magic, kSegmentMagic, sizeof head.magic) != 0) {
    fail("does not begin like a segment");
  }
  if (head.byte_order != kByteOrderMark) {
    throw Error(path_, "written on a machine of the other byte order, or damaged");
  }
  if (head.version < kSegmentVersion || head.version > kPackedStartsVersion) {
    throw Error(path_, fmt::format("segment format version {}, and this program reads {} and {}",
                                   head.version, kSegmentVersion, kPackedStartsVersion));
  }
  if (head.file_size != size_) {
    fail(fmt::format("{} bytes long where {} are expected", size_, head.file_size));
  }
  const unsigned char* end = data_ + size_ - sizeof kSegmentEnd;
  if (std::memcmp(end, kSegmentEnd, sizeof kSegmentEnd) != 0) fail("the end mark is missing");
  return head;
}

// After this, every section lies within the file, between the two heads, and each byte of the file
// is either checked here or covered by the checksum of a section.
void Segment::read_table(const SegmentHead& head) {
  const std::uint64_t room = (size_ - sizeof kSegmentEnd) / 2;
  if (head.sections > room / sizeof(SectionRow)) fail("more sections than bytes");
  const std::uint64_t top = head_size(head.sections);
  if (top > room) fail("more sections than bytes");
  std::memcpy(&hash_, data_ + top - sizeof hash_, sizeof hash_);
  if (hash64(data_, top - sizeof hash_) != hash_) fail("the checksum of its head does not match");
  const std::uint64_t end = size_ - sizeof kSegmentEnd - top;
  if (std::memcmp(data_, data_ + end, top) != 0) fail("the second head is not the first");

  std::uint64_t offset = top;
  for (std::uint32_t i = 0; i < head.sections; ++i) {
    SectionRow row;
    std::memcpy(&row, data_ + sizeof head + i * sizeof row, sizeof row);
    if (row.size > end - offset || padded(row.size) > end - offset) {
      fail("sections do not follow one another");
    }
    const Section section{data_ + offset, offset, row.size, row.hash};
    all_sections_.emplace_back(row.kind, section);
    offset += padded(row.size);
    if (row.kind >= kSectionKinds) continue;
    if (sections_[row.kind].data != nullptr) fail("a section appears twice");
    sections_[row.kind] = section;
  }
  if (offset != end) fail("bytes after the last section");
  if (all_sections_.empty() || all_sections_[0].first != kPageSums) fail("no page sums");
}

void Segment::check_size(SectionKind kind, std::uint64_t size) const {
  if (sections_[kind].data == nullptr) fail(fmt::format("no section '{}'", section_name(kind)));
  if (sections_[kind].size != size) fail(fmt::format("size of '{}'", section_name(kind)));
}

void Segment::check_counts(const SegmentHead& head) const {
  const std::uint64_t paged = all_sections_.back().second.end() - first_page();
  check_size(kPageSums, page_count(paged) * sizeof(std::uint32_t));
  // Each record has bytes in 'numbers', so this also keeps the number of blocks from overflowing.
  if (records_ > sections_[kNumbers].size || head.bits < 1 || head.bits > 16) {
    fail("its counts are too large for its size");
  }
  check_size(kBlocks, (blocks() + 1) * sizeof(BlockRow));
  check_size(kKeys, sections_[kKeys].size);
  check_size(kNumbers, sections_[kNumbers].size);
  if (sections_[kPairLists].data != nullptr) {
    check_size(kPairs, sections_[kPairs].size);
    if (!PairIndex::sizes_fit(sections_[kPairLists].size)) {
      fail(fmt::format("size of '{}'", section_name(kPairLists)));
    }
  }
  if (coding_ == TokenCoding::fixed) {
    if (tokens_ > 8 * size_) fail("its counts are too large for its size");
    check_size(kTokens, packed_size(tokens_, bits_));
    return;
  }
  if (coding_ != TokenCoding::entropy) fail("an unknown coding of the tokens");
  check_size(kTokenTable, sections_[kTokenTable].size);
  check_size(kTokens, sections_[kTokens].size);
  const std::uint64_t blocks = sections_[kTokenBlocks].size / sizeof(CodedBlock);
  check_size(kTokenBlocks, blocks * sizeof(CodedBlock));
  const std::uint64_t coded =
      sections_[kTokenTable].size + sections_[kTokenBlocks].size + sections_[kTokens].size;
  if (blocks == 0 || tokens_ > kMaxTokensPerByte * coded) {
    fail("its counts are too large for its size");
  }
}

PairIndex Segment::pair_index() const {
  if (sections_[kPairLists].data == nullptr) return {};
  return {sections_[kPairLists], sections_[kPairs], *pages_, tokens_};
}

}  // namespace pairalign::archive
