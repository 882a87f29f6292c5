#include "stats/retrieval.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.hpp"
#include "stats/term_weighted_value.hpp"

namespace pairalign::stats {

RetrievalEvaluation::Id RetrievalEvaluation::document_id(std::string_view name) {
  const auto [it, added] = ids_.emplace(name, static_cast<Id>(names_.size()));
  if (added) names_.push_back(it->first);
  return it->second;
}

void RetrievalEvaluation::add_judgement(std::string_view query, std::string_view document,
                                        int relevance) {
  const Id id = document_id(document);
  const auto [it, added] = judgements_[std::string(query)].emplace(id, relevance);
  if (!added && it->second != relevance) {
    throw Error("", "query " + std::string(query) + " judges " + std::string(document) +
                        " twice, differently");
  }
}

void RetrievalEvaluation::add_hit(std::string_view query, std::string_view document, double score) {
  run_[std::string(query)].push_back({document_id(document), score});
}

bool RetrievalEvaluation::relevant(const Judgements& judged, Id document) const {
  const auto it = judged.find(document);
  return it != judged.end() && it->second >= 0 && it->second >= config_.min_relevance;
}

RetrievalEvaluation::Ranking RetrievalEvaluation::ranking(const std::string& query,
                                                          const Judgements& judged) const {
  const auto found = run_.find(query);
  if (found == run_.end()) return {};
  Ranking hits;
  for (const Hit& hit : found->second) {
    const auto judgement = judged.find(hit.document);
    if (judgement == judged.end() || judgement->second >= 0) hits.push_back(hit);
  }
  // Each document once, at its best score; then sorted by score.
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    return a.document != b.document ? a.document < b.document : a.score > b.score;
  });
  hits.erase(std::unique(hits.begin(), hits.end(),
                         [](const Hit& a, const Hit& b) { return a.document == b.document; }),
             hits.end());
  std::sort(hits.begin(), hits.end(), [this](const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : names_[a.document] < names_[b.document];
  });
  return hits;
}

namespace {

// `precisions`: at the ranks of the relevant documents found, in their order.
PrecisionAtRecall interpolate(const std::vector<double>& precisions, std::size_t relevant) {
  PrecisionAtRecall at{};
  const std::size_t steps = at.size() - 1;
  for (std::size_t i = 0; i < precisions.size(); ++i) {
    // The recall at this document, in steps rounded down: every level up to there is reached.
    const std::size_t reached = (i + 1) * steps / relevant;
    for (std::size_t level = 0; level <= reached; ++level)
      at[level] = std::max(at[level], precisions[i]);
  }
  return at;
}

}  // namespace

QueryMetrics RetrievalEvaluation::measure(const std::string& query, const Judgements& judged,
                                          const Ranking& ranking) const {
  QueryMetrics m;
  m.query = query;
  m.retrieved = ranking.size();
  m.relevant = static_cast<std::size_t>(std::count_if(
      judged.begin(), judged.end(), [&](const auto& j) { return relevant(judged, j.first); }));
  std::size_t found = 0;
  std::vector<double> precisions;
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    if (!relevant(judged, ranking[i].document)) continue;
    const std::size_t rank = i + 1;
    ++found;
    precisions.push_back(static_cast<double>(found) / static_cast<double>(rank));
    m.average_precision += precisions.back();
    if (!m.first_relevant) m.first_relevant = rank;
    m.precision_1 += rank <= 1 ? 1.0 : 0.0;
    m.precision_5 += rank <= 5 ? 1.0 / 5 : 0.0;
    m.precision_10 += rank <= 10 ? 1.0 / 10 : 0.0;
  }
  if (m.relevant > 0) {
    m.average_precision /= static_cast<double>(m.relevant);
    m.precision_at_recall = interpolate(precisions, m.relevant);
  }
  if (m.first_relevant) m.reciprocal_rank = 1.0 / static_cast<double>(*m.first_relevant);
  return m;
}

namespace {

template <class Value>
double mean_over(const std::vector<QueryMetrics>& queries, Value value) {
  if (queries.empty()) return 0;
  const double sum =
      std::accumulate(queries.begin(), queries.end(), 0.0,
                      [&](double total, const QueryMetrics& m) { return total + value(m); });
  return sum / static_cast<double>(queries.size());
}

void set_means(RetrievalMetrics& result) {
  const auto& all = result.per_query;
  const auto found_by = [](std::size_t k) {
    return [k](const QueryMetrics& m) {
      return m.first_relevant && *m.first_relevant <= k ? 1.0 : 0.0;
    };
  };
  result.map = mean_over(all, [](const QueryMetrics& m) { return m.average_precision; });
  result.mrr = mean_over(all, [](const QueryMetrics& m) { return m.reciprocal_rank; });
  result.precision_1 = mean_over(all, [](const QueryMetrics& m) { return m.precision_1; });
  result.precision_5 = mean_over(all, [](const QueryMetrics& m) { return m.precision_5; });
  result.precision_10 = mean_over(all, [](const QueryMetrics& m) { return m.precision_10; });
  result.recall_1 = mean_over(all, found_by(1));
  result.recall_10 = mean_over(all, found_by(10));
  for (std::size_t level = 0; level < result.precision_at_recall.size(); ++level) {
    result.precision_at_recall[level] =
        mean_over(all, [level](const QueryMetrics& m) { return m.precision_at_recall[level]; });
  }
  std::size_t rank_sum = 0;
  for (const QueryMetrics& m : all) {
    rank_sum += m.first_relevant.value_or(0);
    result.not_found += !m.first_relevant;
  }
  const std::size_t found = all.size() - result.not_found;
  if (found > 0) {
    result.mean_first_rank = static_cast<double>(rank_sum) / static_cast<double>(found);
  }
}

}  // namespace

RetrievalMetrics RetrievalEvaluation::metrics() const {
  RetrievalMetrics result;
  result.documents = names_.size();
  std::vector<Trial> trials;
  for (const auto& [query, judged] : judgements_) {
    const Ranking hits = ranking(query, judged);
    const QueryMetrics measured = measure(query, judged, hits);
    if (measured.relevant == 0) continue;
    result.answered += run_.count(query);
    const auto removed = static_cast<std::size_t>(std::count_if(
        judged.begin(), judged.end(), [](const auto& judgement) { return judgement.second < 0; }));
    const auto others = static_cast<double>(names_.size() - removed - measured.relevant);
    for (const Hit& hit : hits) {
      const double gain = relevant(judged, hit.document)
                              ? 1 / static_cast<double>(measured.relevant)
                              : -config_.beta / others;
      trials.push_back({hit.score, gain});
    }
    result.per_query.push_back(measured);
  }
  result.queries = result.per_query.size();
  result.unjudged = run_.size() - result.answered;
  set_means(result);
  const TermWeightedValue best = maximum_term_weighted_value(std::move(trials), result.queries);
  result.mtwv = best.value;
  result.mtwv_threshold = best.threshold;
  return result;
}

}  // namespace pairalign::stats
