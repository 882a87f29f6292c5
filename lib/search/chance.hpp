// E-values: how many hits a query gets by chance, whatever the archives hold. The score
// distribution is in chance_law.hpp; here its input is collected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "align/distance.hpp"
#include "archive/archive.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "search/chance_law.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

using tokens::Token;

/// Chance hits of one query. Scores are those of Hit.
class QueryChance {
 public:
  /// The number of places with this score or a better one expected by chance.
  double expected(double score) const;
  /// The same for the best possible score: unless it is small, no hit of the query means anything.
  double expected_of_best() const { return expected(best_); }
  /// The lowest score whose E-value is at most `evalue`, to within an edit or a bit.
  double lowest_score(double evalue) const;

 private:
  friend class Chance;
  // The distribution for records of one range of lengths, or of any length.
  struct Part {
    ChanceLaw law;
    double places = 0;
    double per_unit = 1;  // what an edit or a bit takes off the score
  };
  double best_ = 0;         // score of a match without edits
  double stretch_ = 1;      // query tokens per token that the law was fitted to
  double floor_ = 0;        // least number of places with scores up to floor_score_,
  double floor_score_ = 0;  // which the tokens reach in any order
  std::vector<Part> parts_;
};

/// Const after construction and safe to share between threads.
class Chance {
 public:
  /// `background`: concatenated strings unrelated to the archives (see
  /// model/file/substitution.hpp). Empty if the model has none: the reversed query, and what
  /// speech is like in general, are used instead. It and `distance` must outlive this.
  Chance(Span<const archive::Archive> archives, const align::Distance& distance, align::Mode mode,
         Span<const Token> background);

  /// For a query, or for several renderings of one query whose scores are fused (fuse.hpp). Takes
  /// less than a millisecond for each that is some seconds long.
  QueryChance of(align::Strings renderings) const;
  /// For each of these queries.
  std::vector<QueryChance> of(Span<const tokens::Record> queries, ThreadPool& pool) const;

 private:
  using Pieces = std::vector<Span<const Token>>;

  // The distribution of scores, in edits or bits relative to `best`, in at most `most` pieces of
  // `piece_tokens` tokens.
  ChanceLaw law(align::Strings renderings, std::size_t piece_tokens, std::size_t most,
                double best) const;
  PieceScores score(align::Strings both, const Pieces& pieces, double best, double per_unit) const;
  double best_score(align::Strings renderings) const;
  double places_in(double tokens, double query_tokens) const;
  void add_lengths(Span<const Token> query, align::Strings fronts, double best,
                   QueryChance& chance) const;
  void account_for_order(Span<const Token> query, double best, QueryChance& chance) const;

  const align::Distance& distance_;
  align::Mode mode_;
  Span<const Token> background_;
  std::vector<Token> sample_;                   // of the archives
  std::map<std::size_t, std::size_t> records_;  // number of records by length in tokens
  double tokens_ = 0;
};

}  // namespace pairalign::search
