// How many places of a given score to expect by chance: the distribution behind E-values.
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
#include <vector>

namespace pairalign::search {

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

}  // namespace pairalign::search
