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
  std::string page;  // the start of one that spans several pieces
  for (const std::string& piece : pieces) {
    for (std::size_t at = 0; at < piece.size();) {
      const std::size_t size = std::min(kPageBytes - page.size(), piece.size() - at);
      if (size == kPageBytes) {
        sums.push_back(page_sum(&piece[at], size));
      } else if (page.append(piece, at, size).size() == kPageBytes) {
        sums.push_back(page_sum(page.data(), kPageBytes));
        page.clear();
      }
      at += size;
    }
  }
  if (!page.empty()) sums.push_back(page_sum(page.data(), page.size()));
  return sums;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

constexpr std::uint64_t encoded_seconds(std::uint32_t centiseconds) {
  return centiseconds == kNone ? 0 : std::uint64_t{centiseconds} + 1;
}

}  // namespace

// The sections of a segment file being built. They are kept in separate pieces and written from
// there: copying them all would take as long as packing the tokens.
struct SectionList {
  void add(SectionKind kind, std::string bytes) {
    std::string fill(padded(bytes.size()) - bytes.size(), '\0');
    Hasher hasher;
    hasher.update(bytes.data(), bytes.size());
    hasher.update(fill.data(), fill.size());
    rows.push_back({kind, 0, bytes.size(), hasher.digest()});
    pieces.push_back(std::move(bytes));
    pieces.push_back(std::move(fill));
  }
  // Moves all of `others` to the end.
  void append(SectionList others) {
    rows.insert(rows.end(), others.rows.begin(), others.rows.end());
    std::move(others.pieces.begin(), others.pieces.end(), std::back_inserter(pieces));
  }

  std::vector<SectionRow> rows;
  std::vector<std::string> pieces;  // the bytes of each section, and its padding
};

void SegmentBuilder::add(const tokens::Record& record, const std::optional<Source>& source) {
  if (const auto fault = tokens::starts_fault(record)) throw RefusedRecord(record.key, *fault);
  if (!(record.seconds <= tokens::kMaxSeconds)) {
    throw RefusedRecord(record.key, "the duration is out of range");
  }
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

void SegmentBuilder::add_records(SectionList& sections) const {
  std::vector<BlockRow> rows;
  std::string keys, numbers, starts, sources;
  std::vector<std::uint32_t> start_ends(size() + 1, 0);
  if (!starts_.empty()) code_starts(starts_, start_ends_, starts, start_ends);
  const auto begin_block = [&](std::size_t first) {
    rows.push_back({static_cast<std::uint32_t>(keys.size()),
                    static_cast<std::uint32_t>(numbers.size()), token_ends_[first],
                    start_ends[first], static_cast<std::uint32_t>(sources.size())});
  };
  for (std::size_t first = 0; first < size(); first += kBlockRecords) {
    const std::size_t last = std::min(first + kBlockRecords, size());
    begin_block(first);
    for (std::size_t i = first; i < last; ++i) {
      append_key(i == first ? std::string_view() : key(i - 1), key(i), keys);
      append_varint(token_ends_[i + 1] - token_ends_[i], numbers);
    }
    for (std::size_t i = first; !starts_.empty() && i < last; ++i)
      append_varint(start_ends[i + 1] - start_ends[i], numbers);
    Source source;
    std::uint32_t index = kNone;
    for (std::size_t i = first; !sources_.empty() && i < last; ++i) {
      const std::uint32_t next = source_index_[i];
      const bool is_new = next != kNone && next != index;
      append_varint(next == kNone ? kNoSource : is_new ? kNextSource : kSameSource, numbers);
      if (!is_new) continue;
      index = next;
      append_source(source, sources_[index], sources);
      source = sources_[index];
    }
    std::uint64_t seconds = 0;
    for (std::size_t i = first; i < last; ++i) {
      append_varint(zigzag(encoded_seconds(centiseconds_[i]) - seconds), numbers);
      seconds = encoded_seconds(centiseconds_[i]);
    }
  }
  begin_block(size());
  sections.add(kBlocks, bytes_of(rows));
  sections.add(kKeys, std::move(keys));
  sections.add(kNumbers, std::move(numbers));
  if (!starts_.empty()) sections.add(kStarts, std::move(starts));
  if (!sources_.empty()) sections.add(kSources, std::move(sources));
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
      sections.add(kTokenBlocks, bytes_of(coded.blocks));
      sections.add(kTokens, std::move(coded.streams));
      return;
    }
  }
  std::string packed;
  pack(tokens_, bits, packed);
  sections.add(kTokens, std::move(packed));
}

std::vector<std::string> SegmentBuilder::file(const tokens::Header& header, const Layout& layout,
                                              ThreadPool& pool) const {
  SegmentHead head{};
  SectionList contents, records, tokens, postings;
  // What takes longest comes first.
  const std::array<std::function<void()>, 3> parts = {
      [&] {
        if (!layout.postings) return;
        PairPostings made = make_pair_postings(tokens_, token_ends_);
        postings.add(kPairLists, bytes_of(made.lists));
        postings.add(kPairs, std::move(made.pairs));
      },
      [&] { add_tokens(layout.coding, head, tokens); }, [&] { add_records(records); }};
  pool.parallel_for(parts.size(), [&](std::size_t i) { parts[i](); });
  contents.add(kHeader, tokens::describe(header));
  for (SectionList* part : {&records, &tokens, &postings})
    contents.append(std::move(*part));
  SectionList all;
  all.add(kPageSums, bytes_of(page_sums(contents.pieces)));
  all.append(std::move(contents));

  std::memcpy(head.magic, kSegmentMagic, sizeof head.magic);
  head.byte_order = kByteOrderMark;
  head.version = starts_.empty() ? kSegmentVersion : kPackedStartsVersion;
  head.records = size();
  head.tokens = tokens_.size();
  head.sections = static_cast<std::uint32_t>(all.rows.size());
  head.file_size = 2 * head_size(head.sections) + sizeof kSegmentEnd;
  for (const SectionRow& row : all.rows)
    head.file_size += padded(row.size);
  std::string top(reinterpret_cast<const char*>(&head), sizeof head);
  top += bytes_of(all.rows);
  const std::uint64_t hash = hash_of(top);
  top.append(reinterpret_cast<const char*>(&hash), sizeof hash);
  all.pieces.insert(all.pieces.begin(), top);
  all.pieces.push_back(top + std::string(kSegmentEnd, sizeof kSegmentEnd));
  return std::move(all.pieces);
}

}  // namespace pairalign::archive
