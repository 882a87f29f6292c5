// How many places of a given score chance gives: the law behind E-values.
//
// A query is compared with pieces of strings that have nothing to do with it, and its best score in
// each piece tells the law of such scores: the rate, per place, of scores of x or more. As far as
// the pieces go the rate is counted. Beyond, it is continued by the shape that scores of speech
// have, from their mean, standard deviation σ and skewness γ: with z = (x − mean) / σ,
//   −d log rate / dz = slope(γ) + bend(γ) · z,
// which lies between the exponential tail of local alignments (Karlin and Altschul, PNAS 87, 1990),
// as with z-scores of FASTA (Pearson, J. Mol. Biol. 276, 1998), and the Gaussian one of sums, since
// a whole query has to fit. docs/e-values.md tells how the constants were found, and how well the
// law keeps its word.
//
// An archive is not the background: of another language, channel or voice, it is nearer to some
// queries and farther from others. How much, the query read backwards tells: it consists of the
// same tokens, and yet is not what is sought, so that no copy of the query, however many there are,
// is taken for chance. The query itself, whose lower scores are those of pieces without it, may
// correct that a little.
#pragma once

#include <cstddef>
#include <vector>

namespace pairalign::search {

/// The best scores of a string in pieces of strings of about the same length.
struct PieceScores {
  std::vector<double> scores;
  double places = 1;  ///< in each piece: where a match may begin
};

/// Of a query and of the same read backwards, in a background and in the archives searched. Without
/// a background the last two have to do.
struct ChanceScores {
  PieceScores background, background_reversed;
  PieceScores archive, archive_reversed;
};

/// What scores are like.
struct ScoreShape {
  bool bits = false;    ///< of soft costs, not edits
  bool steps = false;   ///< whole numbers
  bool single = false;  ///< each is of one comparison, not the best of many places
  double length = 0;    ///< of the query, in tokens
};

class ChanceLaw {
 public:
  ChanceLaw() = default;
  ChanceLaw(const ChanceScores& scores, const ScoreShape& shape);

  /// Places with that score or a better one among `places`. With whole numbers, those with a better
  /// one and half of those with that very score.
  double expected(double score, double places) const;

  /// How far a score of the query read backwards is above what it has by chance, as a score of the
  /// query: by how much a match of its tokens in any order shifts the law.
  void shift_for_order(double reversed_score);

 private:
  struct Moments {
    double mean = 0, deviation = 0, skewness = 0;
  };

  static Moments moments(const std::vector<double>& scores);
  static Moments lower_part(std::vector<double> scores);
  void take_background(const ChanceScores& scores);
  void take_archive(const ChanceScores& scores);
  void guess_background(const ChanceScores& scores);
  double counted(double score) const;
  double slope(double z) const { return slope_ + bend_ * (z > 0 ? z : 0); }
  // Falls with z, whatever z is: it bends above the mean only.
  double tail(double z) const { return -(slope_ + bend_ * (z > 0 ? z : 0) / 2) * z; }
  double log_rate(double score) const;

  ScoreShape shape_;
  std::vector<double> sorted_;  // of the background, best first
  double places_ = 1;           // of a piece of it
  Moments law_, reversed_;      // in the background
  double slope_ = 0, bend_ = 0;
  double anchor_ = 0, anchor_log_rate_ = 0;  // where counts end
  // The archive's law: as many deviations higher, and as many times as wide.
  double shift_ = 0, width_ = 1, shift_variance_ = 0;
};

}  // namespace pairalign::search
