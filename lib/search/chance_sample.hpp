// Strings of archives that stand for all of them when chance is measured (chance.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"
#include "search/chance.hpp"
#include "search/searcher.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// Const after construction and safe to share between threads.
class ChanceSample {
 public:
  /// Draws some thousand records, always the same; in infix mode of long ones a piece. `config`
  /// must outlive the sample.
  ChanceSample(Span<const archive::Archive> archives, const SearchConfig& config);

  /// The law of chance for a query: from the sample itself where that is large, as only few of many
  /// records are related to any query; else from decoys, the query's tokens in random order. About
  /// a millisecond.
  ChanceModel model(const tokens::Record& query) const;

  /// What `ChanceModel::expected` is asked about, for a score of this query's hits.
  double distance(const tokens::Record& query, double score) const;

  /// A score below which all hits of the query are likelier than `evalue`, at most highest_score().
  double lowest_score(const tokens::Record& query, const ChanceModel& model, double evalue) const;
  double highest_score() const;

 private:
  std::vector<ChanceMatch> unit_matches(Span<const Token> query) const;
  std::vector<ChanceMatch> soft_matches(Span<const Token> query) const;
  double step() const;

  const SearchConfig& config_;
  double records_ = 0;
  double tokens_ = 0;
  std::vector<std::vector<Token>> strings_;
};

}  // namespace pairalign::search
