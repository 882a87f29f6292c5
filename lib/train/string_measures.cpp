#include "train/string_measures.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>

#include "align/unit_cost.hpp"

namespace pairalign::train {
namespace {

using String = std::vector<tokens::Token>;

double normalised_distance(const String& a, const String& b) {
  const std::size_t longer = std::max(a.size(), b.size());
  if (longer == 0) return 0;
  return static_cast<double>(align::edit_distance(a, b)) / static_cast<double>(longer);
}

struct PairResult {
  double similarity = 0, reciprocal_rank = 0;
};

PairResult measure_pair(const StringPairs& pairs, std::size_t i) {
  const double own = normalised_distance(pairs.views[i], pairs.clean[i]);
  int rank = 1;
  for (std::size_t j = 0; j < pairs.clean.size(); ++j) {
    if (j == i) continue;
    const double other = normalised_distance(pairs.views[i], pairs.clean[j]);
    rank += other < own || (other == own && j < i);
  }
  return {1 - own, 1.0 / rank};
}

}  // namespace

bool collapsed(const std::vector<tokens::Token>& string) {
  const std::set<tokens::Token> different(string.begin(), string.end());
  return !string.empty() && static_cast<double>(different.size()) <=
                                kCollapsedRatio * static_cast<double>(string.size());
}

StringReport measure_strings(const StringPairs& pairs, int codes, ThreadPool& pool) {
  StringReport report;
  const std::size_t count = pairs.clean.size();
  if (count == 0) return report;
  std::vector<PairResult> results(count);
  pool.parallel_for(count, [&](std::size_t i) { results[i] = measure_pair(pairs, i); });

  std::vector<bool> used(static_cast<std::size_t>(codes));
  double tokens = 0, collapsed_strings = 0;
  for (std::size_t i = 0; i < count; ++i) {
    report.edit_similarity += results[i].similarity / static_cast<double>(count);
    report.reciprocal_rank += results[i].reciprocal_rank / static_cast<double>(count);
    tokens += static_cast<double>(pairs.clean[i].size());
    collapsed_strings += collapsed(pairs.clean[i]) + collapsed(pairs.views[i]);
    for (const tokens::Token token : pairs.clean[i])
      used[token] = true;
  }
  const double strings = 2 * static_cast<double>(count);
  report.tokens_per_second = tokens / pairs.clean_seconds;
  report.collapsed = collapsed_strings / strings;
  report.capped = pairs.capped / strings;
  report.codes_used = static_cast<int>(std::count(used.begin(), used.end(), true));
  return report;
}

}  // namespace pairalign::train
