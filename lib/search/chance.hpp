// How many hits of a given quality chance alone gives: E-values.
//
// Records that have nothing to do with a query still are at some distance from it, the best of many
// at a small one. Counts of such hits follow a law whose tail is close to exponential in the score
// (Karlin and Altschul, "Methods for assessing the statistical significance of molecular sequence
// features", PNAS 87, 1990); with gaps its constants are not known in closed form and are fitted to
// comparisons with strings that are not related (as FASTA does; Pearson 1998). Here each query has
// its own fit, to a sample of the archives: how common its tokens and their successions are matters
// more than its length. The logarithm of the rate of hits is taken as a quadratic function of the
// distance, which follows the true tail farther down than a straight line.
#pragma once

#include <cstddef>
#include <vector>

namespace pairalign::search {

/// The best match of a query, or of a decoy, in one string of a sample.
struct ChanceMatch {
  double distance;  ///< in whatever unit ranks hits, the smaller the better
  double exposure;  ///< places where a match may begin: of those, hits come at a constant rate
};

class ChanceModel {
 public:
  /// `step`: the difference of distance between the levels at which rates are compared. `records`
  /// and `exposure` are of the archives that the sample stands for. An empty sample tells nothing:
  /// all records are expected, which is the most there can be.
  ChanceModel(std::vector<ChanceMatch> sample, double step, double records, double exposure);

  /// Records at most that far away, to be expected by chance. From 0 to the number of records.
  double expected(double distance) const;

 private:
  struct Level {
    double distance;
    double log_rate;
    double weight;
  };
  std::vector<Level> levels(const std::vector<ChanceMatch>& sample, double step) const;
  void fit(const std::vector<Level>& levels);

  bool known_;
  double records_;
  double exposure_;  // of a record
  // log rate = constant_ + slope_ · u + bend_ · u², u = distance − centre_; grows up to peak_.
  double centre_ = 0, constant_ = 0, slope_ = 0, bend_ = 0, peak_ = 0;
};

}  // namespace pairalign::search
