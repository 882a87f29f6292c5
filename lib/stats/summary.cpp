#include "stats/summary.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/hash.hpp"

namespace pairalign::stats {
namespace {

using tokens::Token;

constexpr std::size_t kTokenValues = 65536;
constexpr unsigned kTokenBits = 16;
constexpr std::size_t kTopNGrams = 10;
constexpr double kCollapsedRatio = 0.2;                          // distinct tokens per token
constexpr std::size_t kNGramCounters = std::size_t{1} << 18;     // per order, about 10 MB
constexpr std::size_t kCollisionEntries = std::size_t{1} << 22;  // 64 MB when full

// The value below which half of the records lie (the lower of two middle ones).
std::size_t lower_median(const std::map<std::size_t, std::uint64_t>& histogram,
                         std::uint64_t records) {
  std::uint64_t seen = 0;
  for (const auto& [value, count] : histogram) {
    seen += count;
    if (2 * seen >= records) return value;
  }
  return 0;
}

// The `n` highest counts; equal counts by item, ascending.
std::vector<Counted> most_frequent(std::vector<Counted> all, std::size_t n) {
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(n, all.size()));
  std::partial_sort(all.begin(), end, all.end(), [](const Counted& a, const Counted& b) {
    return a.count != b.count ? a.count > b.count : a.item < b.item;
  });
  all.erase(end, all.end());
  return all;
}

std::vector<Token> unpack(std::uint64_t item, std::size_t order) {
  std::vector<Token> tokens(order);
  for (std::size_t i = order; i-- > 0; item >>= kTokenBits)
    tokens[i] = static_cast<Token>(item);
  return tokens;
}

}  // namespace

void StringTotals::add(const tokens::Record& record) {
  ++records;
  tokens += record.tokens.size();
  if (record.seconds >= 0) {
    seconds += record.seconds;
    timed_tokens += record.tokens.size();
  }
  for (const tokens::Token token : record.tokens) {
    if (token >= counts.size()) counts.resize(token + std::size_t{1}, 0);
    ++counts[token];
  }
}

std::size_t StringTotals::distinct_tokens() const {
  return counts.size() - static_cast<std::size_t>(std::count(counts.begin(), counts.end(), 0));
}

double StringTotals::token_entropy() const {
  const auto total = static_cast<double>(tokens);
  double sum = 0;
  for (const std::uint64_t count : counts) {
    if (count == 0) continue;
    const double p = static_cast<double>(count) / total;
    sum -= p * std::log2(p);
  }
  return sum;
}

void FrequentItems::add(std::uint64_t item) {
  ++counts_[item];
  if (counts_.size() > capacity_) shrink();
}

void FrequentItems::shrink() {
  std::vector<std::uint64_t> values;
  values.reserve(counts_.size());
  for (const auto& [item, count] : counts_)
    values.push_back(count);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  const std::uint64_t median = *middle;
  error_ += median;
  for (auto it = counts_.begin(); it != counts_.end();) {
    if (it->second <= median) {
      it = counts_.erase(it);
    } else {
      it->second -= median;
      ++it;
    }
  }
}

std::vector<Counted> FrequentItems::top(std::size_t n) const {
  std::vector<Counted> all;
  for (const auto& [item, count] : counts_)
    all.push_back({item, count});
  return most_frequent(std::move(all), n);
}

void CollisionCounter::add(std::string_view key, Span<const tokens::Token> string) {
  if (string.empty()) return;
  const Entry entry{hash64(string.data(), string.size_bytes()), hash64(key.data(), key.size())};
  if (!sampled(entry)) return;
  entries_.push_back(entry);
  while (entries_.size() > capacity_) {
    sampling_ *= 2;
    entries_.erase(std::remove_if(entries_.begin(), entries_.end(),
                                  [this](const Entry& e) { return !sampled(e); }),
                   entries_.end());
  }
}

Collisions CollisionCounter::count() const {
  std::vector<Entry> sorted = entries_;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  Collisions result;
  result.sampling = sampling_;
  for (auto begin = sorted.begin(); begin != sorted.end();) {
    const auto end = std::find_if(begin, sorted.end(),
                                  [&](const Entry& entry) { return entry.first != begin->first; });
    if (const auto keys = static_cast<std::uint64_t>(end - begin); keys > 1) {
      result.strings += sampling_;
      result.keys += keys * sampling_;
    }
    begin = end;
  }
  return result;
}

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

Summariser::Summariser()
    : last_record_of_(kTokenValues, 0),
      frequent_{FrequentItems(kNGramCounters), FrequentItems(kNGramCounters)},
      collisions_(kCollisionEntries) {}

