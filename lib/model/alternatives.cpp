#include "model/alternatives.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace pairalign::model {
namespace {

// Of the cosines, before the softmax.
constexpr double kSharpness = 12;
constexpr double kWeightSum = 1000;
// The share of the token. On the speech development set it changes what is found by no more than
// chance, and makes the E-values of copies of the same tokens a hundred times smaller.
constexpr double kOwnShare = 0.3;
constexpr std::size_t kPartFrames = 2;

// The mean over these embeddings of their cosine with each code.
std::vector<double> mean_similarities(const Model& model, Span<const float> embeddings) {
  const auto dimension = static_cast<std::size_t>(model.info().encoder.dimension);
  std::vector<double> mean(dimension);
  for (std::size_t i = 0; i < embeddings.size(); ++i)
    mean[i % dimension] += embeddings[i];
  const double frames = static_cast<double>(embeddings.size() / dimension);
  std::vector<double> similarities;
  for (int k = 0; k < model.vocabulary(); ++k) {
    const float* code = model.codebook() + static_cast<std::size_t>(k) * dimension;
    similarities.push_back(std::inner_product(code, code + dimension, mean.begin(), 0.0) / frames);
  }
  return similarities;
}

tokens::Mixture mixture_of(const Model& model, tokens::Token token, Span<const float> embeddings,
                           int count) {
  const std::vector<double> similarities = mean_similarities(model, embeddings);
  std::vector<tokens::Token> codes(similarities.size());
  std::iota(codes.begin(), codes.end(), tokens::Token{0});
  const auto end = codes.begin() + std::min<std::ptrdiff_t>(model.vocabulary(), count);
  std::partial_sort(codes.begin(), end, codes.end(), [&](tokens::Token a, tokens::Token b) {
    return similarities[a] > similarities[b] || (similarities[a] == similarities[b] && a < b);
  });
  std::vector<double> shares(similarities.size());
  double total = 0;
  for (auto code = codes.begin(); code != end; ++code) {
    shares[*code] = std::exp(kSharpness * (similarities[*code] - similarities[codes.front()]));
    total += shares[*code];
  }
  for (double& share : shares)
    share *= (1 - kOwnShare) / total;
  shares[token] += kOwnShare;
  tokens::Mixture result;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const auto weight = static_cast<std::uint16_t>(std::lround(kWeightSum * shares[k]));
    if (weight > 0) result.push_back({static_cast<tokens::Token>(k), weight});
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& a, const auto& b) { return a.weight > b.weight; });
  return result;
}

}  // namespace

std::vector<tokens::Mixture> likely_codes(const Model& model, tokens::Token token,
                                          Span<const float> embeddings, int count) {
  const auto dimension = static_cast<std::size_t>(model.info().encoder.dimension);
  const std::size_t frames = embeddings.size() / dimension;
  const std::size_t parts = (frames + kPartFrames - 1) / kPartFrames;
  std::vector<tokens::Mixture> result;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t first = frames * i / parts, end = frames * (i + 1) / parts;
    result.push_back(mixture_of(
        model, token, embeddings.subspan(first * dimension, (end - first) * dimension), count));
  }
  return result;
}

}  // namespace pairalign::model
