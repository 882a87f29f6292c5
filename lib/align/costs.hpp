// The distances that users choose from by name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "align/distance.hpp"

namespace pairalign::align {

/// What a model knows of pairs of tokens, as SoftCost takes it.
struct TokenScores {
  int vocabulary = 0;
  std::vector<std::int8_t> scores;
};

struct Cost {
  const char* name;
  const char* meaning;  ///< of an edit's cost, for the help
  bool needs_scores;    ///< the TokenScores of the model that wrote the strings
  double max_score;     ///< of any query
  std::unique_ptr<const Distance> (*make)(TokenScores scores);
};

/// The first is the default.
const std::vector<Cost>& costs();

/// Throws Error("", reason) with the choices.
const Cost& parse_cost(const std::string& name);

}  // namespace pairalign::align
