#include "model/string_search.hpp"

#include <cmath>

namespace pairalign::model {

void StringSearch::weigh(const float* probabilities, const std::vector<tokens::Token>& recent,
                         bool may_end, float* weights) const {
  std::copy_n(probabilities, decoder_.outputs(), weights);
  if (!may_end) weights[decoder_.eos()] = 0;
  for (std::size_t k = 0; k < options_.token_weights.size(); ++k)
    weights[k] *= options_.token_weights[k];
  if (options_.repetition_penalty <= 1) return;
  for (std::size_t i = 0; i < recent.size(); ++i) {
    const tokens::Token token = recent[i];
    const auto earlier = recent.begin() + static_cast<std::ptrdiff_t>(i);
    const bool counted = std::find(recent.begin(), earlier, token) != earlier;
    if (counted || token == recent.back()) continue;
    weights[token] /= static_cast<float>(options_.repetition_penalty);
  }
}

bool StringSearch::at_cap(int tokens, const DecodeReach& reach) const {
  return tokens >= std::max(1.0, options_.cap * kStride * reach.frames);
}

float finite_log(float x) {
  return std::log(std::max(x, 1e-30F));
}

}  // namespace pairalign::model
