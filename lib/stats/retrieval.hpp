// Retrieval metrics over TREC files: average precision, reciprocal rank, precision, success, MTWV.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pairalign::stats {

struct RetrievalConfig {
  int min_relevance = 1;  ///< judged this or higher: relevant
  /// Cost of a false alarm relative to a miss in the term-weighted value. 999.9 is NIST's, from a
  /// cost ratio of 0.1 and a prior of 0.0001 (2006 Spoken Term Detection evaluation plan).
  double beta = 999.9;
};

/// Interpolated precision at recall 0, 0.1 … 1: the highest precision at any rank that has at least
/// that recall, 0 where none has; trec_eval's iprec_at_recall.
using PrecisionAtRecall = std::array<double, 11>;

/// Every mean is over the queries that have a relevant document in the qrels; one that is not
/// in the run counts as if nothing had been retrieved.
struct QueryMetrics {
  std::string query;
  std::size_t relevant = 0;   ///< relevant documents in the qrels
  std::size_t retrieved = 0;  ///< documents in the ranking
  double average_precision = 0;
  double reciprocal_rank = 0;
  std::optional<std::size_t> first_relevant;  ///< its rank, from 1
  double precision_1 = 0, precision_5 = 0, precision_10 = 0;
  PrecisionAtRecall precision_at_recall{};
};

struct RetrievalMetrics {
  std::size_t queries = 0;    ///< with a relevant document in the qrels
  std::size_t answered = 0;   ///< of these, queries in the run
  std::size_t unjudged = 0;   ///< queries of the run left out: no relevant document in the qrels
  std::size_t documents = 0;  ///< distinct documents in run and qrels
  /// Mean over queries of (sum over retrieved relevant documents of the precision at their rank) /
  /// (number of relevant documents in the qrels): trec_eval's `map`.
  double map = 0;
  double mrr = 0;  ///< mean of 1 / rank of the first relevant; 0 where there is none
  double precision_1 = 0, precision_5 = 0, precision_10 = 0;
  PrecisionAtRecall precision_at_recall{};
  double recall_1 = 0, recall_10 = 0;  ///< share of queries with a relevant document in the top k
  /// Over the queries whose ranking contains a relevant document; `not_found` counts the others.
  std::optional<double> mean_first_rank;
  std::size_t not_found = 0;
  /// Maximum over score thresholds θ of 1 − mean over queries of (P_miss(θ) + β · P_fa(θ)): P_miss
  /// is the share of relevant documents below θ, P_fa the share of other documents at θ or above.
  /// The trials are the documents in run and qrels. At least 0: with θ above every score.
  double mtwv = 0;
  double mtwv_threshold = 0;            ///< the θ at which it is reached; infinite if it is 0
  std::vector<QueryMetrics> per_query;  ///< in byte order of the query
};

/// Collects judgements and hits, in any order, then computes.
///
/// A judgement below 0 removes its document from the query's ranking before anything is computed.
/// Rankings are by score, highest first, equal scores by document in byte order; the order and the
/// rank column of the file are ignored. A document with several hits for a query counts once, at
/// its best score.
class RetrievalEvaluation {
 public:
  explicit RetrievalEvaluation(const RetrievalConfig& config = {}) : config_(config) {}

  /// Throws Error("", reason) if the pair already has a different judgement.
  void add_judgement(std::string_view query, std::string_view document, int relevance);
  void add_hit(std::string_view query, std::string_view document, double score);

  /// TREC qrels: `query iteration document relevance`. Throw Error("FILE:LINE", reason).
  void read_qrels(const std::string& path);
  /// A TREC run (`query Q0 document rank score tag`) or hits as pa-search prints them (`query TAB
  /// key TAB distance TAB score`, further fields are ignored; query and key are then reduced to
  /// their stems). "-" is stdin.
  void read_run(const std::string& path);

  RetrievalMetrics metrics() const;

 private:
  using Id = std::uint32_t;
  struct Hit {
    Id document;
    double score;
  };
  using Ranking = std::vector<Hit>;
  using Judgements = std::unordered_map<Id, int>;

  Id document_id(std::string_view name);
  Ranking ranking(const std::string& query, const Judgements& judged) const;
  QueryMetrics measure(const std::string& query, const Judgements& judged,
                       const Ranking& ranking) const;
  bool relevant(const Judgements& judged, Id document) const;
  void add_run_line(std::string_view line);

  RetrievalConfig config_;
  std::unordered_map<std::string, Id> ids_;
  std::vector<std::string> names_;  // by Id
  std::map<std::string, Judgements> judgements_;
  std::map<std::string, Ranking> run_;
};

}  // namespace pairalign::stats
