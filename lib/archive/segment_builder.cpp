#include "archive/segment_builder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "archive/pair_index.hpp"
#include "archive/record_coding.hpp"
#include "archive/token_coding.hpp"
#include "base/hash.hpp"

namespace pairalign::archive {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

std::string encode_starts(const std::vector<std::uint32_t>& starts_ms) {
  std::string bytes;
  std::uint32_t previous = 0;
  for (const std::uint32_t start : starts_ms) {
    append_varint(start - previous, bytes);
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
  constexpr std::size_t kLimit = std::size_t{1} << 30;  // once coded, all of it has 32-bit offsets
  return more <= kLimit && present <= kLimit - more;
}

// The first start and the steps of a record, from its varints.
std::vector<std::uint32_t> decode_steps(std::string_view varints) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(varints.data());
  ByteReader bytes(begin, begin + varints.size());
  std::vector<std::uint32_t> steps;
  while (bytes.left() > 0)
    steps.push_back(static_cast<std::uint32_t>(bytes.varint()));
  return steps;
}

// Makes the section of starts, and the end of each record's starts in it, from varints.
void code_starts(std::string_view varints, const std::vector<std::uint32_t>& ends,
                 std::string& section, std::vector<std::uint32_t>& section_ends) {
  const auto steps = [&](std::size_t i) {
    return decode_steps(varints.substr(ends[i], ends[i + 1] - ends[i]));
  };
  std::map<std::uint32_t, std::uint64_t> counts;
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    for (const std::uint32_t step : steps(i))
      ++counts[step];
  }
  const StartCode code(counts);
  section = code.table();
  section_ends[0] = static_cast<std::uint32_t>(section.size());
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    code.append(steps(i), section);
    section_ends[i + 1] = static_cast<std::uint32_t>(section.size());
  }
}

// The checksum of each page of the concatenated pieces.
std::vector<std::uint32_t> page_sums(const std::vector<std::string>& pieces) {
  std::vector<std::uint32_t> sums;
  std::string page;  // one that spans several pieces
  for (const std::string& piece : pieces) {
    std::size_t at = 0;
    while (at < piece.size()) {
      const std::size_t size = std::min(kPageBytes - page.size(), piece.size() - at);
      if (size == kPageBytes) {
        sums.push_back(page_sum(&piece[at], size));
      } else {
        page.append(piece, at, size);
      }
      at += size;
      if (page.size() < kPageBytes) continue;
      sums.push_back(page_sum(page.data(), page.size()));
      page.clear();
    }
  }
  if (!page.empty()) sums.push_back(page_sum(page.data(), page.size()));
  return sums;
}

constexpr std::uint64_t encoded_seconds(std::uint32_t centiseconds) {
  return centiseconds == kNone ? 0 : std::uint64_t{centiseconds} + 1;
}

}  // namespace

// The sections of a segment file being built, and the framing around them. They are kept in
// separate pieces and written from there: copying them all would take as long as packing the
// tokens.
class SectionList {
 public:
  void add(SectionKind kind, std::string bytes) {
    std::string fill(padded(bytes.size()) - bytes.size(), '\0');
    Hasher hasher;
    hasher.update(bytes.data(), bytes.size());
    hasher.update(fill.data(), fill.size());
    rows_.push_back({kind, 0, bytes.size(), hasher.digest()});
    pieces_.push_back(std::move(bytes));
    pieces_.push_back(std::move(fill));
  }
  template <class T>
  void add(SectionKind kind, const std::vector<T>& values) {
    add(kind, std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
  }

  // Moves all of `others` to the end.
  void append(SectionList others) {
    rows_.insert(rows_.end(), others.rows_.begin(), others.rows_.end());
    std::move(others.pieces_.begin(), others.pieces_.end(), std::back_inserter(pieces_));
  }

  // The whole file, in pieces; the list is empty afterwards. Adds page sums, heads and end mark,
  // and fills in the members of `head` that describe the file rather than its contents.
  std::vector<std::string> take_file(SegmentHead head);

 private:
  std::vector<SectionRow> rows_;
  std::vector<std::string> pieces_;  // the bytes of each section, and its padding
};

std::vector<std::string> SectionList::take_file(SegmentHead head) {
  SectionList first;
  first.add(kPageSums, page_sums(pieces_));
  first.append(std::exchange(*this, {}));

  std::memcpy(head.magic, kSegmentMagic, sizeof head.magic);
  head.byte_order = kByteOrderMark;
  if (head.version == 0) head.version = kSegmentVersion;
  head.sections = static_cast<std::uint32_t>(first.rows_.size());
  head.file_size = 2 * head_size(head.sections) + sizeof kSegmentEnd;
  for (const SectionRow& row : first.rows_)
    head.file_size += padded(row.size);

  std::string top(reinterpret_cast<const char*>(&head), sizeof head);
  top.append(reinterpret_cast<const char*>(first.rows_.data()),
             first.rows_.size() * sizeof(SectionRow));
  const std::uint64_t hash = hash_of(top);
  top.append(reinterpret_cast<const char*>(&hash), sizeof hash);

  std::vector<std::string> file = std::move(first.pieces_);
  file.insert(file.begin(), top);
  file.push_back(top + std::string(kSegmentEnd, sizeof kSegmentEnd));
  return file;
}

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

std::string_view SegmentBuilder::key(std::size_t i) const {
  return std::string_view(keys_).substr(key_ends_[i], key_ends_[i + 1] - key_ends_[i]);
}

struct SegmentBuilder::CodedRecords {
  std::vector<BlockRow> rows;
  std::string keys, numbers, sources, starts;
  std::vector<std::uint32_t> start_ends;

