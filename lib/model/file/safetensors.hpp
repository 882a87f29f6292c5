// The safetensors container (huggingface.co/docs/safetensors): models and checkpoints, readable
// from Python. Byte layout: u64 little-endian length N of the header; N bytes of JSON
//   {"__metadata__": {string: string, …}, "name": {"dtype": "F32", "shape": […],
//    "data_offsets": [begin, end]}, …}
// and the data, offsets counted from its first byte. Only F32, U16 and I8 tensors are read and
// written here, in this order, so that each starts at a multiple of its size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/regular_file.hpp"

namespace pairalign::model {

/// How the values of a tensor are stored.
enum class DType { f32, u16, i8 };

struct Tensor {
  std::vector<int> shape;
  /// Row-major, product of `shape` values; of a U16 tensor whole numbers from 0 to 65,535, of an I8
  /// tensor from −128 to 127.
  std::vector<float> values;
  DType dtype = DType::f32;
};

/// Tensors whose names begin so are no part of a model's identity; see chance_strings.hpp.
inline constexpr const char* kChancePrefix = "chance.";

/// Tensors in memory: what is to be written, or has been read to be changed.
struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;

  /// All of a file. Throws as `SafetensorsFile` does.
  static Safetensors load(const std::string& path);
  /// Replaces the file in one step.
  void save(const std::string& path) const;

  /// XXH3 over names, shapes and values, in the order of names: the identity of a model.
  std::uint64_t identity() const;
};

/// A tensor where it lies in a file.
struct StoredTensor {
  std::vector<int> shape;
  DType dtype = DType::f32;
  std::size_t size = 0;  ///< values
  const RegularFile* file = nullptr;
  std::uint64_t offset = 0;  ///< in the file

  /// The values from `begin` on, `count` of them: as they are stored, and as floats. Throw
  /// Error("", reason) where the file does not give them.
  void read(std::size_t begin, std::size_t count, void* out) const;
  void copy(std::size_t begin, std::size_t count, float* out) const;
  std::vector<float> values() const;
};

/// A file open for reading: only what is asked for is read, which for a model makes most of the
/// time that loading takes.
class SafetensorsFile {
 public:
  /// Throws Error(path, reason) that names the field: too short, a header longer than the file,
  /// JSON that does not parse, another dtype, offsets that do not fit the shape or the file.
  explicit SafetensorsFile(const std::string& path);
  SafetensorsFile(const SafetensorsFile&) = delete;
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;

  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  /// They are read from this object.
  const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }
  /// The tensor, of exactly this shape. Throws Error(name, reason).
  const StoredTensor& at(const std::string& name, const std::vector<int>& shape) const;

  /// What follows `prefix` in the names of tensors that begin so.
  std::vector<std::string> names_after(const std::string& prefix) const;

  /// Safetensors::identity of the same tensors.
  std::uint64_t identity() const;

 private:
  RegularFile file_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, StoredTensor> tensors_;
};

}  // namespace pairalign::model
