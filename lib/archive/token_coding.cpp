#include "archive/token_coding.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#if defined(__x86_64__) && defined(__GNUC__)
#define PAIRALIGN_WIDE_UNPACK
#include <immintrin.h>
#endif

#include "archive/varint.hpp"
#include "base/error.hpp"

namespace pairalign::archive {
namespace {

using tokens::Token;

void unpack_one_by_one(const unsigned char* packed, std::uint64_t first, std::size_t count,
                       int bits, Token* values) {
  const std::uint32_t mask = (1U << bits) - 1;
  std::uint64_t bit = first * static_cast<unsigned>(bits);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t word;  // 7 bits of offset and 16 of token always fit
    std::memcpy(&word, packed + (bit >> 3), sizeof word);
    values[i] = static_cast<Token>((word >> (bit & 7)) & mask);
    bit += static_cast<unsigned>(bits);
  }
}

#ifdef PAIRALIGN_WIDE_UNPACK
// Token k of a group of eight begins in byte k · bits / 8: a shuffle brings its bytes into a 32-bit
// lane, then a shift and a mask remove its neighbours.
__attribute__((target("avx2"))) std::size_t unpack_by_sixteen(const unsigned char* packed,
                                                              std::uint64_t readable,
                                                              std::size_t count, int bits,
                                                              Token* values) {
  constexpr std::size_t kLoad = 16;
  alignas(32) unsigned char bytes[32];
  alignas(32) std::uint32_t shifts[8];
  for (int k = 0; k < 8; ++k) {
    shifts[k] = static_cast<std::uint32_t>(k * bits % 8);
    for (int b = 0; b < 4; ++b) {
      const int byte = k * bits / 8 + b;
      bytes[4 * k + b] = static_cast<unsigned char>(byte < bits ? byte : 0x80);  // 0x80: a zero
    }
  }
  const __m256i order = _mm256_load_si256(reinterpret_cast<const __m256i*>(bytes));
  const __m256i shift = _mm256_load_si256(reinterpret_cast<const __m256i*>(shifts));
  const __m256i mask = _mm256_set1_epi32((1 << bits) - 1);
  const auto eight = [&](const unsigned char* group) __attribute__((target("avx2"))) {
    const __m128i loaded = _mm_loadu_si128(reinterpret_cast<const __m128i*>(group));
    const __m256i lanes = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(loaded), order);
    return _mm256_and_si256(_mm256_srlv_epi32(lanes, shift), mask);
  };
  const auto group_bytes = static_cast<std::size_t>(bits);
  std::size_t done = 0, at = 0;
  for (; done + 16 <= count && at + group_bytes + kLoad <= readable; done += 16) {
    const __m256i halves =
        _mm256_packus_epi32(eight(packed + at), eight(packed + at + group_bytes));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(values + done),
                        _mm256_permute4x64_epi64(halves, 0xd8));
    at += 2 * group_bytes;
  }
  return done;
}

#endif

constexpr std::uint32_t kLowest = 1U << 16;  // a state is never below this
constexpr std::size_t kLanes = 2;
constexpr int kBucketBits = 8;
constexpr int kScaleBits = 14;       // finer frequencies gain nothing measurable
constexpr int kLargeScaleBits = 16;  // where a row has too many tokens for the above
constexpr std::size_t kManyTokens = 4096;
constexpr std::uint32_t kBlockTokens = 4096;
// Pairs are counted in a dense matrix: 17 MB at this vocabulary.
constexpr std::size_t kMaxOrder1Tokens = 2048;

struct Interval {
  std::uint32_t start = 0;
  std::uint32_t frequency = 0;
};

// Frequencies of tokens by row, and the cost of coding with them.
struct Statistics {
  bool order1 = false;
  int scale_bits = kScaleBits;
  std::size_t symbols = 0;
  std::vector<Interval> intervals;  // [row][token]
  std::string table;
  double stream_bits = 0;

