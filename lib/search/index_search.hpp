// Search by the postings of token pairs. Not part of the public interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "align/scan.hpp"
#include "archive/archive.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "search/ranking.hpp"
#include "search/searcher.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// Tokens [begin, end) of a segment: a match may begin at any of them.
struct TokenRange {
  std::uint64_t begin, end;
};

/// Finds all records within a bound without reading those that cannot match (pair_filter.hpp). The
/// best k are found by raising the bound until there are k: nothing beyond it is then better. For
/// distances that count edits, gives the same result as a comparison with every record.
class IndexSearch {
 public:
  /// Archives and pool must outlive it.
  IndexSearch(Span<const archive::Archive> archives, ThreadPool& pool);

  /// The best candidates of each query; nullopt for a query that is cheaper to compare with every
  /// record: a short one, or one whose hits are no better than chance.
  std::vector<std::optional<Ranking>> find(Span<const tokens::Record> queries,
                                           const SearchConfig& config) const;

 private:
  struct Part {
    std::size_t archive;
    std::size_t segment;
  };
  /// A query and the segment that is searched for it.
  struct PartQuery {
    const align::Scan& scan;
    Part part;
    Ranking empty;
  };

  /// The records within the bound of `empty`; nullopt as above. The work is divided among the
  /// threads of `pool`; null: it is not divided.
  std::optional<Ranking> find_in_part(const PartQuery& query, ThreadPool* pool) const;
  Ranking compare(const PartQuery& query, const std::vector<TokenRange>& ranges,
                  std::size_t longest_match, ThreadPool* pool) const;
  std::vector<std::optional<Ranking>> find_within(Span<const tokens::Record> queries,
                                                  const std::vector<std::size_t>& open,
                                                  const std::vector<align::Scan>& scans,
                                                  const SearchConfig& config) const;
  std::vector<double> stages(const SearchConfig& config) const;

  Span<const archive::Archive> archives_;
  ThreadPool& pool_;
  std::vector<Part> parts_;
  bool any_indexed_ = false;
  bool worthwhile_ = false;
};

}  // namespace pairalign::search
