#include "search/hit_format.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "align/alignment.hpp"
#include "base/error.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {
namespace {

constexpr const char* kTrecTag = "pairalign";
constexpr const char* kNoEvalue = "-";

// The name of a key in TREC files, whose fields are separated by blanks.
std::string trec_name(const std::string& key) {
  std::string name = tokens::key_stem(key);
  const auto is_blank = [](char c) {
    return std::string_view(" \t\n\v\f\r").find(c) != std::string_view::npos;
  };
  std::replace_if(name.begin(), name.end(), is_blank, '_');
  return name;
}

// Whether the times of a hit are estimated as if all tokens were equally long: true for a hit in
// part of a record that was archived without times.
bool is_estimated(const archive::Archive& archive, const Hit& hit, Mode mode) {
  if (mode == Mode::global || archive.seconds(hit.record) < 0) return false;
  if (archive.has_starts(hit.record)) return false;
  return hit.match.begin > 0 || hit.match.end < archive.token_count(hit.record);
}

std::string tsv_line(const std::string& query, const PrintedHit& hit) {
  std::string line =
      fmt::format("{}\t{}\t{}\t{:.4f}\t{}", tokens::escape_key(query),
                  tokens::escape_key(hit.place), hit.distance, hit.score, hit.evalue);
  if (hit.alignment) {
    line += '\t' + hit.alignment->cigar + '\t';
    line += hit.alignment->offset_s ? fmt::format("{:.2f}", *hit.alignment->offset_s) : "-";
  }
  if (hit.estimated) line += "\testimated";
  return line + '\n';
}

std::string json_line(const std::string& query, const PrintedHit& hit, std::size_t rank) {
  nlohmann::ordered_json json;
  json["query"] = query;
  json["rank"] = rank;
  json["key"] = hit.key;
  json["place"] = hit.place;
  if (hit.tokens) {
    json["begin"] = hit.tokens->first;
    json["end"] = hit.tokens->second;
  }
  if (hit.estimated) json["place_estimated"] = true;
  json["distance"] = nlohmann::json::parse(hit.distance);
  json["score"] = hit.score;
  if (hit.evalue != kNoEvalue) json["evalue"] = nlohmann::json::parse(hit.evalue);
  if (hit.alignment) {
    json["alignment"] = hit.alignment->cigar;
    const std::optional<double>& offset = hit.alignment->offset_s;
    if (offset) json["offset"] = std::round(*offset * 1000) / 1000;
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// Scores are written in full: rounding would create ties, which a reader of the run may break in
// another order.
std::string trec_lines(const std::string& query, const std::vector<PrintedHit>& hits) {
  std::string text;
  std::set<std::string> seen;
  const std::string name = trec_name(query);
  for (const PrintedHit& hit : hits) {
    const std::string document = trec_name(hit.key);
    if (!seen.insert(document).second) continue;
    text += fmt::format("{} Q0 {} {} {} {}\n", name, document, seen.size(), hit.score, kTrecTag);
  }
  return text;
}

}  // namespace

HitFormat parse_hit_format(const std::string& name) {
  if (name == "tsv") return HitFormat::tsv;
  if (name == "jsonl") return HitFormat::jsonl;
  if (name == "trec") return HitFormat::trec;
  if (name == "textgrid") return HitFormat::textgrid;
  if (name == "eaf") return HitFormat::eaf;
  throw Error("", "'" + name + "' is no format of hits: tsv, jsonl, trec, textgrid or eaf");
}

std::optional<tokens::LabelFormat> label_format(HitFormat format) {
  if (format == HitFormat::textgrid) return tokens::LabelFormat::textgrid;
  if (format == HitFormat::eaf) return tokens::LabelFormat::eaf;
  return std::nullopt;
}

std::string hit_lines(HitFormat format, const std::string& query,
                      const std::vector<PrintedHit>& hits) {
  if (format == HitFormat::trec) return trec_lines(query, hits);
  std::string text;
  std::size_t rank = 0;
  for (const PrintedHit& hit : hits)
    text += format == HitFormat::tsv ? tsv_line(query, hit) : json_line(query, hit, ++rank);
  return text;
}

std::string HitFormatter::lines(const tokens::Record& query, const std::vector<Hit>& hits) const {
  std::vector<PrintedHit> printed;
  for (const Hit& hit : hits) {
    printed.push_back({key(hit), place(hit), distance(hit.match.distance), hit.score, evalue(hit),
                       std::make_pair(hit.match.begin, hit.match.end),
                       is_estimated(archives_[hit.archive], hit, mode_)});
    if (alignment_) printed.back().alignment = alignment(query, hit);
  }
  return hit_lines(format_, query.key, printed);
}

void HitFormatter::add_label(const std::string& query, const Hit& hit,
                             tokens::LabelDocument& document) const {
  const archive::Archive& archive = archives_[hit.archive];
  const std::string recording = key(hit);
  const auto time = time_of(archive, hit, mode_);
  if (!time) throw Error(recording, "has no duration in the archive, so its hits have no times");
  const double first = tokens::split_fragment(recording).start_s;
  const auto ms = [&](double seconds) { return std::llround((first + seconds) * 1000); };
  document.extend(recording, ms(archive.seconds(hit.record)));
  document.add(recording, {ms(time->start_s), ms(time->end_s),
                           fmt::format("{} {:.4f} {}", query, hit.score, evalue(hit))});
}

std::string HitFormatter::distance(std::size_t distance) const {
  if (distance_.units() == 1) return std::to_string(distance);
  return fmt::format("{:.2f}", static_cast<double>(distance) / distance_.units());
}

std::string HitFormatter::line(const DuplicatePair& pair) const {
  std::string keys[2];
  for (int i = 0; i < 2; ++i) {
    const DuplicateSide& side = pair.sides[i];
    const archive::Archive& archive = archives_[side.archive];
    const Hit hit{side.archive, side.record, {0, side.begin, side.end}};
    const bool whole = side.begin == 0 && side.end == archive.token_count(side.record);
    keys[i] = tokens::escape_key(whole ? key(hit) : place(hit));
  }
  const Hit hit{0, 0, {}, 0, pair.evalue};
  return fmt::format("{}\t{}\t{}\t{:.4f}\t{}\n", keys[0], keys[1], distance(pair.distance),
                     pair.score, evalue(hit));
}

std::string HitFormatter::place(const Hit& hit) const {
  const auto time = time_of(archives_[hit.archive], hit, mode_);
  return time ? tokens::with_fragment(key(hit), time->start_s, time->end_s) : key(hit);
}

std::string HitFormatter::evalue(const Hit& hit) const {
  return hit.evalue < 0 ? kNoEvalue : fmt::format("{:.2g}", hit.evalue);
}

// The offset is the median over the aligned tokens, so that a few outliers do not move it.
PrintedHit::Alignment HitFormatter::alignment(const tokens::Record& query, const Hit& hit) const {
  const archive::Archive& archive = archives_[hit.archive];
  std::vector<Token> document;
  archive.tokens(hit.record, hit.match.begin, hit.match.end, document);
  const std::string edits = align::edit_script(distance_, query.tokens, document);
  const TokenTimes query_times(query.starts_ms, query.tokens.size(), query.seconds);
  const TokenTimes times(archive, hit.record);
  std::vector<double> offsets;
  std::size_t i = 0, j = hit.match.begin;
  for (const char edit : edits) {
    const bool meet = edit == '=' || edit == 'X';
    const auto here = query_times[i], there = times[j];
    if (meet && here && there) offsets.push_back(*there - *here);
    i += edit != 'D';
    j += edit != 'I';
  }
  PrintedHit::Alignment found{align::cigar(edits), {}};
  if (offsets.empty()) return found;
  const auto middle = offsets.begin() + static_cast<std::ptrdiff_t>(offsets.size() / 2);
  std::nth_element(offsets.begin(), middle, offsets.end());
  found.offset_s = *middle + tokens::split_fragment(key(hit)).start_s -
                   tokens::split_fragment(query.key).start_s;
  return found;
}

}  // namespace pairalign::search
