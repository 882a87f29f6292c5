// Hits of a query as a table for reading.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.hpp"

namespace pairalign::cli {

struct HitRow {
  std::string place;  ///< key with the fragment of the hit
  double part = 0;    ///< the score, of the best possible one
  std::string score;
  double evalue = -1;  ///< below 0: not known
  std::string evalue_text;
};

/// A heading for the query, a line for each hit: rank, the score as a bar and a number, E-value,
/// time and recording. Columns are aligned within a query; if the lines would be wider than the
/// display, the recording is truncated at the front, and the least important columns are left out.
/// The bar is green for an E-value of at most 0.01, yellow up to 1, else not coloured.
std::string hit_table(const std::string& query, const std::vector<HitRow>& hits,
                      const Display& display);

}  // namespace pairalign::cli
