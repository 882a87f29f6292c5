#include "stats/quantiles.hpp"
#include "stats/report.hpp"

namespace pairalign::stats {
namespace {

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json lengths_json(const Summary& s) {
  return {{"min", s.lengths.empty() ? 0 : s.lengths.begin()->first},
          {"median", s.median_length},
          {"mean", s.mean_length},
          {"max", s.lengths.empty() ? 0 : s.lengths.rbegin()->first},
          {"histogram", s.lengths}};
}

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

// Parts of results, which nlohmann::json converts by these, also in vectors.
static void to_json(Json& json, const NGram& ngram) {
  json = {{"tokens", ngram.tokens}, {"count", ngram.count}};
}

static void to_json(Json& json, const NGramTable& table) {
  json = {{"top", table.top}, {"error", table.error}};
}

static void to_json(Json& json, const Centre& centre) {
  json = {{"mean", centre.mean}, {"median", centre.median}};
}

static void to_json(Json& json, const Reduction& k) {
  json = {{"key", k.key},
          {"tokens", k.tokens},
          {"reference_tokens", k.reference_tokens},
          {"reduction", optional_json(k.share())}};
}

static void to_json(Json& json, const QueryMetrics& q) {
  json = {{"query", q.query},
          {"relevant", q.relevant},
          {"retrieved", q.retrieved},
          {"average_precision", q.average_precision},
          {"reciprocal_rank", q.reciprocal_rank},
          {"first_relevant", optional_json(q.first_relevant)}};
}

static void to_json(Json& json, const DifferenceInterval& interval) {
  json = {{"difference", interval.difference}, {"low", interval.low}, {"high", interval.high}};
}

static void to_json(Json& json, const StageHistory& stage) {
  json = {{"stage", stage.name},
          {"step", stage.step},
          {"steps", stage.steps},
          {"model", text_or_null(stage.model)},
          {"training", curves_json(stage.training)},
          {"validation", curves_json(stage.validation)}};
}

Json to_json(const Summary& s) {
  return {{"model", text_or_null(s.header.model)},
          {"tokenizer", text_or_null(s.header.tokenizer)},
          {"records", s.records},
          {"empty", s.empty},
          {"unknown_duration", s.unknown_duration},
          {"seconds", s.seconds},
          {"tokens", s.tokens},
          {"tokens_per_second", optional_json(s.tokens_per_second)},
          {"bits_per_second", optional_json(s.bits_per_second)},
          {"entropy_bits_per_second", optional_json(s.entropy_bits_per_second)},
          {"vocabulary", s.vocabulary},
          {"vocabulary_used", s.vocabulary_used},
          {"entropy", s.entropy},
          {"normalised_entropy", s.normalised_entropy},
          {"collapsed", s.collapsed},
          {"collisions",
           {{"strings", s.collisions.strings},
            {"keys", s.collisions.keys},
            {"sampling", s.collisions.sampling}}},
          {"lengths", lengths_json(s)},
          {"ngrams", s.ngrams}};
}

Json to_json(const ReductionComparison& r) {
  return {{"matched", r.records().size()},
          {"tokens", r.total().tokens},
          {"reference_tokens", r.total().reference_tokens},
          {"reduction", optional_json(r.total().share())},
          {"keys", r.records()},
          {"unmatched", r.unmatched()},
          {"unmatched_reference", r.unused()}};
}

Json to_json(const PairComparison& p) {
  Json json = {{"pairs", p.measures().size()}, {"identical", p.identical()}};
  for (const PairMeasure& measure : kPairMeasures)
    json[measure.name] = centre(p.values(measure.value));
  json["unmatched"] = p.unmatched();
  json["unmatched_reference"] = p.unused();
  return json;
}

Json to_json(const RetrievalMetrics& m) {
  Json json = {{"queries", m.queries},
               {"answered", m.answered},
               {"unjudged", m.unjudged},
               {"documents", m.documents}};
  for (const RankingMetric& metric : kRankingMetrics) {
    json[metric.name] = m.*metric.value;
    if (metric.value == &RankingMetrics::precision_10) {
      json["precision_at_recall"] = m.precision_at_recall;
    }
  }
  json["mean_first_rank"] = optional_json(m.mean_first_rank);
  json["not_found"] = m.not_found;
  json["mtwv"] = m.mtwv;
  json["mtwv_threshold"] = optional_json(m.mtwv_threshold);
  json["per_query"] = m.per_query;
  return json;
}

Json to_json(const RunDifference& d) {
  Json json = {{"queries", d.queries}, {"terms", d.terms}};
  for (std::size_t i = 0; i < d.intervals.size(); ++i)
    json[kComparedMetrics[i].name] = d.intervals[i];
  return json;
}

Json to_json(const TrainingHistory& history) {
  return {{"stages", history.stages}};
}

Json to_json(const GroupTable& table) {
  const std::vector<std::vector<bool>> odd = outliers(table);
  Json groups = Json::array();
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    Json json = {{"group", table.rows[r].group}};
    Json names = Json::array();
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const std::optional<double>& value = table.rows[r].values[c];
      json[table.columns[c].name] = optional_json(value);
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
