// The safetensors container (huggingface.co/docs/safetensors): models and checkpoints, readable
// from Python. Byte layout: u64 little-endian length N of the header; N bytes of JSON
//   {"__metadata__": {string: string, …}, "name": {"dtype": "F32", "shape": […],
//    "data_offsets": [begin, end]}, …}
// and the data, with offsets counted from its first byte. Only F32, U16 and I8 tensors are
// supported; they are written in this order, so that each starts at a multiple of its element size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/file.hpp"

namespace pairalign::model {

/// How the values of a tensor are stored.
enum class DType { f32, u16, i8 };

struct Tensor {
  std::vector<int> shape;
  /// Row-major, product of `shape` values; integers from 0 to 65,535 for U16, from −128 to 127 for
  /// I8.
  std::vector<float> values;
  DType dtype = DType::f32;
};

/// Tensors whose names begin with this are not part of a model's identity; see substitution.hpp.
inline constexpr const char* kChancePrefix = "chance.";

/// Tensors in memory, to be written or modified.
struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;

  /// Reads a whole file. Throws like `SafetensorsFile`.
  static Safetensors load(const std::string& path);
  /// Replaces the file atomically.
  void save(const std::string& path) const;

  /// XXH3 over names, shapes and values, in the order of names: see identity_of.
  std::uint64_t identity() const;
};

/// A tensor in a file.
struct StoredTensor {
  std::vector<int> shape;
  DType dtype = DType::f32;
  std::size_t size = 0;  ///< number of values
  const RegularFile* file = nullptr;
  std::uint64_t offset = 0;  ///< in the file

  /// Reads `count` values from `begin` on: `read` as they are stored, `copy` as floats. Throw
  /// Error("", reason) if reading fails.
  void read(std::size_t begin, std::size_t count, void* out) const;
  void copy(std::size_t begin, std::size_t count, float* out) const;
  std::vector<float> values() const;
};

/// A file open for reading. Only what is asked for is read, as reading takes most of the time of
/// loading a model.
class SafetensorsFile {
 public:
  /// Throws Error(path, reason), naming the field: too short, a header longer than the file,
  /// malformed JSON, an unsupported dtype, offsets that do not fit the shape or the file.
  explicit SafetensorsFile(const std::string& path);
  SafetensorsFile(const SafetensorsFile&) = delete;
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;

  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  /// The tensors read through this object and must not outlive it.
  const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }
  /// The tensor, of exactly this shape. Throws Error(name, reason).
  const StoredTensor& at(const std::string& name, const std::vector<int>& shape) const;

  /// What follows `prefix` in the names of tensors that begin with it.
  std::vector<std::string> names_after(const std::string& prefix) const;

  /// Safetensors::identity of the same tensors.
  std::uint64_t identity() const;

 private:
  RegularFile file_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, StoredTensor> tensors_;
};

/// Key of a model's configuration, a JSON text, in the metadata.
inline constexpr const char* kConfigKey = "pairalign";

/// The `identity` written into configurations now.
inline constexpr int kIdentityVersion = 2;

/// The identity of a model, 16 hexadecimal digits: a hash of its tensors (Safetensors::identity)
/// and of the part of its configuration that strings depend on. Older files have no `identity` in
/// their configuration; they keep their old identity, of the tensors alone, so that it still
/// matches archives of their strings.
std::string identity_of(std::uint64_t tensors, const nlohmann::json& config);

}  // namespace pairalign::model
