// The distances that users select by name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "align/distance.hpp"

namespace pairalign::align {

/// A model's scores of token pairs, in the form that SoftCost takes.
struct TokenScores {
  int vocabulary = 0;
  std::vector<std::int8_t> scores;
};

struct Cost {
  const char* name;
  const char* meaning;  ///< what edits cost, for the help text
  bool needs_scores;    ///< whether it needs the TokenScores of the model that wrote the strings
  double max_score;     ///< the highest score that any query can have
  std::unique_ptr<const Distance> (*make)(TokenScores scores);
};

/// The first is the default.
const std::vector<Cost>& costs();

/// Throws Error("", reason) that lists the choices.
const Cost& parse_cost(const std::string& name);

}  // namespace pairalign::align