  void begin_block(std::uint32_t first_token, std::uint32_t first_start) {
    rows.push_back({static_cast<std::uint32_t>(keys.size()),
                    static_cast<std::uint32_t>(numbers.size()), first_token, first_start,
                    static_cast<std::uint32_t>(sources.size())});
  }
};

void SegmentBuilder::add_block(std::size_t first, std::size_t last, CodedRecords& coded) const {
  coded.begin_block(token_ends_[first], coded.start_ends[first]);
  for (std::size_t i = first; i < last; ++i) {
    append_key(i == first ? std::string_view() : key(i - 1), key(i), coded.keys);
    append_varint(token_ends_[i + 1] - token_ends_[i], coded.numbers);
  }
  for (std::size_t i = first; !starts_.empty() && i < last; ++i)
    append_varint(coded.start_ends[i + 1] - coded.start_ends[i], coded.numbers);
  Source source;
  std::uint32_t index = kNone;
  for (std::size_t i = first; !sources_.empty() && i < last; ++i) {
    const std::uint32_t next = source_index_[i];
    const bool new_source = next != kNone && next != index;
    append_varint(next == kNone ? kNoSource
                  : new_source  ? kNextSource
                                : kSameSource,
                  coded.numbers);
    if (!new_source) continue;
    index = next;
    append_source(source, sources_[index], coded.sources);
    source = sources_[index];
  }
  std::uint64_t seconds = 0;
  for (std::size_t i = first; i < last; ++i) {
    append_varint(zigzag(encoded_seconds(centiseconds_[i]) - seconds), coded.numbers);
    seconds = encoded_seconds(centiseconds_[i]);
  }
}

void SegmentBuilder::add_records(SectionList& sections) const {
  CodedRecords coded;
  coded.start_ends.assign(size() + 1, 0);
  if (!starts_.empty()) code_starts(starts_, start_ends_, coded.starts, coded.start_ends);
  for (std::size_t first = 0; first < size(); first += kBlockRecords)
    add_block(first, std::min(first + kBlockRecords, size()), coded);
  coded.begin_block(token_ends_.back(), coded.start_ends.back());
  sections.add(kBlocks, coded.rows);
  sections.add(kKeys, std::move(coded.keys));
  sections.add(kNumbers, std::move(coded.numbers));
  if (!starts_.empty()) sections.add(kStarts, std::move(coded.starts));
  if (!sources_.empty()) sections.add(kSources, std::move(coded.sources));
}

void SegmentBuilder::add_tokens(TokenCoding coding, SegmentHead& head,
                                SectionList& sections) const {
  const int bits = bits_for(largest_token());
  head.bits = static_cast<std::uint16_t>(bits);
  head.coding = TokenCoding::fixed;
  if (coding == TokenCoding::entropy) {
    CodedTokens coded = encode_tokens(tokens_, token_ends_);
    if (coded.bytes() < packed_size(tokens_.size(), bits) &&
        tokens_.size() <= kMaxTokensPerByte * coded.bytes()) {
      head.coding = TokenCoding::entropy;
      sections.add(kTokenTable, std::move(coded.table));
      sections.add(kTokenBlocks, coded.blocks);
      sections.add(kTokens, std::move(coded.streams));
      return;
    }
  }
  std::string packed;
  pack(tokens_, bits, packed);
  sections.add(kTokens, std::move(packed));
}

void SegmentBuilder::add_postings(SectionList& sections) const {
  PairPostings postings = make_pair_postings(tokens_, token_ends_);
  sections.add(kPairLists, postings.lists);
  sections.add(kPairs, std::move(postings.pairs));
}

std::vector<std::string> SegmentBuilder::file(const tokens::Header& header, const Layout& layout,
                                              ThreadPool& pool) const {
  SegmentHead head{};
  head.records = size();
  head.tokens = tokens_.size();
  if (!starts_.empty()) head.version = kPackedStartsVersion;
  SectionList sections;
  sections.add(kHeader, tokens::describe(header));
  SectionList records, tokens, postings;
  // What takes longest comes first.
  const std::array<std::function<void()>, 3> parts = {
      [&] {
        if (layout.postings) add_postings(postings);
      },
      [&] { add_tokens(layout.coding, head, tokens); }, [&] { add_records(records); }};
  pool.parallel_for(parts.size(), [&](std::size_t i) { parts[i](); });
  sections.append(std::move(records));
  sections.append(std::move(tokens));
  sections.append(std::move(postings));
  return sections.take_file(head);
}

}  // namespace pairalign::archive
