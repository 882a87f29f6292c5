#include <cmath>

#include "stats/report.hpp"

namespace pairalign::stats {
namespace {

template <class T>
Json optional(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json centre_json(const Centre& centre) {
  return {{"mean", centre.mean}, {"median", centre.median}};
}

Json ngrams_json(const std::array<NGramTable, 3>& tables) {
  Json orders = Json::array();
  for (const NGramTable& table : tables) {
    Json top = Json::array();
    for (const NGram& ngram : table.top) {
      top.push_back({{"tokens", ngram.tokens}, {"count", ngram.count}});
    }
    orders.push_back({{"top", top}, {"error", table.error}});
  }
  return orders;
}

Json lengths_json(const Summary& summary) {
  Json histogram = Json::array();
  for (const auto& [length, records] : summary.lengths) {
    histogram.push_back(Json::array({length, records}));
  }
  Json json;
  json["min"] = summary.lengths.empty() ? 0 : summary.lengths.begin()->first;
  json["median"] = summary.median_length;
  json["mean"] = summary.mean_length;
  json["max"] = summary.lengths.empty() ? 0 : summary.lengths.rbegin()->first;
  json["histogram"] = histogram;
  return json;
}

}  // namespace

Json to_json(const Summary& s) {
  Json json;
  json["model"] = s.header.model.empty() ? Json(nullptr) : Json(s.header.model);
  json["tokenizer"] = s.header.tokenizer.empty() ? Json(nullptr) : Json(s.header.tokenizer);
  json["records"] = s.records;
  json["empty"] = s.empty;
  json["unknown_duration"] = s.unknown_duration;
  json["seconds"] = s.seconds;
  json["tokens"] = s.tokens;
  json["tokens_per_second"] = optional(s.tokens_per_second);
  json["bits_per_second"] = optional(s.bits_per_second);
  json["entropy_bits_per_second"] = optional(s.entropy_bits_per_second);
  json["vocabulary"] = s.vocabulary;
  json["vocabulary_used"] = s.vocabulary_used;
  json["entropy"] = s.entropy;
  json["normalised_entropy"] = s.normalised_entropy;
  json["collapsed"] = s.collapsed;
  json["collisions"] = {{"strings", s.collisions.strings},
                        {"keys", s.collisions.keys},
                        {"sampling", s.collisions.sampling}};
  json["lengths"] = lengths_json(s);
  json["ngrams"] = ngrams_json(s.ngrams);
  return json;
}

Json to_json(const ReductionSummary& r) {
  Json keys = Json::array();
  for (const KeyReduction& k : r.keys) {
    keys.push_back({{"key", k.key},
                    {"tokens", k.tokens},
                    {"reference_tokens", k.reference_tokens},
                    {"reduction", optional(reduction(k.tokens, k.reference_tokens))}});
  }
  return {{"matched", r.keys.size()},
          {"tokens", r.tokens},
          {"reference_tokens", r.reference_tokens},
          {"reduction", optional(r.reduction)},
          {"keys", keys},
          {"unmatched", r.unmatched},
          {"unmatched_reference", r.unmatched_reference}};
}

Json to_json(const PairSummary& p) {
  return {{"pairs", p.pairs},
          {"identical", p.identical},
          {"edit_similarity", centre_json(p.edit_similarity)},
          {"jaccard", centre_json(p.jaccard)},
          {"length_ratio", centre_json(p.length_ratio)},
          {"edits", centre_json(p.edits)},
          {"length_change", centre_json(p.length_change)},
          {"unmatched", p.unmatched},
          {"unmatched_reference", p.unmatched_reference}};
}

Json to_json(const RetrievalMetrics& m) {
  Json queries = Json::array();
  for (const QueryMetrics& q : m.per_query) {
    queries.push_back({{"query", q.query},
                       {"relevant", q.relevant},
                       {"retrieved", q.retrieved},
                       {"average_precision", q.average_precision},
                       {"reciprocal_rank", q.reciprocal_rank},
                       {"first_relevant", optional(q.first_relevant)}});
  }
  const bool reached = std::isfinite(m.mtwv_threshold);
  return {{"queries", m.queries},
          {"answered", m.answered},
          {"unjudged", m.unjudged},
          {"documents", m.documents},
          {"map", m.map},
          {"mrr", m.mrr},
          {"precision_1", m.precision_1},
          {"precision_5", m.precision_5},
          {"precision_10", m.precision_10},
          {"precision_at_recall", m.precision_at_recall},
          {"recall_1", m.recall_1},
          {"recall_10", m.recall_10},
          {"mean_first_rank", optional(m.mean_first_rank)},
          {"not_found", m.not_found},
          {"mtwv", m.mtwv},
          {"mtwv_threshold", reached ? Json(m.mtwv_threshold) : Json(nullptr)},
          {"per_query", queries}};
}

namespace {

Json interval_json(const DifferenceInterval& interval) {
  return {{"difference", interval.difference}, {"low", interval.low}, {"high", interval.high}};
}

}  // namespace

Json to_json(const RunDifference& d) {
  return {{"queries", d.queries},
          {"terms", d.terms},
          {"map", interval_json(d.map)},
          {"mrr", interval_json(d.mrr)},
          {"precision_1", interval_json(d.precision_1)},
          {"recall_10", interval_json(d.recall_10)}};
}

namespace {

Json curves_json(const std::vector<Curve>& curves) {
  Json json = Json::object();
  for (const Curve& curve : curves) {
    Json points = Json::array();
    for (const Point& p : curve.points)
      points.push_back(Json::array({static_cast<std::int64_t>(p.x), p.y}));
    Json& group = curve.tokenizer.empty() ? json : json["tokenizers"][curve.tokenizer];
    group[curve.name] = std::move(points);
  }
  return json;
}

}  // namespace

Json to_json(const TrainingHistory& history) {
  Json stages = Json::array();
  for (const StageHistory& stage : history.stages) {
    Json json;
    json["stage"] = stage.name;
    json["step"] = stage.step;
    json["steps"] = stage.steps;
    json["model"] = stage.model.empty() ? Json(nullptr) : Json(stage.model);
    json["training"] = curves_json(stage.training);
    json["validation"] = curves_json(stage.validation);
    stages.push_back(std::move(json));
  }
  return {{"stages", stages}};
}

Json to_json(const GroupTable& table) {
  const std::vector<std::vector<bool>> odd = outliers(table);
  Json groups = Json::array();
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    Json json;
    json["group"] = table.rows[r].group;
    Json names = Json::array();
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const std::optional<double>& value = table.rows[r].values[c];
      json[table.columns[c].name] = value ? Json(*value) : Json(nullptr);
      if (odd[r][c]) names.push_back(table.columns[c].name);
    }
    json["outliers"] = names;
    groups.push_back(std::move(json));
  }
  return groups;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pairalign::stats
