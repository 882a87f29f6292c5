// Names and shapes of the tensors in one flat buffer of floats.
//
// Parameters, gradients, both Adam moments and the EMA teacher are buffers of the same layout; this
// table is the layout (as in llm.c). A layer keeps offsets only, so the same layer runs with the
// student's weights, the teacher's, or weights read from a file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/random.hpp"

namespace pairalign::nn {

struct TensorInfo {
  std::string name;
  std::vector<int> shape;
  std::size_t offset =
      0;  ///< in floats; a multiple of 16, so that every tensor is cache-line aligned
  std::size_t size = 0;     ///< product of `shape`
  bool decayed = false;     ///< weight decay applies (matrices, not biases and norms)
  bool multiplied = false;  ///< the weight (in, out) of a product x · W
  float init_scale = 0;     ///< standard deviation of the initial values
  float init_value = 0;     ///< mean of the initial values
};

class TensorTable {
 public:
  /// Registers a tensor and returns its offset. Names are unique.
  std::size_t add(const std::string& name, const std::vector<int>& shape, bool decayed,
                  float init_scale, float init_value = 0);

  /// The weight (in, out) of a product x · W; its initial values are normal.
  std::size_t add_matrix(const std::string& name, int in, int out, float init_scale);

  const std::vector<TensorInfo>& tensors() const { return tensors_; }
  const TensorInfo* find(const std::string& name) const;
  /// Floats in a buffer of this layout, padding included.
  std::size_t size() const { return size_; }
  /// Number of parameters: the floats without padding.
  std::size_t parameters() const;

  /// A buffer of this layout with every tensor initialised as registered; padding is zero.
  std::vector<float> initialise(Random& random) const;

 private:
  std::vector<TensorInfo> tensors_;
  std::size_t size_ = 0;
};

/// Number of floats at the front of both layouts that hold the same tensors, by name and shape.
std::size_t common_front(const TensorTable& a, const TensorTable& b);

}  // namespace pairalign::nn
