#include "search/ranking.hpp"

#include <algorithm>
#include <iterator>
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

void RegionCollector::add(Candidate region) {
  if (!open_.empty() &&
      (open_.back().record != region.record || open_.back().archive != region.archive))
    finish();
  open_.push_back(std::move(region));
}

// Of the 2n - 1 nearest regions, n are separated by others, so that no place lies in two of them:
// there are n places no farther than the farthest of the 2n - 1, and no region that is farther
// holds one of the n best of the record.
void RegionCollector::drop_far() {
  const SearchConfig& config = ranking_->config();
  std::size_t wanted = config.places == 0 ? config.k : config.places;
  if (config.k > 0) wanted = std::min(wanted, config.k);
  if (wanted == 0 || open_.size() < 2 * wanted) return;
  std::vector<std::size_t> distances;
  for (const Candidate& region : open_)
    distances.push_back(region.distance);
  const auto farthest = distances.begin() + static_cast<std::ptrdiff_t>(2 * wanted - 2);
  std::nth_element(distances.begin(), farthest, distances.end());
  const auto far = [&](const Candidate& region) { return region.distance > *farthest; };
  open_.erase(std::remove_if(open_.begin(), open_.end(), far), open_.end());
}

// Joins overlapping regions: which of their matches become places is decided for all at once.
void RegionCollector::join() {
  std::size_t last = 0;
  for (std::size_t i = 1; i < open_.size(); ++i) {
    if (open_[i].begin >= open_[last].end) {
      if (++last != i) open_[last] = std::move(open_[i]);
      continue;
    }
    open_[last].distance = std::min(open_[last].distance, open_[i].distance);
    open_[last].end = std::max(open_[last].end, open_[i].end);
  }
  open_.resize(std::min(open_.size(), last + 1));
}

// Keys are slow to read, so they are read only for regions within the bound, which others may have
// lowered.
void RegionCollector::finish() {
  drop_far();
  join();
  keep_best(open_, ranking_->config().places);
  const tokens::Record& query = ranking_->query();
  for (Candidate& region : open_) {
    const auto bound = ranking_->bound(region.length);
    if (!bound || region.distance > *bound) continue;
    region.key = archives_[region.archive].key(region.record);
    if (ranking_->config().exclude_self && query.key == region.key) break;
    ranking_->add(std::move(region));
  }
  open_.clear();
}

void keep_best(std::vector<Candidate>& of_record, std::size_t places) {
  if (places == 0 || of_record.size() <= places) return;
  const auto end = of_record.begin() + static_cast<std::ptrdiff_t>(places);
  std::partial_sort(of_record.begin(), end, of_record.end(), better);
  of_record.erase(end, of_record.end());
}

}  // namespace pairalign::search
