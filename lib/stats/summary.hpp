// What a stream of token strings looks like: rates, vocabulary, lengths, repetition.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "stats/collisions.hpp"
#include "stats/frequent_items.hpp"
#include "stats/rate_series.hpp"
#include "tokens/record.hpp"

namespace pairalign::stats {

struct SummaryConfig {
  std::size_t top_ngrams = 10;  ///< of each order, 1 to 3
  /// A non-empty string is collapsed if it has at most this many distinct tokens per token.
  double collapsed_ratio = 0.2;
  std::size_t ngram_counters = std::size_t{1} << 18;     ///< per order, about 10 MB
  std::size_t collision_entries = std::size_t{1} << 22;  ///< 64 MB when full
};

struct NGram {
  std::vector<tokens::Token> tokens;
  std::uint64_t count;
};

/// The n-grams of one order within records; none spans two records.
struct NGramTable {
  std::vector<NGram> top;   ///< most frequent first
  std::uint64_t error = 0;  ///< true counts are higher by at most this; 0: exact
};

struct Summary {
  tokens::Header header;
  std::uint64_t records = 0;
  std::uint64_t empty = 0;             ///< records without a token
  std::uint64_t unknown_duration = 0;  ///< records whose format carries none
  double seconds = 0;                  ///< of the records with a duration
  std::uint64_t tokens = 0;
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
  std::uint64_t collapsed = 0;
  Collisions collisions;
};

/// Takes records one by one, in memory that does not grow with them.
class Summariser {
 public:
  explicit Summariser(const SummaryConfig& config = {});

  void add(const tokens::Record& record);
  Summary summary(const tokens::Header& header) const;

 private:
  void add_ngrams(const std::vector<tokens::Token>& tokens);
  void count_rate(const tokens::Record& record);
  bool collapsed(const std::vector<tokens::Token>& tokens);
  std::array<NGramTable, 3> top_ngrams() const;

  SummaryConfig config_;
  Summary totals_;  // what can be summed record by record
  std::uint64_t timed_tokens_ = 0;
  std::vector<std::uint64_t> token_counts_;  // by token
  std::vector<std::uint64_t>
      last_record_of_;                     // by token: the number of the last record that had it
  std::array<FrequentItems, 2> frequent_;  // pairs, triples
  CollisionCounter collisions_;
  RateSeries rate_series_;
};

}  // namespace pairalign::stats
