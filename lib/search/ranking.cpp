#include "search/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace pairalign::search {
namespace {

// So that a score which is the limit, but for the rounding of a decimal fraction, is within it.
constexpr double kScoreTolerance = 1e-9;
constexpr double kUnits = SoftCost::kUnitsPerBit;

bool better(const Candidate& a, const Candidate& b) {
  const std::size_t left = a.end.distance * b.length;
  const std::size_t right = b.end.distance * a.length;
  if (left != right) return left < right;
  return std::tie(a.key, a.archive, a.record) < std::tie(b.key, b.archive, b.record);
}

}  // namespace

double Ranking::score(const Candidate& candidate) const {
  const auto distance = static_cast<double>(candidate.end.distance);
  if (config_.soft != nullptr) return (best_possible_ - distance) / kUnits;
  return 1 - distance / static_cast<double>(candidate.length);
}

// A score of 0 is no hit, with either cost.
std::optional<std::size_t> Ranking::bound_by_score(std::size_t length) const {
  if (config_.soft == nullptr) {
    const double limit =
        std::floor((1 - config_.min_score) * static_cast<double>(length) + kScoreTolerance);
    return std::min(static_cast<std::size_t>(std::max(limit, 0.0)), length - 1);
  }
  const double lowest = std::max(1.0, std::ceil(config_.min_score * kUnits - kScoreTolerance));
  if (lowest > best_possible_) return std::nullopt;
  return static_cast<std::size_t>(best_possible_ - lowest);
}

std::optional<std::size_t> Ranking::bound(std::size_t length) const {
  std::optional<std::size_t> bound = bound_by_score(length);
  if (!bound) return bound;
  if (config_.max_distance) {
    const std::size_t unit = config_.soft != nullptr ? SoftCost::kUnitsPerBit : 1;
    bound = std::min(*bound, *config_.max_distance * unit);
  }
  if (full()) {
    // An equal score still matters: its key may come first.
    const Candidate& worst = best_.front();
    bound = std::min(*bound, worst.end.distance * length / worst.length);
  }
  return bound;
}

void Ranking::add(const Candidate& candidate) {
  if (full()) {
    if (!better(candidate, best_.front())) return;
    std::pop_heap(best_.begin(), best_.end(), better);
    best_.pop_back();
  }
  best_.push_back(candidate);
  if (config_.k > 0) std::push_heap(best_.begin(), best_.end(), better);
}

void Ranking::merge(const Ranking& other) {
  for (const Candidate& candidate : other.best_)
    add(candidate);
}

std::vector<Hit> Ranking::hits() {
  std::sort(best_.begin(), best_.end(), better);
  std::vector<Hit> hits;
  hits.reserve(best_.size());
  for (const Candidate& c : best_) {
    hits.push_back({c.archive, c.record, {c.end.distance, c.begin, c.end.end}, score(c)});
  }
  return hits;
}

}  // namespace pairalign::search
