#include "archive/segment.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "archive/folder.hpp"
#include "base/hash.hpp"

namespace pairalign::archive {
namespace {

// Starts as stored in segments of version 2: the first and then the steps, as varints.
bool read_varints(const unsigned char* begin, const unsigned char* end, std::size_t count,
                  std::vector<std::uint32_t>& starts_ms) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  ByteReader bytes(begin, end);
  std::uint64_t start = 0;
  while (bytes.left() > 0 && starts_ms.size() < count) {
    const std::uint64_t step = bytes.varint();
    if (!bytes.ok() || step > kMax - start) return false;
    start += step;
    starts_ms.push_back(static_cast<std::uint32_t>(start));
  }
  return bytes.left() == 0 && starts_ms.size() == count;
}

}  // namespace

const char* Segment::section_name(std::uint32_t kind) {
  constexpr const char* kNames[] = {
      "unknown section", "page sums",   "header",       "blocks", "keys",       "numbers", "starts",
      "sources",         "token table", "token blocks", "tokens", "pair lists", "pairs"};
  static_assert(std::size(kNames) == kSectionKinds);
  return kNames[kind < kSectionKinds ? kind : 0];
}

Segment open_segment(const std::string& path) {
  return open_under_either_name(path, [](const std::string& name) { return Segment(name); });
}

void Segment::fail(SectionKind kind, std::size_t i) const {
  fail(fmt::format("'{}' of record {} of {}", section_name(kind), i + 1, size()));
}

void Segment::open() {
  check_head();
  read_table();
  check_counts();
  const auto* const sums = reinterpret_cast<const std::uint32_t*>(sections_[kPageSums].data);
  pages_ =
      std::make_unique<PageCheck>(data_, first_page(), all_sections_.back().second.end(), sums);
}

void Segment::check_head() {
  if (size_ < 2 * head_size(0) + sizeof kSegmentEnd) fail("too short for a segment");
  std::memcpy(&head_, data_, sizeof head_);
  if (std::memcmp(head_.magic, kSegmentMagic, sizeof head_.magic) != 0) {
    fail("does not begin like a segment");
  }
  if (head_.byte_order != kByteOrderMark) {
    throw Error(path_, "written on a machine of the other byte order, or damaged");
  }
  if (head_.version < kSegmentVersion || head_.version > kPackedStartsVersion) {
    throw Error(path_, fmt::format("segment format version {}, and this program reads {} and {}",
                                   head_.version, kSegmentVersion, kPackedStartsVersion));
  }
  if (head_.file_size != size_) {
    fail(fmt::format("{} bytes long where {} are expected", size_, head_.file_size));
  }
  const unsigned char* end = data_ + size_ - sizeof kSegmentEnd;
  if (std::memcmp(end, kSegmentEnd, sizeof kSegmentEnd) != 0) fail("the end mark is missing");
}

