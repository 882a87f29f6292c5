#include "archive/segment.hpp"

#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "archive/bit_packing.hpp"
#include "base/hash.hpp"

namespace pairalign::archive {
namespace {

// One LEB128 number of at most 32 bits from [at, end); nullopt when there is none.
std::optional<std::uint32_t> next_leb128(const unsigned char*& at, const unsigned char* end) {
  std::uint64_t value = 0;
  for (int shift = 0; at != end && shift < 35; shift += 7) {
    const unsigned char byte = *at++;
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) {
      if (value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
      return static_cast<std::uint32_t>(value);
    }
  }
  return std::nullopt;
}

}  // namespace

const char* Segment::section_name(SectionKind kind) {
  switch (kind) {
    case kKeyOffsets:
      return "key offsets";
    case kKeys:
      return "keys";
    case kTokenOffsets:
      return "token offsets";
    case kTokens:
      return "tokens";
    case kSeconds:
      return "seconds";
    case kStartOffsets:
      return "start offsets";
    case kStarts:
      return "starts";
    case kSourceIndex:
      return "source index";
    case kSources:
      return "sources";
    case kSectionKinds:
      break;
  }
  return "unknown section";
}

Segment::Segment(const std::string& path) : path_(path), file_(path) {
  const SegmentHead head = check_head();
  read_table(head);
  records_ = head.records;
  tokens_ = head.tokens;
  bits_ = static_cast<int>(head.bits);
  check_sizes(bits_);
}

void Segment::fail(const std::string& reason) const {
  throw Error(path_, "damaged: " + reason);
}

SegmentHead Segment::check_head() const {
  SegmentHead head;
  if (file_.size() < sizeof head + 8 + sizeof kSegmentEnd) fail("too short for a segment");
  std::memcpy(&head, file_.data(), sizeof head);
  if (std::memcmp(head.magic, kSegmentMagic, sizeof head.magic) != 0) {
    fail("does not begin as a segment does");
  }
  if (head.byte_order != kByteOrderMark) {
    throw Error(path_, "written on a machine of the other byte order, or damaged");
  }
  if (head.version != kSegmentVersion) {
    throw Error(path_, fmt::format("segment format version {}, and this program reads version {}",
                                   head.version, kSegmentVersion));
  }
  if (head.file_size != file_.size()) {
    fail(fmt::format("{} bytes long where {} are expected", file_.size(), head.file_size));
  }
  const unsigned char* end = file_.data() + file_.size() - sizeof kSegmentEnd;
  if (std::memcmp(end, kSegmentEnd, sizeof kSegmentEnd) != 0) fail("the end mark is missing");
  return head;
}

// After this, every section lies within the file, between the table and the end mark, and each byte
// of the file is either checked here or covered by the checksum of a section.
void Segment::read_table(const SegmentHead& head) {
  const std::uint64_t room = file_.size() - sizeof head - 8 - sizeof kSegmentEnd;
  if (head.sections > room / sizeof(SectionRow)) fail("more sections than bytes");
  const std::size_t table_end = sizeof head + head.sections * sizeof(SectionRow);
  std::memcpy(&hash_, file_.data() + table_end, sizeof hash_);
  if (hash64(file_.data(), table_end) != hash_) fail("the checksum of its head does not match");

  rows_.resize(head.sections);
  std::memcpy(rows_.data(), file_.data() + sizeof head, table_end - sizeof head);
  std::uint64_t expected = table_end + 8;
  const std::uint64_t end = file_.size() - sizeof kSegmentEnd;
  for (const SectionRow& row : rows_) {
    if (row.offset != expected || row.size > end - expected || padded(row.size) > end - expected) {
      fail("sections do not follow one another");
    }
    expected += padded(row.size);
    if (row.kind >= kSectionKinds) continue;
    if (sections_[row.kind].data != nullptr) fail("a section appears twice");
    sections_[row.kind] = {file_.data() + row.offset, row.size};
  }
  if (expected != end) fail("bytes behind the last section");
  const bool plausible = head.bits >= 1 && head.bits <= 16 && head.records <= file_.size() &&
                         head.tokens <= 8 * file_.size();
  if (!plausible) fail("counts that the file is too short for");
}

void Segment::check_size(SectionKind kind, std::uint64_t size) const {
  if (sections_[kind].data == nullptr) fail(fmt::format("no section '{}'", section_name(kind)));
  if (sections_[kind].size != size) fail(fmt::format("size of '{}'", section_name(kind)));
}

void Segment::check_offsets(SectionKind kind, std::uint64_t end) const {
  check_size(kind, (records_ + 1) * sizeof(std::uint32_t));
  const std::uint32_t* offsets = array<std::uint32_t>(kind);
  if (offsets[0] != 0 || offsets[records_] != end) {
    fail(fmt::format("'{}' do not span their section", section_name(kind)));
  }
}

void Segment::check_sizes(int bits) const {
  check_offsets(kKeyOffsets, sections_[kKeys].size);
  check_size(kKeys, sections_[kKeys].size);
  check_offsets(kTokenOffsets, tokens_);
  check_size(kTokens, packed_size(tokens_, bits));
  check_size(kSeconds, records_ * sizeof(std::uint32_t));
  if (sections_[kStartOffsets].data != nullptr) {
    check_offsets(kStartOffsets, sections_[kStarts].size);
    check_size(kStarts, sections_[kStarts].size);
  }
  if (sections_[kSourceIndex].data != nullptr) {
    check_size(kSourceIndex, records_ * sizeof(std::uint32_t));
    check_size(kSources, sections_[kSources].size / sizeof(Source) * sizeof(Source));
  }
}

template <class T>
const T* Segment::array(SectionKind kind) const {
  return reinterpret_cast<const T*>(sections_[kind].data);  // at a multiple of 8
}

Segment::Slice Segment::slice(SectionKind offsets, std::uint64_t limit, std::size_t i) const {
  const std::uint32_t* table = array<std::uint32_t>(offsets);
  if (table[i] > table[i + 1] || table[i + 1] > limit) {
    fail(fmt::format("'{}' of record {}", section_name(offsets), i));
  }
  return {table[i], table[i + 1]};
}

std::string_view Segment::key(std::size_t i) const {
  const Slice part = slice(kKeyOffsets, sections_[kKeys].size, i);
  return {array<char>(kKeys) + part.begin, static_cast<std::size_t>(part.end - part.begin)};
}

double Segment::seconds(std::size_t i) const {
  const std::uint32_t centiseconds = array<std::uint32_t>(kSeconds)[i];
  return centiseconds == kNone ? -1 : centiseconds / 100.0;
}

std::size_t Segment::token_count(std::size_t i) const {
  const Slice part = slice(kTokenOffsets, tokens_, i);
  return static_cast<std::size_t>(part.end - part.begin);
}

void Segment::tokens(std::size_t i, std::vector<tokens::Token>& values) const {
  static_assert(kPackingSlack <= sizeof kSegmentEnd,
                "the end mark must cover what unpack overreads");
  const Slice part = slice(kTokenOffsets, tokens_, i);
  values.resize(static_cast<std::size_t>(part.end - part.begin));
  unpack(sections_[kTokens].data, part.begin, values.size(), bits_, values.data());
}

bool Segment::has_starts(std::size_t i) const {
  if (sections_[kStartOffsets].data == nullptr) return false;
  const Slice part = slice(kStartOffsets, sections_[kStarts].size, i);
  return part.begin != part.end;
}

void Segment::starts_ms(std::size_t i, std::vector<std::uint32_t>& values) const {
  values.clear();
  if (!has_starts(i)) return;
  const Slice part = slice(kStartOffsets, sections_[kStarts].size, i);
  const unsigned char* at = sections_[kStarts].data + part.begin;
  const unsigned char* const end = sections_[kStarts].data + part.end;
  const std::size_t count = token_count(i);
  std::uint64_t start = 0;
  while (at != end && values.size() < count) {
    const std::optional<std::uint32_t> step = next_leb128(at, end);
    start += step.value_or(0);
    if (!step || start > std::numeric_limits<std::uint32_t>::max()) break;
    values.push_back(static_cast<std::uint32_t>(start));
  }
  if (at != end || values.size() != count) fail(fmt::format("'starts' of record {}", i));
}

std::optional<Source> Segment::source(std::size_t i) const {
  if (sections_[kSourceIndex].data == nullptr) return std::nullopt;
  const std::uint32_t index = array<std::uint32_t>(kSourceIndex)[i];
  if (index == kNone) return std::nullopt;
  if (index >= sections_[kSources].size / sizeof(Source)) {
    fail(fmt::format("'source index' of record {}", i));
  }
  return array<Source>(kSources)[index];
}

void Segment::record(std::size_t i, tokens::Record& record) const {
  record.key = key(i);
  record.seconds = seconds(i);
  tokens(i, record.tokens);
  starts_ms(i, record.starts_ms);
}

void Segment::verify(std::vector<Error>& damages) const {
  for (const SectionRow& row : rows_) {
    if (hash64(file_.data() + row.offset, padded(row.size)) == row.hash) continue;
    const char* name = row.kind < kSectionKinds ? section_name(static_cast<SectionKind>(row.kind))
                                                : section_name(kSectionKinds);
    damages.emplace_back(path_, fmt::format("damaged: the checksum of '{}' does not match", name));
  }
}

}  // namespace pairalign::archive
