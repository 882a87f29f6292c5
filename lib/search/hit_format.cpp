#include "search/hit_format.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "align/soft_cost.hpp"
#include "base/error.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {
namespace {

constexpr const char* kTrecTag = "pairalign";

double bits(std::size_t distance) {
  return static_cast<double>(distance) / align::SoftCost::kUnitsPerBit;
}

// The name of a key in TREC files, whose fields end at blanks.
std::string trec_name(const std::string& key) {
  std::string name = tokens::key_stem(key);
  const auto is_blank = [](char c) {
    return std::string_view(" \t\n\v\f\r").find(c) != std::string_view::npos;
  };
  std::replace_if(name.begin(), name.end(), is_blank, '_');
  return name;
}

// Whether the times of a hit are those of tokens of equal length: where it is not at both ends of a
// record that was archived without times.
bool is_estimated(const archive::Archive& archive, const Hit& hit, Mode mode) {
  if (mode == Mode::global || archive.seconds(hit.record) < 0) return false;
  if (archive.has_starts(hit.record)) return false;
  return hit.match.begin > 0 || hit.match.end < archive.token_count(hit.record);
}

}  // namespace

HitFormat parse_hit_format(const std::string& name) {
  if (name == "tsv") return HitFormat::tsv;
  if (name == "jsonl") return HitFormat::jsonl;
  if (name == "trec") return HitFormat::trec;
  throw Error("", "'" + name + "' is no format of hits: tsv, jsonl or trec");
}

Mode parse_mode(const std::string& name) {
  if (name == "infix") return Mode::infix;
  if (name == "global") return Mode::global;
  throw Error("", "'" + name + "' is no mode: infix or global");
}

Cost parse_cost(const std::string& name) {
  if (name == "unit") return Cost::unit;
  if (name == "soft") return Cost::soft;
  throw Error("", "'" + name + "' is no cost: unit or soft");
}

std::string HitFormatter::lines(const std::string& query, const std::vector<Hit>& hits) const {
  if (format_ == HitFormat::trec) return trec_lines(query, hits);
  std::string text;
  std::size_t rank = 0;
  for (const Hit& hit : hits) {
    text += format_ == HitFormat::tsv ? tsv_line(query, hit) : json_line(query, hit, ++rank);
  }
  return text;
}

std::string HitFormatter::key(const Hit& hit) const {
  return std::string(archives_[hit.archive].key(hit.record));
}

std::string HitFormatter::place(const Hit& hit) const {
  const auto time = time_of(archives_[hit.archive], hit, mode_);
  return time ? tokens::with_fragment(key(hit), time->start_s, time->end_s) : key(hit);
}

std::string HitFormatter::evalue(const Hit& hit) const {
  return hit.evalue < 0 ? "-" : fmt::format("{:.2g}", hit.evalue);
}

std::string HitFormatter::tsv_line(const std::string& query, const Hit& hit) const {
  const std::string distance = cost_ == Cost::soft ? fmt::format("{:.2f}", bits(hit.match.distance))
                                                   : std::to_string(hit.match.distance);
  const bool estimated = is_estimated(archives_[hit.archive], hit, mode_);
  return fmt::format("{}\t{}\t{}\t{:.4f}\t{}{}\n", tokens::escape_key(query),
                     tokens::escape_key(place(hit)), distance, hit.score, evalue(hit),
                     estimated ? "\testimated" : "");
}

std::string HitFormatter::json_line(const std::string& query, const Hit& hit,
                                    std::size_t rank) const {
  nlohmann::ordered_json json;
  json["query"] = query;
  json["rank"] = rank;
  json["key"] = key(hit);
  json["place"] = place(hit);
  json["begin"] = hit.match.begin;
  json["end"] = hit.match.end;
  if (is_estimated(archives_[hit.archive], hit, mode_)) json["place_estimated"] = true;
  if (cost_ == Cost::soft) {
    json["distance"] = bits(hit.match.distance);
  } else {
    json["distance"] = hit.match.distance;
  }
  json["score"] = hit.score;
  if (hit.evalue >= 0) json["evalue"] = nlohmann::json::parse(evalue(hit));
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// Scores are written in full: rounding would make ties, which a reader of the run may break in
// another order.
std::string HitFormatter::trec_lines(const std::string& query, const std::vector<Hit>& hits) const {
  std::string text;
  std::set<std::string> seen;
  const std::string name = trec_name(query);
  for (const Hit& hit : hits) {
    const std::string document = trec_name(key(hit));
    if (!seen.insert(document).second) continue;
    text += fmt::format("{} Q0 {} {} {} {}\n", name, document, seen.size(), hit.score, kTrecTag);
  }
  return text;
}

}  // namespace pairalign::search
