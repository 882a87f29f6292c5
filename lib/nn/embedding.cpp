#include "nn/embedding.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace pairalign::nn {

Embedding::Embedding(TensorTable& table, const std::string& name, int vocabulary_, int width_)
    : vocabulary(vocabulary_), width(width_) {
  weight = table.add(name + ".weight", {vocabulary, width}, false,
                     1.0F / std::sqrt(static_cast<float>(width)));
}

void Embedding::forward(const float* p, const std::vector<int>& ids, float* y) const {
  for (const int id : ids) {
    if (id < 0 || id >= vocabulary) {
      throw Error("embedding",
                  "symbol " + std::to_string(id) + " is not one of " + std::to_string(vocabulary));
    }
    std::copy_n(p + weight + static_cast<std::ptrdiff_t>(id) * width, width, y);
    y += width;
  }
}

// dW[id_r] += dy[r], summed in the order of the ids
void Embedding::backward(const std::vector<int>& ids, const float* dy, float* g) const {
  for (const int id : ids) {
    float* row = g + weight + static_cast<std::ptrdiff_t>(id) * width;
    for (int c = 0; c < width; ++c)
      row[c] += dy[c];
    dy += width;
  }
}

}  // namespace pairalign::nn
