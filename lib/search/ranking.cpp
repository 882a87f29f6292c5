#include "search/ranking.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace pairalign::search {
namespace {

bool better(const Candidate& a, const Candidate& b) {
  const std::size_t left = a.distance * b.length;
  const std::size_t right = b.distance * a.length;
  if (left != right) return left < right;
  return std::tie(a.key, a.archive, a.record, a.begin) <
         std::tie(b.key, b.archive, b.record, b.begin);
}

}  // namespace

std::optional<std::size_t> Ranking::bound(std::size_t length) const {
  if (query_->tokens.empty()) return std::nullopt;
  const align::Distance& distance = *config_.distance;
  std::optional<std::size_t> bound = distance.bound(query_->tokens, config_.min_score, length);
  if (!bound) return bound;
  if (config_.max_distance) {
    bound = std::min(*bound, *config_.max_distance * static_cast<std::size_t>(distance.units()));
  }
  if (full()) {
    // An equal score still matters: its key may come first.
    const Candidate& worst = best_.front();
    bound = std::min(*bound, worst.distance * length / worst.length);
  }
  return bound;
}

void Ranking::add(Candidate candidate) {
  if (full()) {
    if (!better(candidate, best_.front())) return;
    std::pop_heap(best_.begin(), best_.end(), better);
    best_.pop_back();
  }
  best_.push_back(std::move(candidate));
  if (config_.k > 0) std::push_heap(best_.begin(), best_.end(), better);
}

void Ranking::merge(Ranking&& other) {
  for (Candidate& candidate : other.best_)
    add(std::move(candidate));
}

std::vector<Candidate> Ranking::take() {
  std::sort(best_.begin(), best_.end(), better);
  return std::exchange(best_, {});
}

void keep_best(std::vector<Candidate>& of_record, std::size_t places) {
  if (places == 0 || of_record.size() <= places) return;
  const auto end = of_record.begin() + static_cast<std::ptrdiff_t>(places);
  std::partial_sort(of_record.begin(), end, of_record.end(), better);
  of_record.erase(end, of_record.end());
}

}  // namespace pairalign::search
