#include "search/duplicates.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "tokens/record.hpp"

namespace pairalign::search {
namespace {

// Looks for pairs from the side of the first archive's records.
class DuplicateSearch {
 public:
  DuplicateSearch(Span<const archive::Archive> archives, const DuplicatesConfig& config,
                  ThreadPool& pool)
      : archives_(archives),
        within_(archives.size() == 1),
        infix_(config.mode == Mode::infix),
        searched_(within_ ? archives : archives.subspan(1)),
        searcher_(searched_, pool) {
    search_.mode = config.mode;
    search_.k = 0;
    search_.places = 1;
    search_.min_score = config.min_score;
    search_.postings = config.postings;
  }

  std::size_t batch_size() const { return searcher_.batch_size(search_); }

  // The pairs of records [first, last) of the first archive.
  std::vector<DuplicatePair> pairs_of(std::size_t first, std::size_t last) const {
    std::vector<tokens::Record> queries(last - first);
    for (std::size_t i = first; i < last; ++i)
      archives_[0].tokens(i, queries[i - first].tokens);
    std::vector<DuplicatePair> pairs;
    const auto found = searcher_.search(queries, search_);
    for (std::size_t q = 0; q < found.size(); ++q) {
      for (const Hit& hit : found[q]) {
        if (!counts(first + q, queries[q].tokens.size(), hit)) continue;
        const std::size_t archive = within_ ? 0 : hit.archive + 1;
        pairs.push_back({{0, archive}, {first + q, hit.record}, hit.match.distance, hit.score});
      }
    }
    return pairs;
  }

 private:
  // Whether a hit is the one of its pair's two that is told.
  bool counts(std::size_t record, std::size_t tokens, const Hit& hit) const {
    if (!within_) return true;
    if (!infix_) return record < hit.record;
    const std::size_t others = archives_[0].token_count(hit.record);
    return std::tie(tokens, record) < std::tie(others, hit.record);
  }

  Span<const archive::Archive> archives_;
  bool within_;
  bool infix_;
  Span<const archive::Archive> searched_;
  Searcher searcher_;
  SearchConfig search_;
};

}  // namespace

void find_duplicates(Span<const archive::Archive> archives, const DuplicatesConfig& config,
                     ThreadPool& pool, const std::function<void(const DuplicatePair&)>& take,
                     const std::function<void(std::size_t)>& progress) {
  if (archives.empty()) return;
  const DuplicateSearch search(archives, config, pool);
  const std::size_t records = archives[0].size();
  for (std::size_t first = 0; first < records;) {
    const std::size_t last = std::min(records, first + search.batch_size());
    for (const DuplicatePair& pair : search.pairs_of(first, last))
      take(pair);
    first = last;
    progress(last);
  }
}

}  // namespace pairalign::search
