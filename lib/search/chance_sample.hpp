// Strings of archives that stand for all of them when chance is measured (chance.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "archive/archive.hpp"
#include "base/random.hpp"
#include "base/span.hpp"
#include "search/chance.hpp"
#include "search/searcher.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// Const after construction and safe to share between threads.
class ChanceSample {
 public:
  /// Draws some thousand strings, always the same; in infix mode of long records pieces. `config`
  /// must outlive the sample.
  ChanceSample(Span<const archive::Archive> archives, const SearchConfig& config);

  /// The law of chance for a query. From the sample itself where that is large, as only few of many
  /// records are related to any query. Else from decoys, as long as the query and taken out of the
  /// archives: what is said there, compared with what else is said there. (The query's own tokens
  /// in random order would be no good decoys: tokens follow one another as sounds do, so that any
  /// speech is nearer to any other than to a shuffled one, and E-values came out a hundred times
  /// too low.) In archives hardly longer than the query nothing is known, and all records are
  /// expected. A few milliseconds.
  ChanceModel model(const tokens::Record& query) const;

  /// What `ChanceModel::expected` is asked about, for a score of this query's hits: a step of 1
  /// divides the number of hits by about the same, whatever the cost.
  double distance(Span<const Token> query, double score) const;

  /// A score below which all hits of the query are likelier than `evalue`, at most highest_score().
  double lowest_score(const tokens::Record& query, const ChanceModel& model, double evalue) const;
  double highest_score() const;

 private:
  using Documents = std::vector<Span<const Token>>;

  void add_strings(const std::vector<Token>& tokens, std::size_t most_pieces, Random& random);
  std::vector<ChanceMatch> matches(Span<const Token> query, const Documents& documents) const;
  std::vector<ChanceMatch> decoy_matches(std::size_t length, Random& random) const;
  double step() const;

  const SearchConfig& config_;
  double records_ = 0;
  double tokens_ = 0;
  std::vector<std::vector<Token>> strings_;
  std::vector<Token> stream_;               // all strings one behind the other
  std::vector<std::size_t> string_begins_;  // in it
};

}  // namespace pairalign::search
