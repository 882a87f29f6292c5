// E-values: how many hits a query gets by chance, whatever the archives hold.
//
// A query is compared with pieces of unrelated strings, and its best scores in the pieces give the
// rate, per place, of chance scores of x or more. As far as the pieces reach, the rate is counted.
// Beyond, it is extrapolated with the shape that scores of speech have, from their mean, standard
// deviation σ and skewness γ: with z = (x − mean) / σ,
//   −d log rate / dz = slope(γ) + bend(γ) · z,
// which lies between the exponential tail of local alignments (Karlin and Altschul, PNAS 87, 1990),
// as with z-scores of FASTA (Pearson, J. Mol. Biol. 276, 1998), and the Gaussian tail of sums,
// since a whole query has to fit. docs/e-values.md describes how the constants were found and how
// accurate the E-values are.
//
// An archive differs from the background: of another language, channel or voice, it is nearer to
// some queries and farther from others. The reversed query measures by how much: it consists of the
// same tokens, but is not what is searched for, so copies of the query, however many, are not
// mistaken for chance. The query itself may correct that a little, by its lower scores, which are
// those of pieces without a true match.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "align/distance.hpp"
#include "archive/archive.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

using tokens::Token;

/// The best scores of a query, and of the reversed query, in each of several pieces of about the
/// same length.
struct PieceScores {
  std::vector<double> scores, reversed;
  double places = 1;  ///< positions in each piece where a match may begin
};

/// Without a background, the scores in the archives searched have to suffice.
struct ChanceScores {
  PieceScores background, archive;
};

/// Properties of the scores.
struct ScoreShape {
  bool bits = false;    ///< in bits, with soft costs; else in edits
  bool steps = false;   ///< whole numbers
  bool single = false;  ///< each is from one comparison, not the best of many places
  double length = 0;    ///< of the query, in tokens
};

class ChanceLaw {
 public:
  ChanceLaw() = default;
  ChanceLaw(const ChanceScores& scores, const ScoreShape& shape);

  /// The expected number, among `places`, of places with this score or a better one. If scores are
  /// whole numbers: of those with a better score, plus half of those with exactly this one.
  double expected(double score, double places) const;

  /// For queries whose tokens match in any order: shifts the distribution by at least as many
  /// deviations as `reversed_score`, the score of the reversed query, lies above its mean by
  /// chance.
  void shift_for_order(double reversed_score);

 private:
  struct Moments {
    double mean = 0, deviation = 0, skewness = 0;
  };

  static Moments moments(const std::vector<double>& scores);
  static Moments lower_part(std::vector<double> scores);
  void take_background(const PieceScores& background);
  void take_archive(const PieceScores& archive, const PieceScores& background);
  void guess_background(const PieceScores& archive);
  double counted(double score) const;
  double slope(double z) const { return slope_ + bend_ * (z > 0 ? z : 0); }
  // Decreasing everywhere, as it bends only above the mean.
  double tail(double z) const { return -(slope_ + bend_ * (z > 0 ? z : 0) / 2) * z; }
  double log_rate(double score) const;

  ScoreShape shape_;
  std::vector<double> sorted_;  // scores of the background, best first
  double places_ = 1;           // per piece of it
  Moments law_, reversed_;      // of the query and the reversed query, in the background
  double slope_ = 0, bend_ = 0;
  double anchor_ = 0, anchor_log_rate_ = 0;  // where counting ends
  // The archive's distribution: as many deviations higher, and as many times as wide.
  double shift_ = 0, width_ = 1, shift_variance_ = 0;
};

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
  QueryChance of(Span<const tokens::Record> renderings) const;
  /// For each of these queries.
  std::vector<QueryChance> of(Span<const tokens::Record> queries, ThreadPool& pool) const;

 private:
  using Pieces = std::vector<Span<const Token>>;

  QueryChance of_strings(align::Strings renderings) const;
  // The distribution of scores, in edits or bits relative to `best`, in at most `most` pieces of
  // `piece_tokens` tokens.
  ChanceLaw law(align::Strings renderings, std::size_t piece_tokens, std::size_t most,
                double best) const;
  PieceScores score(align::Strings both, const Pieces& pieces, double best, double per_unit) const;
  double best_score(align::Strings renderings) const;
  std::size_t written_tokens(Span<const Token> query) const;
  double places_in(double tokens, double query_tokens) const;
  void add_lengths(Span<const Token> query, align::Strings fronts, double best,
                   QueryChance& chance) const;
  void account_for_order(Span<const Token> query, double best, QueryChance& chance) const;

  const align::Distance* distance_;
  align::Mode mode_;
  Span<const Token> background_;
  std::vector<Token> sample_;                   // of the archives
  std::map<std::size_t, std::size_t> records_;  // number of records by length in tokens
  double tokens_ = 0;
};

}  // namespace pairalign::search
