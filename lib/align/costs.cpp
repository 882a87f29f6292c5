#include "align/costs.hpp"

#include <limits>
#include <utility>

#include "align/soft_cost.hpp"
#include "align/unit_cost.hpp"
#include "base/error.hpp"

namespace pairalign::align {

const std::vector<Cost>& costs() {
  using Made = std::unique_ptr<const Distance>;
  static const std::vector<Cost> kCosts = {
      {"unit", "1 each", false, 1,
       [](TokenScores) -> Made { return std::make_unique<UnitCost>(); }},
      {"soft",
       "the log-odds of token pairs by --model, which must be the one that wrote the strings", true,
       std::numeric_limits<double>::max(),
       [](TokenScores model) -> Made {
         return std::make_unique<SoftCost>(model.vocabulary, std::move(model.scores));
       }},
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
