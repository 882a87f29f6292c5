// E-values: what chance gives for a query in archives, whatever these hold. The law is in
// chance_law.hpp; here is what it is told about.
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

/// What chance gives for one query. Scores are those that hits are told with.
class QueryChance {
 public:
  /// Places of that score or a better one to be expected by chance.
  double expected(double score) const;
  /// Of the best score that there is: where this is not small, no hit of the query means anything.
  double expected_of_best() const { return expected(best_); }
  /// The lowest score whose hits are no likelier than `evalue`, to within an edit or a bit.
  double lowest_score(double evalue) const;

 private:
  friend class Chance;
  // The law for records of some length, or of any.
  struct Part {
    ChanceLaw law;
    double places = 0;
    double per_unit = 1;  // score that an edit or a bit costs
  };
  double best_ = 0;         // score of a match without edits
  double stretch_ = 1;      // query tokens to one that the law was told
  double floor_ = 0;        // places of the scores that tokens in any order have,
  double floor_score_ = 0;  // which go up to this one
  std::vector<Part> parts_;
};

/// Const after construction and safe to share between threads.
class Chance {
 public:
  /// `background`: strings laid end to end that have nothing to do with the archives (see
  /// model/file/chance_strings.hpp); empty where the model has none: the query read backwards, and
  /// what speech is like in general, have to do then. It and `distance` must outlive this.
  Chance(Span<const archive::Archive> archives, const align::Distance& distance, align::Mode mode,
         Span<const Token> background);

  /// Of a query, or of several renderings of one query whose scores are fused (fuse.hpp). Less
  /// than a millisecond for each that is some seconds long.
  QueryChance of(align::Strings renderings) const;
  /// Of each of these queries.
  std::vector<QueryChance> of(Span<const tokens::Record> queries, ThreadPool& pool) const;

 private:
  using Pieces = std::vector<Span<const Token>>;

  // The law of scores in units below the best, of records of so many tokens for each of the query.
  ChanceLaw law(align::Strings renderings, std::size_t piece_tokens, std::size_t most, double best,
                double per_unit) const;
  void score(const std::vector<std::vector<Token>>& both, const Pieces& pieces, double best,
             double per_unit, PieceScores& forwards, PieceScores& backwards) const;
  double best_score(align::Strings renderings) const;
  double unit_score(Span<const Token> query, std::size_t document_tokens) const;
  double places_in(double tokens, double query_tokens) const;
  double all_places(double query_tokens) const;
  void add_lengths(Span<const Token> query, align::Strings fronts, double best,
                   QueryChance& chance) const;
  void account_for_order(Span<const Token> query, double best, QueryChance& chance) const;

  const align::Distance& distance_;
  align::Mode mode_;
  Span<const Token> background_;
  std::vector<Token> sample_;                   // of the archives
  std::map<std::size_t, std::size_t> records_;  // how many have so many tokens
  double tokens_ = 0;
};

}  // namespace pairalign::search