// After this, every section lies within the file, between the two heads, and each byte of the file
// is either checked here or covered by the checksum of a section.
void Segment::read_table() {
  const std::uint64_t room = (size_ - sizeof kSegmentEnd) / 2;
  const std::uint64_t top = head_size(head_.sections);
  if (top > room) fail("more sections than bytes");
  std::memcpy(&hash_, data_ + top - sizeof hash_, sizeof hash_);
  if (hash64(data_, top - sizeof hash_) != hash_) fail("the checksum of its head does not match");
  const std::uint64_t end = size_ - sizeof kSegmentEnd - top;
  if (std::memcmp(data_, data_ + end, top) != 0) fail("the second head is not the first");

  std::uint64_t offset = top;
  for (std::uint32_t i = 0; i < head_.sections; ++i) {
    SectionRow row;
    std::memcpy(&row, data_ + sizeof head_ + i * sizeof row, sizeof row);
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

void Segment::check_counts() const {
  const std::uint64_t paged = all_sections_.back().second.end() - first_page();
  check_size(kPageSums, page_count(paged) * sizeof(std::uint32_t));
  // Each record has bytes in 'numbers', so this also keeps the number of blocks from overflowing.
  if (size() > sections_[kNumbers].size || head_.bits < 1 || head_.bits > 16) {
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
  if (head_.coding == TokenCoding::fixed) {
    if (head_.tokens > 8 * size_) fail("its counts are too large for its size");
    check_size(kTokens, packed_size(head_.tokens, head_.bits));
    return;
  }
  if (head_.coding != TokenCoding::entropy) fail("an unknown coding of the tokens");
  check_size(kTokenTable, sections_[kTokenTable].size);
  check_size(kTokens, sections_[kTokens].size);
  const std::uint64_t blocks = sections_[kTokenBlocks].size / sizeof(CodedBlock);
  check_size(kTokenBlocks, blocks * sizeof(CodedBlock));
  const std::uint64_t coded =
      sections_[kTokenTable].size + sections_[kTokenBlocks].size + sections_[kTokens].size;
  if (blocks == 0 || head_.tokens > kMaxTokensPerByte * coded) {
    fail("its counts are too large for its size");
  }
}

Segment::ByteRange Segment::block_slice(SectionKind kind, std::uint32_t BlockRow::*member,
                                        std::size_t block) const {
  const std::uint64_t begin = block_rows()[block].*member;
  const std::uint64_t end = block_rows()[block + 1].*member;
  const std::uint64_t limit = kind == kTokens ? head_.tokens : sections_[kind].size;
  if (begin > end || end > limit) fail(kind, block * kBlockRecords);
  return {begin, end};
}

ByteReader Segment::block_bytes(SectionKind kind, std::uint32_t BlockRow::*member,
                                std::size_t block) const {
  const ByteRange slice = block_slice(kind, member, block);
  return {sections_[kind].data + slice.begin, sections_[kind].data + slice.end};
}

std::string Segment::key(std::size_t i) const {
  ByteReader bytes = block_bytes(kKeys, &BlockRow::keys, i / kBlockRecords);
  std::string key;
  for (std::size_t j = 0; j <= i % kBlockRecords; ++j) {
    if (!next_key(bytes, key)) fail(kKeys, i);
  }
  return key;
}

void Segment::block_keys(std::size_t block, std::vector<std::string>& keys) const {
  ByteReader bytes = block_bytes(kKeys, &BlockRow::keys, block);
  keys.resize(records_in(block));
  std::string key;
  for (std::size_t j = 0; j < keys.size(); ++j) {
    if (!next_key(bytes, key)) fail(kKeys, block * kBlockRecords + j);
    keys[j] = key;
  }
}

// Reads the column that refers to sources, and the sources themselves.
bool Segment::read_sources(std::size_t block, ByteReader& numbers,
                           std::vector<Metadata>& metadata) const {
  ByteReader sources = block_bytes(kSources, &BlockRow::sources, block);
  Source source;
  bool any = false;
  for (Metadata& record : metadata) {
    const std::uint64_t reference = numbers.varint();
    if (reference == kNextSource) next_source(sources, source), any = true;
    if (reference == kNoSource) continue;
    if (reference > kNextSource || !any) return false;
    record.source = source;
  }
  return sources.ok();
}

void Segment::block_metadata(std::size_t block, std::vector<Metadata>& metadata) const {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  metadata.assign(records_in(block), {});
  ByteReader numbers = block_bytes(kNumbers, &BlockRow::numbers, block);
  bool good = true;
  const auto number = [&] {
    const std::uint64_t value = numbers.varint();
    good = good && value <= kMax;
    return static_cast<std::uint32_t>(value);
  };
  for (Metadata& record : metadata)
    record.tokens = number();
  if (sections_[kStarts].data != nullptr) {
    for (Metadata& record : metadata)
      record.start_bytes = number();
  }
  if (sections_[kSources].data != nullptr) good = read_sources(block, numbers, metadata) && good;
  std::uint64_t value = 0;  // hundredths plus 1; 0: not known
  for (Metadata& record : metadata) {
    value += unzigzag(numbers.varint());
    good = good && value <= kMax;
    if (value > 0) record.seconds = static_cast<double>(value - 1) / 100.0;
  }
  if (!good || !numbers.ok() || numbers.left() > 0) fail(kNumbers, block * kBlockRecords);
}

Segment::Metadata Segment::metadata(std::size_t i) const {
  std::vector<Metadata> all;
  block_metadata(i / kBlockRecords, all);
  return all[i % kBlockRecords];
}

Segment::Counts Segment::token_counts(std::size_t block) const {
  const ByteRange slice = block_slice(kTokens, &BlockRow::tokens, block);
  ByteReader bytes = block_bytes(kNumbers, &BlockRow::numbers, block);
  Counts counts{};
  std::uint64_t left = slice.end - slice.begin;
  const std::size_t records = records_in(block);
  for (std::size_t j = 0; j < records; ++j) {
    const std::uint64_t count = bytes.varint();
    if (count > left) fail(kNumbers, block * kBlockRecords + j);
    counts[j] = static_cast<std::uint32_t>(count);
    left -= count;
  }
  if (!bytes.ok() || left != 0) fail(kNumbers, block * kBlockRecords);
  return counts;
}

Segment::TokenPlace Segment::token_place(std::size_t record) const {
  const Counts counts = token_counts(record / kBlockRecords);
  const auto own = counts.begin() + static_cast<std::ptrdiff_t>(record % kBlockRecords);
  const std::uint64_t begin = std::accumulate(
      counts.begin(), own, std::uint64_t{block_rows()[record / kBlockRecords].tokens});
  return {record, begin, begin + *own};
}

void Segment::tokens(std::size_t i, std::size_t begin, std::size_t end,
                     std::vector<tokens::Token>& values) const {
  const TokenPlace place = token_place(i);
  values.clear();
  append_span(place, place.begin + begin, end == kToEnd ? place.end : place.begin + end, values);
}

void Segment::append_tokens(std::size_t first, std::size_t last, std::vector<tokens::Token>& values,
                            std::vector<std::size_t>& ends) const {
  static_assert(kPackingSlack <= sizeof kSegmentEnd,
                "the end mark must cover what unpack overreads");
  if (first >= last) return;
  std::size_t end = values.size();
  for (std::size_t block = first / kBlockRecords; block * kBlockRecords < last; ++block) {
    const Counts counts = token_counts(block);
    const std::size_t base = block * kBlockRecords;
    const std::size_t stop = std::min(last, base + kBlockRecords);
    for (std::size_t i = std::max(first, base); i < stop; ++i)
      ends.push_back(end += counts[i - base]);
  }
  if (head_.coding == TokenCoding::entropy) {
    append_decoded(first, last, values);
    return;
  }
  const std::size_t begin = values.size();
  values.resize(end);
  unpack(sections_[kTokens].data, token_place(first).begin, end - begin, head_.bits,
         values.data() + begin);
}

void Segment::append_span(const TokenPlace& place, std::uint64_t first, std::uint64_t last,
                          std::vector<tokens::Token>& values) const {
  const std::size_t size = values.size();
  const auto count = static_cast<std::size_t>(last - first);
  if (head_.coding == TokenCoding::fixed) {
    values.resize(size + count);
    unpack(sections_[kTokens].data, first, count, head_.bits, values.data() + size);
    return;
  }
  append_decoded(place.record, place.record + 1, values);
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(size);
  values.erase(begin + static_cast<std::ptrdiff_t>(last - place.begin), values.end());
  values.erase(begin, begin + static_cast<std::ptrdiff_t>(first - place.begin));
}

Segment::TokenPlace Segment::record_at(std::uint64_t position) const {
  const BlockRow* rows = block_rows();
  const BlockRow* next =
      std::upper_bound(rows, rows + blocks(), position,
                       [](std::uint64_t value, const BlockRow& row) { return value < row.tokens; });
  if (next == rows) fail(kBlocks, 0);
  const auto block = static_cast<std::size_t>(next - rows) - 1;
  const Counts counts = token_counts(block);
  std::uint64_t begin = rows[block].tokens;
  for (std::size_t j = 0; j < records_in(block); ++j) {
    const std::uint64_t end = begin + counts[j];
    if (position < end) return {block * kBlockRecords + j, begin, end};
    begin = end;
  }
  fail(kBlocks, block * kBlockRecords);
}

// Checks that the block holds the record, according to the rows around it.
std::size_t Segment::coded_block_of(std::size_t record) const {
  const CodedBlock* const blocks = coded_blocks();
  const CodedBlock* const end = blocks + sections_[kTokenBlocks].size / sizeof(CodedBlock);
  const CodedBlock* const next = std::upper_bound(
      blocks, end, record,
      [](std::size_t value, const CodedBlock& block) { return value < block.first_record; });
  if (next == blocks || next == end || next->first_record > size()) fail(kTokenBlocks, record);
  return static_cast<std::size_t>(next - blocks) - 1;
}

Segment::ByteRange Segment::coded_slice(std::size_t coded_block) const {
  const CodedBlock* const blocks = coded_blocks();
  const ByteRange slice{blocks[coded_block].offset, blocks[coded_block + 1].offset};
  if (slice.begin > slice.end || slice.end > sections_[kTokens].size) {
    fail(kTokenBlocks, blocks[coded_block].first_record);
  }
  return slice;
}

void Segment::append_decoded(std::size_t first, std::size_t last,
                             std::vector<tokens::Token>& values) const {
  const TokenDecoder* const decoder = decoder_->get(sections_[kTokenTable]);
  if (decoder == nullptr) fail("the table of token frequencies is damaged");
  const CodedBlock* const blocks = coded_blocks();
  std::vector<std::uint32_t> counts;
  std::vector<tokens::Token> decoded;
  while (first < last) {
    const std::size_t coded = coded_block_of(first);
    const std::size_t begin = blocks[coded].first_record;
    const std::size_t end = std::min<std::size_t>(last, blocks[coded + 1].first_record);
    counts.clear();
    std::size_t before = 0;  // tokens of the block's records before `first`
    std::size_t total = 0;
    for (std::size_t i = begin; i < end; ++i) {
      if (i == first) before = total;
      if (i == begin || i % kBlockRecords == 0) {
        const Counts block = token_counts(i / kBlockRecords);
        counts.insert(counts.end(), block.begin() + static_cast<std::ptrdiff_t>(i % kBlockRecords),
                      block.end());
      }
      total += counts[i - begin];
    }
    counts.resize(end - begin);
    decoded.resize(total);
    const ByteRange slice = coded_slice(coded);
    if (!decoder->decode({sections_[kTokens].data + slice.begin,
                          static_cast<std::size_t>(slice.end - slice.begin)},
                         counts, decoded.data())) {
      fail(kTokens, first);
    }
    values.insert(values.end(), decoded.begin() + static_cast<std::ptrdiff_t>(before),
                  decoded.end());
    first = end;
  }
}

Segment::ByteRange Segment::start_slice(std::size_t i) const {
  if (sections_[kStarts].data == nullptr) return {0, 0};
  const std::size_t block = i / kBlockRecords;
  ByteRange slice = block_slice(kStarts, &BlockRow::starts, block);
  std::vector<Metadata> all;
  block_metadata(block, all);
  for (std::size_t j = 0; j < i % kBlockRecords; ++j)
    slice.begin += all[j].start_bytes;
  const std::uint64_t size = all[i % kBlockRecords].start_bytes;
  if (slice.begin > slice.end || size > slice.end - slice.begin) fail(kNumbers, i);
  return {slice.begin, slice.begin + size};
}

void Segment::starts_ms(std::size_t i, std::vector<std::uint32_t>& values) const {
  values.clear();
  const ByteRange slice = start_slice(i);
  if (slice.begin == slice.end) return;
  const unsigned char* const begin = sections_[kStarts].data + slice.begin;
  const unsigned char* const end = sections_[kStarts].data + slice.end;
  const std::size_t count = token_count(i);
  const bool good = packed_starts()
                        ? start_code() != nullptr && start_code()->read(begin, end, count, values)
                        : read_varints(begin, end, count, values);
  if (!good) fail(kStarts, i);
}

void Segment::record(std::size_t i, tokens::Record& record) const {
  record.key = key(i);
  record.seconds = seconds(i);
  tokens(i, 0, kToEnd, record.tokens);
  starts_ms(i, record.starts_ms);
}

std::vector<Segment::ByteRange> Segment::bytes_of(std::size_t i) const {
  std::vector<ByteRange> ranges;
  const auto add = [&](SectionKind kind, const ByteRange& within) {
    const std::uint64_t offset = sections_[kind].offset;
    ranges.push_back({offset + within.begin, offset + within.end});
  };
  const std::size_t block = i / kBlockRecords;
  add(kBlocks, {block * sizeof(BlockRow), (block + 2) * sizeof(BlockRow)});
  add(kKeys, block_slice(kKeys, &BlockRow::keys, block));
  add(kNumbers, block_slice(kNumbers, &BlockRow::numbers, block));
  if (has_starts(i)) {
    add(kStarts, start_slice(i));
    if (packed_starts()) {
      const StartCode* code = start_code();
      add(kStarts, {0, code == nullptr ? sections_[kStarts].size : code->table_size()});
    }
  }
  if (sections_[kSources].data != nullptr) {
    add(kSources, block_slice(kSources, &BlockRow::sources, block));
  }
  const TokenPlace place = token_place(i);
  if (place.begin == place.end) return ranges;
  if (head_.coding == TokenCoding::fixed) {
    const unsigned bits = head_.bits;
    add(kTokens, {place.begin * bits / 8, (place.end * bits + 7) / 8});
    return ranges;
  }
  const std::size_t coded = coded_block_of(i);
  add(kTokenTable, {0, sections_[kTokenTable].size});
  add(kTokenBlocks, {coded * sizeof(CodedBlock), (coded + 2) * sizeof(CodedBlock)});
  add(kTokens, coded_slice(coded));
  // How many tokens precede this record's in the coded block depends on these blocks of records.
  for (std::size_t b = coded_blocks()[coded].first_record / kBlockRecords; b < block; ++b) {
    add(kBlocks, {b * sizeof(BlockRow), (b + 2) * sizeof(BlockRow)});
    add(kNumbers, block_slice(kNumbers, &BlockRow::numbers, b));
  }
  return ranges;
}

}  // namespace pairalign::archive
