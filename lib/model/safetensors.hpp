// The safetensors container (huggingface.co/docs/safetensors): models and checkpoints, readable
// from Python. Byte layout: u64 little-endian length N of the header; N bytes of JSON
//   {"__metadata__": {string: string, …}, "name": {"dtype": "F32", "shape": […],
//    "data_offsets": [begin, end]}, …}
// and the data, offsets counted from its first byte. Only F32 and I8 tensors are read and written
// here, those of F32 first, so that each starts at a multiple of its size.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pairalign::model {

/// How the values of a tensor are stored.
enum class DType { f32, i8 };

struct Tensor {
  std::vector<int> shape;
  /// Row-major, product of `shape` values; of an I8 tensor whole numbers from −128 to 127.
  std::vector<float> values;
  DType dtype = DType::f32;
};

struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;

  /// Throws Error(path, reason) that names the field: too short, a header longer than the file,
  /// JSON that does not parse, another dtype, offsets that do not fit the shape or the file.
  static Safetensors load(const std::string& path);
  /// Replaces the file in one step.
  void save(const std::string& path) const;

  /// The tensor, of exactly this shape. Throws Error(name, reason).
  const std::vector<float>& at(const std::string& name, const std::vector<int>& shape) const;

  /// XXH3 over names, shapes and values, in the order of names: the identity of a model.
  std::uint64_t identity() const;
};

}  // namespace pairalign::model
