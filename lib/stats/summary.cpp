#include "stats/summary.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

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

std::vector<Token> unpack(std::uint64_t item, std::size_t order) {
  std::vector<Token> tokens(order);
  for (std::size_t i = order; i-- > 0; item >>= kTokenBits)
    tokens[i] = static_cast<Token>(item);
  return tokens;
}

}  // namespace

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
  std::vector<std::size_t> order;
  for (std::size_t token = 0; token < totals_.counts.size(); ++token) {
    if (totals_.counts[token] > 0) order.push_back(token);
  }
  std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    return totals_.counts[a] > totals_.counts[b];
  });
  order.resize(std::min(order.size(), kTopNGrams));
  for (const std::size_t token : order)
    tables[0].top.push_back({unpack(token, 1), totals_.counts[token]});
  for (std::size_t n = 2; n <= 3; ++n) {
    const FrequentItems& counted = frequent_[n - 2];
    tables[n - 1].error = counted.error();
    for (const auto& [item, count] : counted.top(kTopNGrams))
      tables[n - 1].top.push_back({unpack(item, n), count});
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
  std::copy_if(s.counts.begin(), s.counts.end(), std::back_inserter(s.token_counts),
               [](std::uint64_t count) { return count > 0; });
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
