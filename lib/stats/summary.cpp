#include "stats/summary.hpp"

#include <algorithm>
#include <cmath>

#include "stats/entropy.hpp"

namespace pairalign::stats {
namespace {

using tokens::Token;

constexpr std::size_t kTokenValues = 65536;
constexpr unsigned kTokenBits = 16;

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

void set_rates(Summary& summary, std::uint64_t timed_tokens) {
  if (summary.seconds <= 0) return;
  const double rate = static_cast<double>(timed_tokens) / summary.seconds;
  summary.tokens_per_second = rate;
  if (summary.vocabulary > 0) summary.bits_per_second = rate * std::log2(summary.vocabulary);
  summary.entropy_bits_per_second = rate * summary.entropy;
}

}  // namespace

Summariser::Summariser(const SummaryConfig& config)
    : config_(config),
      token_counts_(kTokenValues, 0),
      last_record_of_(kTokenValues, 0),
      frequent_{FrequentItems(config.ngram_counters), FrequentItems(config.ngram_counters)},
      collisions_(config.collision_entries) {}

void Summariser::add(const tokens::Record& record) {
  ++totals_.records;
  totals_.empty += record.tokens.empty();
  totals_.tokens += record.tokens.size();
  if (record.seconds >= 0) {
    totals_.seconds += record.seconds;
    timed_tokens_ += record.tokens.size();
    rate_series_.add(record.seconds, record.tokens.size());
    count_rate(record);
  } else {
    ++totals_.unknown_duration;
  }
  ++totals_.lengths[record.tokens.size()];
  for (const Token token : record.tokens)
    ++token_counts_[token];
  totals_.collapsed += collapsed(record.tokens);
  add_ngrams(record.tokens);
  collisions_.add(record.key, record.tokens);
}

void Summariser::count_rate(const tokens::Record& record) {
  if (record.seconds <= 0) return;
  const double tenths = 10 * static_cast<double>(record.tokens.size()) / record.seconds;
  ++totals_
        .rates[tenths < Summary::kHighestRate ? static_cast<int>(tenths) : Summary::kHighestRate];
}

bool Summariser::collapsed(const std::vector<Token>& tokens) {
  std::size_t different = 0;
  for (const Token token : tokens) {
    different += last_record_of_[token] != totals_.records;
    last_record_of_[token] = totals_.records;
  }
  return !tokens.empty() && static_cast<double>(different) <=
                                config_.collapsed_ratio * static_cast<double>(tokens.size());
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
  std::vector<std::uint64_t> order;
  for (std::size_t token = 0; token < kTokenValues; ++token) {
    if (token_counts_[token] > 0) order.push_back(token);
  }
  std::stable_sort(order.begin(), order.end(), [this](std::uint64_t a, std::uint64_t b) {
    return token_counts_[a] > token_counts_[b];
  });
  order.resize(std::min(order.size(), config_.top_ngrams));
  for (const std::uint64_t token : order) {
    tables[0].top.push_back({unpack(token, 1), token_counts_[token]});
  }
  for (std::size_t n = 2; n <= 3; ++n) {
    const FrequentItems& counted = frequent_[n - 2];
    tables[n - 1].error = counted.error();
    for (const auto& [item, count] : counted.top(config_.top_ngrams)) {
      tables[n - 1].top.push_back({unpack(item, n), count});
    }
  }
  return tables;
}

Summary Summariser::summary(const tokens::Header& header) const {
  Summary result = totals_;
  result.header = header;
  for (std::size_t token = 0; token < kTokenValues; ++token) {
    if (token_counts_[token] == 0) continue;
    ++result.vocabulary_used;
    result.token_counts.push_back(token_counts_[token]);
    result.vocabulary = static_cast<int>(token) + 1;
  }
  std::sort(result.token_counts.rbegin(), result.token_counts.rend());
  result.stretches = rate_series_.stretches();
  if (header.vocabulary > 0) result.vocabulary = header.vocabulary;
  result.entropy = entropy_bits(token_counts_);
  if (result.vocabulary > 1) {
    result.normalised_entropy = result.entropy / std::log2(result.vocabulary);
  }
  set_rates(result, timed_tokens_);
  result.median_length = lower_median(result.lengths, result.records);
  if (result.records > 0) {
    result.mean_length = static_cast<double>(result.tokens) / static_cast<double>(result.records);
  }
  result.ngrams = top_ngrams();
  result.collisions = collisions_.count();
  return result;
}

}  // namespace pairalign::stats
