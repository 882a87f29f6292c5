#include "model/average.hpp"

#include <utility>

#include <gsl/assert>

#include "base/error.hpp"
#include "nn/functions.hpp"

namespace pairalign::model {

Model average(const std::vector<Model>& models) {
  Expects(!models.empty());
  const Model& first = models.front();
  std::vector<double> sums(first.parameters().size());
  for (const Model& model : models) {
    if (model.table().size() != first.table().size() ||
        nn::common_front(model.table(), first.table()) != first.table().size())
      throw Error("", "models of different shapes have no average");
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] += static_cast<double>(model.parameters()[i]);
  }
  std::vector<float> mean(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i)
    mean[i] = static_cast<float>(sums[i] / static_cast<double>(models.size()));
  float* const codes = mean.data() + first.encoder().codebook();
  std::vector<float> norms(static_cast<std::size_t>(first.vocabulary()));
  nn::l2_normalize_forward(codes, first.vocabulary(), first.info().encoder.dimension, codes,
                           norms.data());
  Model result(first.info(), std::move(mean), first.substitutions());
  result.set_chance_strings(first.chance_strings());
  return result;
}

}  // namespace pairalign::model
