// What a stream of token strings looks like: rates, vocabulary, lengths, repetition.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stats/groups.hpp"
#include "stats/stream_counters.hpp"
#include "tokens/record.hpp"

namespace pairalign::stats {

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
