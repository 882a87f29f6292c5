// Hits as a table for the terminal.
#pragma once

#include <string>
#include <vector>

#include "cli/display_text.hpp"
#include "search/hit_format.hpp"
#include "search/searcher.hpp"

namespace pairalign {

/// A heading for a query, a line for each hit: rank, the score as a bar and a number, E-value, time
/// and recording. Columns are aligned within a query; if the lines would be wider than the display,
/// the recording is truncated at the front, and the least important columns are left out. The bar
/// is green for an E-value of at most 0.01, yellow up to 1, else not coloured. `distance`: that of
/// the search.
std::string hit_table(const search::HitFormatter& formatter, const align::Distance& distance,
                      const cli::Display& display, const std::string& query,
                      const std::vector<search::Hit>& hits);

}  // namespace pairalign
