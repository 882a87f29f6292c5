// Hits as a person reads them on a terminal.
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

/// A heading for each query, a line for each hit: rank, a bar and a figure for the score, how many
/// as good chance would give, when and where. Columns are aligned within a query; where the lines
/// would be wider than the display, the recording is cut at its front, and what matters least is
/// left out. Colours of the bar: green where chance would give at most one such hit in a hundred
/// archives like these, yellow where at most one in this, else none.
class HitTable {
 public:
  /// The distance, which was searched with, must outlive it, as the formatter must.
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