void Summariser::add(const tokens::Record& record) {
  const std::size_t length = record.tokens.size();
  totals_.add(record);
  totals_.empty += length == 0;
  ++totals_.lengths[length];
  if (record.seconds >= 0) {
    rate_series_.add(record.seconds, length);
  } else {
    ++totals_.unknown_duration;
  }
  if (record.seconds > 0) {
    const double tenths = 10 * static_cast<double>(length) / record.seconds;
    ++totals_.rates[static_cast<int>(std::min<double>(tenths, Summary::kHighestRate))];
  }
  totals_.collapsed += collapsed(record.tokens);
  add_ngrams(record.tokens);
  collisions_.add(record.key, record.tokens);
}

bool Summariser::collapsed(const std::vector<Token>& tokens) {
  std::size_t different = 0;
  for (const Token token : tokens) {
    different += last_record_of_[token] != totals_.records;
    last_record_of_[token] = totals_.records;
  }
  return !tokens.empty() &&
         static_cast<double>(different) <= kCollapsedRatio * static_cast<double>(tokens.size());
}

void Summariser::add_ngrams(const std::vector<Token>& tokens) {
  std::uint64_t window = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    window = (window << kTokenBits | tokens[i]) & 0xffffffffffffULL;
    if (i >= 1) frequent_[0].add(window & 0xffffffffULL);
    if (i >= 2) frequent_[1].add(window);
  }
}

std::array<NGramTable, 3> Summariser::top_ngrams() const {
  std::array<NGramTable, 3> tables;
  const auto set_top = [&](std::size_t n, const std::vector<Counted>& top) {
    for (const auto& [item, count] : top)
      tables[n - 1].top.push_back({unpack(item, n), count});
  };
  std::vector<Counted> single;
  for (std::size_t token = 0; token < totals_.counts.size(); ++token) {
    if (totals_.counts[token] > 0) single.push_back({token, totals_.counts[token]});
  }
  set_top(1, most_frequent(std::move(single), kTopNGrams));
  for (std::size_t n = 2; n <= 3; ++n) {
    tables[n - 1].error = frequent_[n - 2].error();
    set_top(n, frequent_[n - 2].top(kTopNGrams));
  }
  return tables;
}

Summary Summariser::summary(const tokens::Header& header) const {
  Summary s = totals_;
  s.header = header;
  s.vocabulary = header.vocabulary > 0 ? header.vocabulary : static_cast<int>(s.counts.size());
  s.vocabulary_used = s.distinct_tokens();
  s.entropy = s.token_entropy();
  if (s.vocabulary > 1) s.normalised_entropy = s.entropy / std::log2(s.vocabulary);
  if (s.seconds > 0) {
    const double rate = static_cast<double>(s.timed_tokens) / s.seconds;
    s.tokens_per_second = rate;
    if (s.vocabulary > 0) s.bits_per_second = rate * std::log2(s.vocabulary);
    s.entropy_bits_per_second = rate * s.entropy;
  }
  std::remove_copy(s.counts.begin(), s.counts.end(), std::back_inserter(s.token_counts), 0U);
  std::sort(s.token_counts.rbegin(), s.token_counts.rend());
  s.stretches = rate_series_.stretches();
  s.median_length = lower_median(s.lengths, s.records);
  if (s.records > 0) {
    s.mean_length = static_cast<double>(s.tokens) / static_cast<double>(s.records);
  }
  s.ngrams = top_ngrams();
  s.collisions = collisions_.count();
  return s;
}

GroupTable group_table(const std::map<std::string, StringTotals>& groups,
                       const StringTotals& total) {
  const auto row = [](const std::string& name, const StringTotals& s) {
    const auto tokens = static_cast<double>(s.tokens);
    const auto records = static_cast<double>(s.records);
    std::optional<double> rate;
    if (s.seconds > 0) rate = static_cast<double>(s.timed_tokens) / s.seconds;
    return GroupTable::Row{
        name,
        {records, s.seconds / 3600, tokens, rate, tokens / std::max(records, 1.0),
         static_cast<double>(s.distinct_tokens()), s.token_entropy()}};
  };
  GroupTable table;
  table.columns = {{"records", 0, false}, {"hours", 4, false}, {"tokens", 0, false},
                   {"tokens/s", 2},       {"mean_length", 1},  {"vocabulary", 0},
                   {"entropy", 3}};
  for (const auto& [name, totals] : groups)
    table.rows.push_back(row(name, totals));
  table.total = row("all", total);
  return table;
}

}  // namespace pairalign::stats
