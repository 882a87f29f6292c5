#include "nn/weights.hpp"

namespace pairalign::nn {

PackedWeights::PackedWeights(const TensorTable& table, const float* values, Precision precision)
    : precision_(precision) {
  for (const TensorInfo& tensor : table.tensors()) {
    if (!tensor.multiplied) continue;
    matrices_.try_emplace(tensor.offset, values + tensor.offset, tensor.shape[0], tensor.shape[1],
                          precision);
  }
}

const PackedMatrix* PackedWeights::at(std::size_t offset) const {
  const auto found = matrices_.find(offset);
  return found != matrices_.end() ? &found->second : nullptr;
}

}  // namespace pairalign::nn
