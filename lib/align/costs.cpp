#include "align/costs.hpp"

#include <limits>
#include <utility>

#include "align/soft_cost.hpp"
#include "align/unit_cost.hpp"
#include "base/error.hpp"

namespace pairalign::align {
namespace {

std::unique_ptr<const Distance> unit_cost(TokenScores) {
  return std::make_unique<const UnitCost>();
}

std::unique_ptr<const Distance> soft_cost(TokenScores scores) {
  return std::make_unique<const SoftCost>(scores.vocabulary, std::move(scores.scores));
}

}  // namespace

const std::vector<Cost>& costs() {
  static const std::vector<Cost> kCosts = {
      {"unit", "1 each", false, 1, unit_cost},
      {"soft",
       "the log-odds of token pairs by --model, which must be the one that wrote the strings", true,
       std::numeric_limits<double>::max(), soft_cost},
  };
  return kCosts;
}

const Cost& parse_cost(const std::string& name) {
  std::string names;
  for (const Cost& cost : costs()) {
    if (name == cost.name) return cost;
    names += (names.empty() ? "" : " or ") + std::string(cost.name);
  }
  throw Error("", "'" + name + "' is no cost: " + names);
}

}  // namespace pairalign::align