  double bits() const { return stream_bits + 8 * static_cast<double>(table.size()); }
  std::size_t row_of_first() const { return order1 ? symbols : 0; }
  const Interval& at(std::size_t row, Token token) const {
    return intervals[row * symbols + token];
  }
};

// `counts` of all tokens that follow a given one; adds the row to the table and sets its intervals.
void add_row(const std::uint32_t* counts, Statistics& statistics, Interval* intervals) {
  std::vector<Token> present;
  std::vector<std::uint32_t> frequencies;
  std::uint64_t total = 0;
  for (std::size_t token = 0; token < statistics.symbols; ++token) {
    if (counts[token] == 0) continue;
    present.push_back(static_cast<Token>(token));
    frequencies.push_back(counts[token]);
    total += counts[token];
  }
  const std::vector<std::uint32_t> seen = frequencies;
  if (!present.empty()) normalise(frequencies, statistics.scale_bits);
  // Counts of a sparse row take fewer bytes than its frequencies.
  const bool few = total <= std::uint64_t{1} << statistics.scale_bits;
  append_varint(present.size(), statistics.table);
  std::uint32_t start = 0;
  std::size_t next = 0;
  for (std::size_t i = 0; i < present.size(); ++i) {
    append_varint(present[i] - next, statistics.table);
    append_varint(few ? seen[i] : frequencies[i], statistics.table);
    next = std::size_t{present[i]} + 1;
    intervals[present[i]] = {start, frequencies[i]};
    start += frequencies[i];
    statistics.stream_bits +=
        seen[i] * (statistics.scale_bits - std::log2(static_cast<double>(frequencies[i])));
  }
}

Statistics count(const std::vector<Token>& tokens, const std::vector<std::uint32_t>& record_ends,
                 std::size_t symbols, bool order1) {
  Statistics statistics;
  statistics.order1 = order1;
  statistics.symbols = symbols;
  if (symbols > kManyTokens) statistics.scale_bits = kLargeScaleBits;
  const std::size_t rows = order1 ? symbols + 1 : 1;
  std::vector<std::uint32_t> counts(rows * symbols);
  for (std::size_t r = 0; r + 1 < record_ends.size(); ++r) {
    std::size_t row = statistics.row_of_first();
    for (std::uint32_t i = record_ends[r]; i < record_ends[r + 1]; ++i) {
      ++counts[row * symbols + tokens[i]];
      if (order1) row = tokens[i];
    }
  }
  append_varint(static_cast<std::uint64_t>(statistics.scale_bits), statistics.table);
  append_varint(rows, statistics.table);
  statistics.intervals.resize(rows * symbols);
  for (std::size_t row = 0; row < rows; ++row)
    add_row(&counts[row * symbols], statistics, &statistics.intervals[row * symbols]);
  return statistics;
}

// Codes tokens [begin, end), whose records end at `record_ends`, as one block. Encoding runs from
// the last token to the first, because decoding runs the other way.
void encode_block(const Statistics& statistics, const std::vector<Token>& tokens,
                  const std::uint32_t* record_ends, std::size_t records, std::string& stream) {
  const std::uint32_t begin = record_ends[0];
  std::uint32_t states[kLanes] = {kLowest, kLowest};
  std::vector<std::uint16_t> words;
  for (std::size_t r = records; r-- > 0;) {
    for (std::uint32_t i = record_ends[r + 1]; i-- > record_ends[r];) {
      const bool first = i == record_ends[r] || !statistics.order1;
      const std::size_t row = first ? statistics.row_of_first() : tokens[i - 1];
      const Interval& interval = statistics.at(row, tokens[i]);
      std::uint32_t& state = states[(i - begin) % kLanes];
      if (state >= std::uint64_t{interval.frequency} << (32 - statistics.scale_bits)) {
        words.push_back(static_cast<std::uint16_t>(state));
        state >>= 16;
      }
      state = ((state / interval.frequency) << statistics.scale_bits) + state % interval.frequency +
              interval.start;
    }
  }
  std::reverse(words.begin(), words.end());
  stream.append(reinterpret_cast<const char*>(states), sizeof states);
  stream.append(reinterpret_cast<const char*>(words.data()), words.size() * sizeof(std::uint16_t));
}

}  // namespace

