// Retrieval metrics over TREC files: average precision, reciprocal rank, precision, success, MTWV;
// and whether two runs differ.
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

/// What is measured on the ranking of one query; and the means of these over queries.
struct RankingMetrics {
  /// Sum over retrieved relevant documents of the precision at their rank / number of relevant
  /// documents in the qrels. The mean is MAP, trec_eval's `map`.
  double average_precision = 0;
  double reciprocal_rank = 0;  ///< of the first relevant document; 0 without any. The mean is MRR
  double precision_1 = 0, precision_5 = 0, precision_10 = 0;
  double recall_1 = 0, recall_10 = 0;  ///< 1 with a relevant document in the top k, else 0
  PrecisionAtRecall precision_at_recall{};
};

/// A metric by its name in JSON and in text.
struct RankingMetric {
  const char* name;
  const char* label;
  double RankingMetrics::*value;
};
constexpr RankingMetric kMap{"map", "MAP", &RankingMetrics::average_precision};
constexpr RankingMetric kMrr{"mrr", "MRR", &RankingMetrics::reciprocal_rank};
constexpr RankingMetric kPrecision1{"precision_1", "P@1", &RankingMetrics::precision_1};
constexpr RankingMetric kRecall10{"recall_10", "R@10", &RankingMetrics::recall_10};
constexpr std::array<RankingMetric, 7> kRankingMetrics = {
    {kMap,
     kMrr,
     kPrecision1,
     {"precision_5", "P@5", &RankingMetrics::precision_5},
     {"precision_10", "P@10", &RankingMetrics::precision_10},
     {"recall_1", "R@1", &RankingMetrics::recall_1},
     kRecall10}};
/// Those of which runs are compared.
constexpr std::array<RankingMetric, 4> kComparedMetrics = {{kMap, kMrr, kPrecision1, kRecall10}};

struct QueryMetrics : RankingMetrics {
  std::string query;
  std::size_t relevant = 0;                   ///< relevant documents in the qrels
  std::size_t retrieved = 0;                  ///< documents in the ranking
  std::optional<std::size_t> first_relevant;  ///< its rank, from 1
};

/// Every mean is over the queries that have a relevant document in the qrels; one that is not
/// in the run counts as if nothing had been retrieved.
struct RetrievalMetrics : RankingMetrics {
  std::size_t queries = 0;    ///< with a relevant document in the qrels
  std::size_t answered = 0;   ///< of these, queries in the run
  std::size_t unjudged = 0;   ///< queries of the run left out: no relevant document in the qrels
  std::size_t documents = 0;  ///< distinct documents in run and qrels
  /// Over the queries whose ranking contains a relevant document; `not_found` counts the others.
  std::optional<double> mean_first_rank;
  std::size_t not_found = 0;
  /// Maximum over score thresholds θ of 1 − mean over queries of (P_miss(θ) + β · P_fa(θ)), the
  /// term-weighted value of NIST's spoken term detection evaluations: P_miss is the share of
  /// relevant documents below θ, P_fa the share of other documents at θ or above. The trials are
  /// the documents in run and qrels. At least 0: with θ above every score.
  double mtwv = 0;
  std::optional<double> mtwv_threshold;  ///< the highest θ that reaches it; nothing if it is 0
  std::vector<QueryMetrics> per_query;   ///< in byte order of the query
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

  RetrievalConfig config_;
  std::unordered_map<std::string, Id> ids_;
  std::vector<std::string> names_;  // by Id
  std::map<std::string, Judgements> judgements_;
  std::map<std::string, Ranking> run_;
};

/// A mean difference and the interval that contains 95 % of its resamples.
struct DifferenceInterval {
  double difference = 0;
  double low = 0, high = 0;
};

struct RunDifference {
  std::size_t queries = 0;
  std::size_t terms = 0;  ///< what was resampled
  std::array<DifferenceInterval, kComparedMetrics.size()> intervals;
};

/// Query -> term. Queries of one term share their relevant documents, so they are drawn together.
using Terms = std::map<std::string, std::string>;

/// Reads `query TAB term [TAB …]` lines. Throws Error("FILE:LINE", reason).
Terms read_terms(const std::string& path);

/// Whether one run is better than another by more than chance: metrics of `run` minus those of
/// `reference`, over the same qrels. Terms are drawn with replacement, as many as there are; a
/// query not in `terms` is a term of its own. The interval is from the 2.5th to the 97.5th
/// percentile of 10,000 paired bootstrap resamples (Sakai, SIGIR 2006), the same at each call.
/// Throws Error("", reason) if the two were measured on different queries.
RunDifference compare_runs(const RetrievalMetrics& run, const RetrievalMetrics& reference,
                           const Terms& terms);

}  // namespace pairalign::stats
