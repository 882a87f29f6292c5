#include "model/average.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <gsl/assert>

#include "base/error.hpp"

namespace pairalign::model {
namespace {

void scale_to_unit_length(float* code, int dimension) {
  double sum = 0;
  for (int i = 0; i < dimension; ++i)
    sum += static_cast<double>(code[i]) * static_cast<double>(code[i]);
  if (sum == 0) return;
  const auto scale = static_cast<float>(1 / std::sqrt(sum));
  for (int i = 0; i < dimension; ++i)
    code[i] *= scale;
}

bool same_shapes(const nn::TensorTable& a, const nn::TensorTable& b) {
  const auto same = [](const nn::TensorInfo& x, const nn::TensorInfo& y) {
    return x.name == y.name && x.shape == y.shape;
  };
  return std::equal(a.tensors().begin(), a.tensors().end(), b.tensors().begin(), b.tensors().end(),
                    same);
}

}  // namespace

Model average(const std::vector<Model>& models) {
  Expects(!models.empty());
  const Model& first = models.front();
  std::vector<double> sums(first.parameters().size());
  for (const Model& model : models) {
    if (!same_shapes(model.table(), first.table()))
      throw Error("", "models of different shapes have no average");
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] += static_cast<double>(model.parameters()[i]);
  }
  std::vector<float> mean(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i)
    mean[i] = static_cast<float>(sums[i] / static_cast<double>(models.size()));
  const int dimension = first.info().encoder.dimension;
  for (int code = 0; code < first.vocabulary(); ++code) {
    scale_to_unit_length(mean.data() + first.encoder().codebook() +
                             static_cast<std::size_t>(code) * static_cast<std::size_t>(dimension),
                         dimension);
  }
  Model result(first.info(), std::move(mean), first.substitutions());
  result.set_chance_strings(first.chance_strings());
  return result;
}

}  // namespace pairalign::model