int bits_for(Token largest) {
  int bits = 1;
  while ((largest >> bits) != 0)
    ++bits;
  return bits;
}

void pack(const std::vector<Token>& values, int bits, std::string& packed) {
  packed.reserve(packed.size() + packed_size(values.size(), bits));
  std::uint64_t pending = 0;
  int pending_bits = 0;
  for (const Token value : values) {
    pending |= std::uint64_t{value} << pending_bits;
    pending_bits += bits;
    while (pending_bits >= 8) {
      packed += static_cast<char>(pending & 0xff);
      pending >>= 8;
      pending_bits -= 8;
    }
  }
  if (pending_bits > 0) packed += static_cast<char>(pending);
}

void unpack(const unsigned char* packed, std::uint64_t first, std::size_t count, int bits,
            Token* values) {
  // Eight tokens fill whole bytes: from a multiple of 8 on, all groups are laid out alike.
  std::size_t done = std::min<std::size_t>(count, (8 - first % 8) % 8);
  unpack_one_by_one(packed, first, done, bits, values);
#ifdef PAIRALIGN_WIDE_UNPACK
  if (__builtin_cpu_supports("avx2")) {
    const std::uint64_t at = (first + done) / 8 * static_cast<unsigned>(bits);
    const std::uint64_t readable = packed_size(first + count, bits) + kPackingSlack;
    done += unpack_by_sixteen(packed + at, readable - at, count - done, bits, values + done);
  }
#endif
  unpack_one_by_one(packed, first + done, count - done, bits, values + done);
}

void normalise(std::vector<std::uint32_t>& counts, int scale_bits) {
  const std::uint64_t scale = std::uint64_t{1} << scale_bits;
  const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  Expects(total > 0);
  std::uint64_t sum = 0;
  for (std::uint32_t& count : counts) {
    count = static_cast<std::uint32_t>(std::max<std::uint64_t>(count * scale / total, 1));
    sum += count;
  }
  if (sum <= scale) {
    *std::max_element(counts.begin(), counts.end()) += static_cast<std::uint32_t>(scale - sum);
    return;
  }
  // Too many counts were rounded up to 1: take the excess from the largest, which it affects least.
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
  });
  std::uint64_t excess = sum - scale;
  for (std::size_t i = 0; excess > 0; i = (i + 1) % order.size()) {
    std::uint32_t& count = counts[order[i]];
    const std::uint64_t taken = std::min<std::uint64_t>(excess, (count - 1) / 8 + (count > 1));
    count -= static_cast<std::uint32_t>(taken);
    excess -= taken;
  }
}

CodedTokens encode_tokens(const std::vector<Token>& tokens,
                          const std::vector<std::uint32_t>& record_ends) {
  const std::size_t symbols =
      tokens.empty() ? 1 : std::size_t{*std::max_element(tokens.begin(), tokens.end())} + 1;
  Statistics statistics = count(tokens, record_ends, symbols, false);
  if (symbols <= kMaxOrder1Tokens) {
    Statistics order1 = count(tokens, record_ends, symbols, true);
    if (order1.bits() < statistics.bits()) statistics = std::move(order1);
  }
  CodedTokens coded;
  coded.table = statistics.table;
  const std::size_t records = record_ends.size() - 1;
  for (std::size_t first = 0; first < records;) {
    std::size_t last = first;
    while (last < records && record_ends[last] - record_ends[first] < kBlockTokens)
      ++last;
    coded.blocks.push_back(
        {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(coded.streams.size())});
    encode_block(statistics, tokens, &record_ends[first], last - first, coded.streams);
    first = last;
  }
  coded.blocks.push_back(
      {static_cast<std::uint32_t>(records), static_cast<std::uint32_t>(coded.streams.size())});
  return coded;
}

