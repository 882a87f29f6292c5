#include "nn/tensor_table.hpp"

#include <algorithm>
#include <numeric>

#include "base/error.hpp"

namespace pairalign::nn {

std::size_t TensorTable::add(const std::string& name, const std::vector<int>& shape, bool decayed,
                             float init_scale, float init_value) {
  if (find(name) != nullptr) throw Error(name, "tensor registered twice");
  constexpr std::size_t kAlignment = 16;
  const std::size_t offset = size_;
  const std::size_t size =
      std::accumulate(shape.begin(), shape.end(), std::size_t{1},
                      [](std::size_t n, int d) { return n * static_cast<std::size_t>(d); });
  tensors_.push_back({name, shape, offset, size, decayed, false, init_scale, init_value});
  size_ += (size + kAlignment - 1) / kAlignment * kAlignment;
  return offset;
}

std::size_t TensorTable::add_matrix(const std::string& name, int in, int out, float init_scale) {
  const std::size_t offset = add(name, {in, out}, true, init_scale);
  tensors_.back().multiplied = true;
  return offset;
}

const TensorInfo* TensorTable::find(const std::string& name) const {
  for (const TensorInfo& info : tensors_) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

std::size_t TensorTable::parameters() const {
  std::size_t n = 0;
  for (const TensorInfo& info : tensors_)
    n += info.size;
  return n;
}

std::vector<float> TensorTable::initialise(Random& random) const {
  std::vector<float> values(size_, 0.0F);
  for (const TensorInfo& info : tensors_) {
    for (std::size_t i = 0; i < info.size; ++i) {
      float value = info.init_value;
      if (info.init_scale > 0) value += info.init_scale * static_cast<float>(random.normal());
      values[info.offset + i] = value;
    }
  }
  return values;
}

std::size_t common_front(const TensorTable& a, const TensorTable& b) {
  const auto& x = a.tensors();
  const auto& y = b.tensors();
  const auto same = [](const TensorInfo& s, const TensorInfo& t) {
    return s.name == t.name && s.shape == t.shape;
  };
  const auto [end, other] = std::mismatch(x.begin(), x.end(), y.begin(), y.end(), same);
  static_cast<void>(other);
  return end == x.end() ? a.size() : end->offset;
}

}  // namespace pairalign::nn
