// What a forward pass reads: parameters, the precision of its products, and matrices packed for it.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "nn/matmul.hpp"
#include "nn/tensor_table.hpp"

namespace pairalign::nn {

/// The matrices of a table, packed once for weights that no longer change. May be shared between
/// threads.
class PackedWeights {
 public:
  /// `values`: in the layout of `table`; not kept.
  PackedWeights(const TensorTable& table, const float* values, Precision precision);

  Precision precision() const { return precision_; }
  /// The matrix whose tensor begins at `offset`, or null.
  const PackedMatrix* at(std::size_t offset) const;

 private:
  Precision precision_;
  std::unique_ptr<unsigned char[]> storage_;  // all matrices, in one buffer of large pages
  std::unordered_map<std::size_t, PackedMatrix> matrices_;
};

/// A view: what it points to must outlive it.
struct Weights {
  const float* values;                    ///< in the layout of a table
  Precision precision;                    ///< of the matrix products
  const PackedWeights* packed = nullptr;  ///< null if weights change between passes, as in training

  Weights(const float* values_, Precision precision_) : values(values_), precision(precision_) {}
  Weights(const float* values_, const PackedWeights& packed_)
      : values(values_), precision(packed_.precision()), packed(&packed_) {}

  const PackedMatrix* packed_at(std::size_t offset) const {
    return packed != nullptr ? packed->at(offset) : nullptr;
  }
};

}  // namespace pairalign::nn