TokenDecoder::TokenDecoder(Span<const unsigned char> table) {
  ByteReader bytes(table.data(), table.data() + table.size());
  const std::uint64_t scale_bits = bytes.varint();
  const std::uint64_t rows = bytes.varint();
  const auto check = [](bool good) {
    if (!good) throw Error("", "not a table of token frequencies");
  };
  check(bytes.ok() && scale_bits >= kBucketBits && scale_bits <= kLargeScaleBits && rows >= 1 &&
        rows <= kMaxOrder1Tokens + 1);
  scale_bits_ = static_cast<int>(scale_bits);
  const std::uint32_t scale = 1U << scale_bits;
  std::vector<std::uint32_t> counts;
  for (std::uint64_t r = 0; r < rows; ++r) {
    const std::uint64_t entries = bytes.varint();
    check(bytes.ok() && entries <= bytes.left() && entries <= scale);
    Row row{static_cast<std::uint32_t>(entries_.size()), static_cast<std::uint32_t>(entries)};
    counts.clear();
    std::uint64_t next = 0;
    for (std::uint64_t e = 0; e < entries; ++e) {
      const std::uint64_t gap = bytes.varint();
      const std::uint64_t count = bytes.varint();
      check(bytes.ok() && gap <= 0xffff && next + gap <= 0xffff && count >= 1 && count <= scale);
      entries_.push_back({0, static_cast<Token>(next + gap)});
      counts.push_back(static_cast<std::uint32_t>(count));
      next += gap + 1;
    }
    if (!counts.empty()) normalise(counts, scale_bits_);
    std::uint32_t start = 0;
    for (std::size_t e = 0; e < counts.size(); ++e) {
      entries_[row.first + e].start = start;
      start += counts[e];
    }
    entries_.push_back({scale, 0});
    rows_.push_back(row);
    index_row(row);
  }
  check(bytes.left() == 0);
}

void TokenDecoder::index_row(const Row& row) {
  const std::uint32_t step = 1U << (scale_bits_ - kBucketBits);
  std::uint32_t e = 0;
  for (std::uint32_t bucket = 0; bucket < 1U << kBucketBits; ++bucket) {
    while (e < row.count && entries_[row.first + e + 1].start <= bucket * step)
      ++e;
    buckets_.push_back(static_cast<std::uint16_t>(e));
  }
}

// The entry whose slots include `slot`, below 2^n; the row must have entries.
inline const TokenDecoder::Entry* TokenDecoder::find(std::size_t row, std::uint32_t slot) const {
  const Entry* entry = &entries_[rows_[row].first] +
                       buckets_[(row << kBucketBits) + (slot >> (scale_bits_ - kBucketBits))];
  while (entry[1].start <= slot)
    ++entry;
  return entry;
}

bool TokenDecoder::decode(Span<const unsigned char> stream, Span<const std::uint32_t> counts,
                          Token* values) const {
  const unsigned char* at = stream.data();
  const unsigned char* const end = at + stream.size();
  std::uint32_t states[kLanes];
  if (stream.size() < sizeof states) return false;
  std::memcpy(states, at, sizeof states);
  at += sizeof states;
  const std::uint32_t mask = (1U << scale_bits_) - 1;
  const bool order1 = rows_.size() > 1;
  std::size_t lane = 0;
  for (const std::uint32_t count : counts) {
    std::size_t row = rows_.size() - 1;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (row >= rows_.size() || rows_[row].count == 0) return false;
      std::uint32_t& state = states[lane];
      lane = (lane + 1) % kLanes;
      const std::uint32_t slot = state & mask;
      const Entry* entry = find(row, slot);
      state = (entry[1].start - entry->start) * (state >> scale_bits_) + slot - entry->start;
      if (state < kLowest) {
        if (end - at < 2) return false;
        std::uint16_t word;
        std::memcpy(&word, at, sizeof word);
        at += sizeof word;
        state = state << 16 | word;
      }
      *values++ = entry->token;
      if (order1) row = entry->token;
    }
  }
  return true;
}

}  // namespace pairalign::archive
