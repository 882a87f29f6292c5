#include "stats/retrieval.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"
#include "stats/quantiles.hpp"
#include "tokens/key.hpp"
#include "tokens/line_reader.hpp"
#include "tokens/text.hpp"

namespace pairalign::stats {
namespace {

using tokens::for_each_line;
using tokens::split;
using tokens::words_of;

template <class Number>
Number parse_number(std::string_view field, const char* what) {
  Number value{};
  if (!tokens::parse_whole(field, value) || !std::isfinite(static_cast<double>(value))) {
    throw Error("", std::string(what) + ": '" + std::string(field) + "' is not a number");
  }
  return value;
}

}  // namespace

void RetrievalEvaluation::read_qrels(const std::string& path) {
  for_each_line(path, "#", [this](std::string_view line) {
    const auto fields = words_of(line);
    if (fields.size() != 4) {
      throw Error("", "not a judgement: `query iteration document relevance`");
    }
    add_judgement(fields[0], fields[2], parse_number<int>(fields[3], "relevance"));
  });
}

void RetrievalEvaluation::read_run(const std::string& path) {
  for_each_line(path, "#", [this](std::string_view line) {
    const auto columns = split(line, '\t');
    // The fifth is the E-value; a sixth says that the place is estimated.
    const bool estimated = columns.size() == 6 && columns[5] == "estimated";
    if (columns.size() == 4 || columns.size() == 5 || estimated) {
      const double score = parse_number<double>(columns[3], "score");
      add_hit(tokens::key_stem(tokens::unescape_key(columns[0])),
              tokens::key_stem(tokens::unescape_key(columns[1])), score);
      return;
    }
    const auto fields = words_of(line);
    if (fields.size() != 6) {
      throw Error("",
                  "neither a TREC run (`query Q0 document rank score tag`) nor a hit of pa-search");
    }
    add_hit(fields[0], fields[2], parse_number<double>(fields[4], "score"));
  });
}

Terms read_terms(const std::string& path) {
  Terms terms;
  for_each_line(path, "#", [&terms](std::string_view line) {
    const auto fields = split(line, '\t');
    if (fields.size() < 2) throw Error("", "not a term: `query TAB term`");
    if (!terms.emplace(fields[0], fields[1]).second) {
      throw Error("", "query " + std::string(fields[0]) + " occurs twice");
    }
  });
  return terms;
}

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
    throw Error("", "query " + std::string(query) + " has two different judgements of " +
                        std::string(document));
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
  Ranking hits = found->second;
  std::sort(hits.begin(), hits.end(), [this](const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : names_[a.document] < names_[b.document];
  });
  std::unordered_set<Id> seen;
  const auto left_out = [&](const Hit& hit) {
    const auto judgement = judged.find(hit.document);
    const bool removed = judgement != judged.end() && judgement->second < 0;
    return removed || !seen.insert(hit.document).second;
  };
  hits.erase(std::remove_if(hits.begin(), hits.end(), left_out), hits.end());
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

  std::vector<double> precisions;
  for (std::size_t rank = 1; rank <= ranking.size(); ++rank) {
    if (!relevant(judged, ranking[rank - 1].document)) continue;
    const auto found = static_cast<double>(precisions.size() + 1);
    precisions.push_back(found / static_cast<double>(rank));
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
  if (m.first_relevant) {
    m.reciprocal_rank = 1.0 / static_cast<double>(*m.first_relevant);
    m.recall_1 = *m.first_relevant <= 1;
    m.recall_10 = *m.first_relevant <= 10;
  }
  return m;
}

namespace {

void set_means(RetrievalMetrics& result) {
  std::size_t rank_sum = 0;
  for (const QueryMetrics& query : result.per_query) {
    for (const RankingMetric& metric : kRankingMetrics)
      result.*metric.value += query.*metric.value;
    for (std::size_t level = 0; level < query.precision_at_recall.size(); ++level)
      result.precision_at_recall[level] += query.precision_at_recall[level];
    rank_sum += query.first_relevant.value_or(0);
    result.not_found += !query.first_relevant;
  }
  if (result.queries == 0) return;
  const auto queries = static_cast<double>(result.queries);
  for (const RankingMetric& metric : kRankingMetrics)
    result.*metric.value /= queries;
  for (double& precision : result.precision_at_recall)
    precision /= queries;
  const std::size_t found = result.queries - result.not_found;
  if (found > 0) {
    result.mean_first_rank = static_cast<double>(rank_sum) / static_cast<double>(found);
  }
}

// A document that a score threshold accepts or rejects.
struct Trial {
  double score;
  // What accepting the trial adds to the sum over queries of 1 − (P_miss + β · P_fa): 1 / relevant
  // for a relevant one, −β / others for any other.
  double gain;
};

// The best mean over queries of the gains of all trials at or above one threshold. Trials of equal
// score are accepted together.
void set_term_weighted_value(std::vector<Trial> trials, RetrievalMetrics& result) {
  // Sorted by gain as well: floating-point sums must not depend on the order of equal scores.
  std::sort(trials.begin(), trials.end(), [](const Trial& a, const Trial& b) {
    return a.score != b.score ? a.score > b.score : a.gain > b.gain;
  });
  double sum = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    sum += trials[i].gain;
    if (i + 1 < trials.size() && trials[i + 1].score == trials[i].score) continue;
    const double value = sum / static_cast<double>(result.queries);
    if (value <= result.mtwv) continue;
    result.mtwv = value;
    result.mtwv_threshold = trials[i].score;
  }
}

}  // namespace

