#include "stats/rate_series.hpp"

namespace pairalign::stats {

void RateSeries::add(double seconds, std::uint64_t tokens) {
  if (stretches_.empty() || stretches_.back().records == records_each_) {
    if (stretches_.size() == kMaxStretches) {
      for (std::size_t i = 0; i < kMaxStretches / 2; ++i) {
        const Stretch& a = stretches_[2 * i];
        const Stretch& b = stretches_[2 * i + 1];
        stretches_[i] = {a.records + b.records, a.seconds + b.seconds, a.tokens + b.tokens};
      }
      stretches_.resize(kMaxStretches / 2);
      records_each_ *= 2;
    }
    stretches_.emplace_back();
  }
  Stretch& last = stretches_.back();
  ++last.records;
  last.seconds += seconds;
  last.tokens += tokens;
}

}  // namespace pairalign::stats
