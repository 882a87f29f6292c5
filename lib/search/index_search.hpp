// Search by the postings of token pairs. Not part of the public interface.
#pragma once

#include <optional>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "search/ranking.hpp"
#include "search/searcher.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// The best candidates of each query, found without reading records that cannot match
/// (pair_filter.hpp): the bound is raised until there are k, as nothing beyond it is then better.
/// For distances that count edits, they are those of a comparison with every record. nullopt for a
/// query for which that is cheaper: a short one, or one whose hits are no better than chance.
std::vector<std::optional<Ranking>> search_index(Span<const archive::Archive> archives,
                                                 ThreadPool& pool,
                                                 Span<const tokens::Record> queries,
                                                 const SearchConfig& config);

}  // namespace pairalign::search
