#include "stats/pairs.hpp"

#include <algorithm>
#include <set>

#include "align/unit_cost.hpp"
#include "base/error.hpp"

namespace pairalign::stats {
namespace {

// Ratio of two counts; 1 for two zeros.
double ratio(std::size_t part, std::size_t whole) {
  return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

double jaccard_of_sets(Span<const tokens::Token> a, Span<const tokens::Token> b) {
  const std::set<tokens::Token> left(a.begin(), a.end());
  const std::set<tokens::Token> right(b.begin(), b.end());
  const auto common = static_cast<std::size_t>(std::count_if(
      left.begin(), left.end(), [&](tokens::Token token) { return right.count(token) > 0; }));
  return ratio(common, left.size() + right.size() - common);
}

}  // namespace

void KeyMatcher::add(const std::string& key) {
  const std::size_t number = keys_.size();
  if (!by_key_.emplace(key, number).second) throw Error(key, "occurs twice in the reference");
  const auto [it, added] = by_stem_.emplace(tokens::key_stem(key, true), number);
  if (!added) it->second = kAmbiguous;
  keys_.push_back(key);
  used_.push_back(false);
}

std::optional<std::size_t> KeyMatcher::match(const std::string& key) {
  std::size_t number = kAmbiguous;
  if (const auto it = by_key_.find(key); it != by_key_.end()) {
    number = it->second;
  } else if (const auto same = by_stem_.find(tokens::key_stem(key, true)); same != by_stem_.end()) {
    number = same->second;
  }
  if (number == kAmbiguous) {
    unmatched_.push_back(key);
    return std::nullopt;
  }
  used_[number] = true;
  return number;
}

std::vector<std::string> KeyMatcher::unused() const {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (!used_[i]) keys.push_back(keys_[i]);
  }
  return keys;
}

PairMeasures measure_pair(Span<const tokens::Token> a, Span<const tokens::Token> b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  const std::size_t longer = std::max(a.size(), b.size());
  const std::size_t edits = align::edit_distance(a, b);
  return {ratio(longer - edits, longer), jaccard_of_sets(a, b), ratio(shorter, longer),
          static_cast<double>(edits), static_cast<double>(longer - shorter)};
}

void PairComparison::add_reference(const tokens::Record& record) {
  KeyMatcher::add(record.key);
  references_.push_back(record.tokens);
}

void PairComparison::add(const tokens::Record& record) {
  const auto partner = match(record.key);
  if (partner) measures_.push_back(measure_pair(record.tokens, references_[*partner]));
}

std::vector<double> PairComparison::values(double PairMeasures::*measure) const {
  std::vector<double> values;
  for (const PairMeasures& pair : measures_)
    values.push_back(pair.*measure);
  return values;
}

std::size_t PairComparison::identical() const {
  return static_cast<std::size_t>(std::count_if(
      measures_.begin(), measures_.end(), [](const PairMeasures& m) { return m.edits == 0; }));
}

std::optional<double> Reduction::share() const {
  if (reference_tokens == 0) return std::nullopt;
  return 1 - static_cast<double>(tokens) / static_cast<double>(reference_tokens);
}

void ReductionComparison::add_reference(const tokens::Record& record) {
  KeyMatcher::add(record.key);
  references_.push_back(record.tokens.size());
}

void ReductionComparison::add(const tokens::Record& record) {
  const auto partner = match(record.key);
  if (!partner) return;
  records_.push_back({record.key, record.tokens.size(), references_[*partner]});
  total_.tokens += records_.back().tokens;
  total_.reference_tokens += records_.back().reference_tokens;
}

}  // namespace pairalign::stats
