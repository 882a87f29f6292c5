#include "archive/segment_builder.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "archive/bit_packing.hpp"
#include "archive/segment_format.hpp"
#include "base/hash.hpp"

namespace pairalign::archive {
namespace {

static_assert(sizeof(Source) == 24, "sources are written as they stand in memory");

void append_leb128(std::uint32_t value, std::string& bytes) {
  for (; value >= 0x80; value >>= 7)
    bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

std::string encode_starts(const std::vector<std::uint32_t>& starts_ms) {
  std::string bytes;
  std::uint32_t previous = 0;
  for (const std::uint32_t start : starts_ms) {
    append_leb128(start - previous, bytes);
    previous = start;
  }
  return bytes;
}

void check(const tokens::Record& record) {
  const std::vector<std::uint32_t>& starts = record.starts_ms;
  if (!starts.empty() && starts.size() != record.tokens.size()) {
    throw RefusedRecord(record.key, "as many starts as tokens are expected");
  }
  if (!std::is_sorted(starts.begin(), starts.end())) {
    throw RefusedRecord(record.key, "the starts do not ascend");
  }
  if (!(record.seconds <= tokens::kMaxSeconds)) {
    throw RefusedRecord(record.key, "the duration is out of range");
  }
}

bool fits(std::size_t present, std::size_t more) {
  constexpr std::size_t kLimit = std::numeric_limits<std::uint32_t>::max();
  return more <= kLimit && present <= kLimit - more;
}

// Sections one behind the other, with the rows that describe them.
class Sections {
 public:
  void add(SectionKind kind, const void* data, std::size_t size) {
    rows_.push_back({kind, 0, bytes_.size(), size, 0});
    bytes_.append(static_cast<const char*>(data), size);
    bytes_.resize(padded(bytes_.size()), '\0');
    rows_.back().hash =
        hash64(bytes_.data() + rows_.back().offset, bytes_.size() - rows_.back().offset);
  }
  template <class T>
  void add(SectionKind kind, const std::vector<T>& values) {
    add(kind, values.data(), values.size() * sizeof(T));
  }
  void add(SectionKind kind, const std::string& bytes) { add(kind, bytes.data(), bytes.size()); }

  std::string file(SegmentHead head) {
    const std::size_t top = sizeof head + rows_.size() * sizeof(SectionRow) + 8;
    for (SectionRow& row : rows_)
      row.offset += top;
    head.sections = static_cast<std::uint32_t>(rows_.size());
    head.file_size = top + bytes_.size() + sizeof kSegmentEnd;

    std::string file;
    file.reserve(head.file_size);
    file.append(reinterpret_cast<const char*>(&head), sizeof head);
    file.append(reinterpret_cast<const char*>(rows_.data()), rows_.size() * sizeof(SectionRow));
    const std::uint64_t hash = hash64(file.data(), file.size());
    file.append(reinterpret_cast<const char*>(&hash), sizeof hash);
    file += bytes_;
    file.append(kSegmentEnd, sizeof kSegmentEnd);
    return file;
  }

 private:
  std::vector<SectionRow> rows_;
  std::string bytes_;
};

}  // namespace

SegmentBuilder::SegmentBuilder() : key_ends_{0}, token_ends_{0}, start_ends_{0} {}

void SegmentBuilder::add(const tokens::Record& record, const std::optional<Source>& source) {
  check(record);
  const std::string starts = encode_starts(record.starts_ms);
  if (!fits(keys_.size(), record.key.size()) || !fits(tokens_.size(), record.tokens.size()) ||
      !fits(starts_.size(), starts.size())) {
    throw RefusedRecord(record.key, "too long for an archive");
  }

  keys_ += record.key;
  key_ends_.push_back(static_cast<std::uint32_t>(keys_.size()));
  tokens_.insert(tokens_.end(), record.tokens.begin(), record.tokens.end());
  token_ends_.push_back(static_cast<std::uint32_t>(tokens_.size()));
  starts_ += starts;
  start_ends_.push_back(static_cast<std::uint32_t>(starts_.size()));
  centiseconds_.push_back(record.seconds < 0
                              ? kNone
                              : static_cast<std::uint32_t>(tokens::centiseconds(record.seconds)));
  if (source && (sources_.empty() || sources_.back() != *source)) sources_.push_back(*source);
  source_index_.push_back(source ? static_cast<std::uint32_t>(sources_.size() - 1) : kNone);
}

void SegmentBuilder::truncate(std::size_t count) {
  key_ends_.resize(count + 1);
  keys_.resize(key_ends_.back());
  token_ends_.resize(count + 1);
  tokens_.resize(token_ends_.back());
  start_ends_.resize(count + 1);
  starts_.resize(start_ends_.back());
  centiseconds_.resize(count);
  source_index_.resize(count);
  std::size_t sources = 0;
  for (const std::uint32_t index : source_index_) {
    if (index != kNone) sources = std::max<std::size_t>(sources, index + 1);
  }
  sources_.resize(sources);
}

std::size_t SegmentBuilder::bytes() const {
  constexpr std::size_t kPerRecord = 5 * sizeof(std::uint32_t);
  return keys_.size() + tokens_.size() * sizeof(tokens::Token) + starts_.size() +
         size() * kPerRecord + sources_.size() * sizeof(Source);
}

tokens::Token SegmentBuilder::largest_token() const {
  return tokens_.empty() ? tokens::Token{0} : *std::max_element(tokens_.begin(), tokens_.end());
}

std::string SegmentBuilder::serialise() const {
  SegmentHead head{};
  std::memcpy(head.magic, kSegmentMagic, sizeof head.magic);
  head.byte_order = kByteOrderMark;
  head.version = kSegmentVersion;
  head.records = size();
  head.tokens = tokens_.size();
  const int bits = bits_for(largest_token());
  head.bits = static_cast<std::uint32_t>(bits);
  std::string packed;
  pack(tokens_, bits, packed);

  Sections sections;
  sections.add(kKeyOffsets, key_ends_);
  sections.add(kKeys, keys_);
  sections.add(kTokenOffsets, token_ends_);
  sections.add(kTokens, packed);
  sections.add(kSeconds, centiseconds_);
  if (!starts_.empty()) {
    sections.add(kStartOffsets, start_ends_);
    sections.add(kStarts, starts_);
  }
  if (!sources_.empty()) {
    sections.add(kSourceIndex, source_index_);
    sections.add(kSources, sources_);
  }
  return sections.file(head);
}

}  // namespace pairalign::archive