RetrievalMetrics RetrievalEvaluation::metrics() const {
  RetrievalMetrics result;
  result.documents = names_.size();
  std::vector<Trial> trials;
  for (const auto& [query, judged] : judgements_) {
    const Ranking hits = ranking(query, judged);
    QueryMetrics measured = measure(query, judged, hits);
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
    result.per_query.push_back(std::move(measured));
  }
  result.queries = result.per_query.size();
  result.unjudged = run_.size() - result.answered;
  set_means(result);
  set_term_weighted_value(std::move(trials), result);
  return result;
}

namespace {

constexpr std::size_t kResamples = 10000;
constexpr std::uint64_t kSeed = 1;
constexpr double kTail = 0.025;

constexpr std::size_t kMetrics = kComparedMetrics.size();

// Sums over the queries of a term, or of a resample.
struct Sums {
  std::array<double, kMetrics> differences{};
  double queries = 0;

  void add(const Sums& other) {
    for (std::size_t i = 0; i < kMetrics; ++i)
      differences[i] += other.differences[i];
    queries += other.queries;
  }
};

std::vector<Sums> sums_by_term(const RetrievalMetrics& run, const RetrievalMetrics& reference,
                               const Terms& terms) {
  // A term and a query without a term are distinct, even if their names are the same.
  std::map<std::pair<bool, std::string>, Sums> by_term;
  for (std::size_t i = 0; i < run.per_query.size(); ++i) {
    const QueryMetrics& query = run.per_query[i];
    if (query.query != reference.per_query[i].query) {
      throw Error("", "the runs are evaluated on different queries");
    }
    const auto term = terms.find(query.query);
    const bool named = term != terms.end();
    Sums of_query{{}, 1};
    for (std::size_t m = 0; m < kMetrics; ++m) {
      const auto value = kComparedMetrics[m].value;
      of_query.differences[m] = query.*value - reference.per_query[i].*value;
    }
    by_term[{named, named ? term->second : query.query}].add(of_query);
  }
  std::vector<Sums> sums;
  for (const auto& [name, sum] : by_term)
    sums.push_back(sum);
  return sums;
}

}  // namespace

RunDifference compare_runs(const RetrievalMetrics& run, const RetrievalMetrics& reference,
                           const Terms& terms) {
  if (run.per_query.size() != reference.per_query.size() || run.per_query.empty()) {
    throw Error("", "the runs are evaluated on different queries");
  }
  const std::vector<Sums> by_term = sums_by_term(run, reference, terms);
  std::array<std::vector<double>, kMetrics> resampled;
  Random random(kSeed);
  Sums all;
  for (const Sums& term : by_term)
    all.add(term);
  for (std::size_t n = 0; n < kResamples; ++n) {
    Sums sample;
    for (std::size_t i = 0; i < by_term.size(); ++i)
      sample.add(by_term[random.below(by_term.size())]);
    for (std::size_t m = 0; m < kMetrics; ++m)
      resampled[m].push_back(sample.differences[m] / sample.queries);
  }
  RunDifference result{run.per_query.size(), by_term.size(), {}};
  for (std::size_t m = 0; m < kMetrics; ++m) {
    std::sort(resampled[m].begin(), resampled[m].end());
    result.intervals[m] = {all.differences[m] / all.queries, quantile(resampled[m], kTail),
                           quantile(resampled[m], 1 - kTail)};
  }
  return result;
}

}  // namespace pairalign::stats
