// What a stream of token strings looks like: rates, vocabulary, lengths, repetition.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/span.hpp"
#include "stats/groups.hpp"
#include "tokens/record.hpp"

namespace pairalign::stats {

/// Sums over records, and how often each token occurs; at most half a megabyte.
struct StringTotals {
  std::uint64_t records = 0;
  std::uint64_t tokens = 0;
  double seconds = 0;                 ///< of the records with a duration
  std::uint64_t timed_tokens = 0;     ///< likewise
  std::vector<std::uint64_t> counts;  ///< by token, as far as tokens were seen

  void add(const tokens::Record& record);
  std::size_t distinct_tokens() const;
  /// Entropy of the token frequencies, in bits; 0 if there are none.
  double token_entropy() const;
};

struct Counted {
  std::uint64_t item;
  std::uint64_t count;
};

/// The most frequent items of a stream. Misra and Gries (1982), in the batched form of Anderson et
/// al., "A High-Performance Algorithm for Identifying Frequent Items in Data Streams" (2017):
/// counters are exact until there are more distinct items than `capacity`; then the median count is
/// subtracted from all and those that reach zero are dropped. Any item more frequent than `error()`
/// is still there.
class FrequentItems {
 public:
  explicit FrequentItems(std::size_t capacity) : capacity_(capacity) {}

  void add(std::uint64_t item);

  /// The `n` items with the highest counts; equal counts by item, ascending. A count is at most the
  /// true count, and at least that − error().
  std::vector<Counted> top(std::size_t n) const;

  /// 0: every count is exact.
  std::uint64_t error() const { return error_; }

 private:
  void shrink();

  std::size_t capacity_;
  std::uint64_t error_ = 0;
  std::unordered_map<std::uint64_t, std::uint64_t> counts_;
};

/// Recordings that yielded exactly the same string.
struct Collisions {
  std::uint64_t strings = 0;  ///< non-empty strings shared by several keys
  std::uint64_t keys = 0;     ///< keys that have one of them
  /// 1: exact. N: counted on the strings with one in N hash values and scaled up.
  std::uint64_t sampling = 1;
};

/// Counts collisions from 64-bit hashes of string and key, 16 bytes a record. Beyond `capacity`
/// records, only strings whose hash ends in zero bits are kept (distinct sampling: Gibbons 2001),
/// one bit more each time the memory fills; all records of a kept string stay together.
class CollisionCounter {
 public:
  explicit CollisionCounter(std::size_t capacity) : capacity_(capacity) {}

  void add(std::string_view key, Span<const tokens::Token> string);
  Collisions count() const;

 private:
  using Entry = std::pair<std::uint64_t, std::uint64_t>;  // hashes of string and key
  bool sampled(const Entry& entry) const { return (entry.first & (sampling_ - 1)) == 0; }

  std::size_t capacity_;
  std::uint64_t sampling_ = 1;
  std::vector<Entry> entries_;
};

/// Some consecutive records.
struct Stretch {
  std::uint64_t records = 0;
  double seconds = 0;
  std::uint64_t tokens = 0;
};

/// How the token rate changes along a stream: sums over stretches with the same number of records.
/// When there are `kMaxStretches` of them, neighbours are merged in pairs.
class RateSeries {
 public:
  static constexpr std::size_t kMaxStretches = 256;

  void add(double seconds, std::uint64_t tokens);
  /// Oldest first; the last one may hold fewer records.
  const std::vector<Stretch>& stretches() const { return stretches_; }

 private:
  std::uint64_t records_each_ = 1;
  std::vector<Stretch> stretches_;
};

struct NGram {
  std::vector<tokens::Token> tokens;
  std::uint64_t count;
};

/// The n-grams of one order within records; none spans two records.
struct NGramTable {
  std::vector<NGram> top;   ///< the ten most frequent, in descending order
  std::uint64_t error = 0;  ///< true counts are higher by at most this; 0: exact
};

struct Summary : StringTotals {
  tokens::Header header;
  std::uint64_t empty = 0;                  ///< records without a token
  std::uint64_t unknown_duration = 0;       ///< records whose format carries none
  std::optional<double> tokens_per_second;  ///< over the records with a duration
  /// Tokens per second times log2(vocabulary), and times the entropy.
  std::optional<double> bits_per_second, entropy_bits_per_second;

  int vocabulary = 0;               ///< from the header, else the largest token + 1
  std::size_t vocabulary_used = 0;  ///< distinct tokens seen
  double entropy = 0;               ///< of the token frequencies, bits
  double normalised_entropy = 0;    ///< entropy / log2(vocabulary); 0 for a vocabulary of 1

  std::vector<std::uint64_t> token_counts;  ///< of the tokens in use, highest first

  /// Tokens per second in tenths, rounded down → number of records of that rate; the highest key,
  /// `kHighestRate`, includes all higher rates. Records without a duration or of 0 s are left out.
  std::map<int, std::uint64_t> rates;
  static constexpr int kHighestRate = 1000;
  std::vector<Stretch> stretches;  ///< the records with a duration, in the order of the stream

  std::map<std::size_t, std::uint64_t> lengths;  ///< tokens in a record → number of records
  std::size_t median_length = 0;                 ///< the lower median
  double mean_length = 0;

  std::array<NGramTable, 3> ngrams;  ///< [0]: single tokens
  std::uint64_t collapsed = 0;       ///< non-empty strings with at most one distinct token in five
  Collisions collisions;
};

/// Takes records one by one, in memory that does not grow with them.
class Summariser {
 public:
  Summariser();

  void add(const tokens::Record& record);
  Summary summary(const tokens::Header& header) const;

 private:
  void add_ngrams(const std::vector<tokens::Token>& tokens);
  bool collapsed(const std::vector<tokens::Token>& tokens);
  std::array<NGramTable, 3> top_ngrams() const;

  Summary totals_;                             // what can be summed record by record
  std::vector<std::uint64_t> last_record_of_;  // by token: number of the last record that had it
  std::array<FrequentItems, 2> frequent_;      // pairs, triples
  CollisionCounter collisions_;
  RateSeries rate_series_;
};

/// Records, hours, tokens, tokens/s, mean length, tokens of the vocabulary in use, and the entropy
/// of their frequencies in bits: of each group and of all.
GroupTable group_table(const std::map<std::string, StringTotals>& groups,
                       const StringTotals& total);

}  // namespace pairalign::stats
