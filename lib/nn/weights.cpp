#include "nn/weights.hpp"

#include <memory>

#include "base/large_pages.hpp"

namespace pairalign::nn {

PackedWeights::PackedWeights(const TensorTable& table, const float* values, Precision precision)
    : precision_(precision) {
  constexpr std::size_t kAlignment = PackedMatrix::kAlignment;
  std::size_t bytes = kAlignment;  // to align the first
  for (const TensorInfo& tensor : table.tensors()) {
    if (!tensor.multiplied) continue;
    const auto added =
        matrices_.try_emplace(tensor.offset, tensor.shape[0], tensor.shape[1], precision).first;
    bytes += added->second.bytes() + kAlignment;
  }
  storage_.reset(new unsigned char[bytes]);  // not std::make_unique, which would write zeros
  prefer_large_pages(storage_.get(), bytes);
  void* next = storage_.get();
  for (auto& [offset, matrix] : matrices_) {
    next = std::align(kAlignment, matrix.bytes(), next, bytes);
    matrix.pack(values + offset, next);
    next = static_cast<unsigned char*>(next) + matrix.bytes();
    bytes -= matrix.bytes();
  }
}

const PackedMatrix* PackedWeights::at(std::size_t offset) const {
  const auto found = matrices_.find(offset);
  return found != matrices_.end() ? &found->second : nullptr;
}

}  // namespace pairalign::nn
