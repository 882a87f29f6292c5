// Hits as a table for the terminal.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/display_text.hpp"
#include "search/hit_format.hpp"
#include "search/searcher.hpp"

namespace pairalign {

/// A heading for each query, a line for each hit: rank, the score as a bar and a number, E-value,
/// time and recording. Columns are aligned within a query; if the lines would be wider than the
/// display, the recording is truncated at the front, and the least important columns are left out.
/// The bar is green for an E-value of at most 0.01, yellow up to 1, else not coloured.
class HitTable {
 public:
  /// The formatter and the distance, that of the search, must outlive it.
  HitTable(const search::HitFormatter& formatter, const align::Distance& distance,
           const cli::Display& display)
      : formatter_(formatter), distance_(distance), display_(display) {}

  std::string lines(const std::string& query, const std::vector<search::Hit>& hits) const;

 private:
  struct Row;
  struct Widths;

  Row row(const search::Hit& hit, std::size_t rank) const;
  Widths widths(const std::vector<Row>& rows) const;
  std::string line(const Row& row, const Widths& widths) const;
  std::string styled(std::string_view text, const char* style) const;

  const search::HitFormatter& formatter_;
  const align::Distance& distance_;
  cli::Display display_;
};

}  // namespace pairalign
