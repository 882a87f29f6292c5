// Matrices of floats in a file that NumPy opens.
#pragma once

#include <cstdint>
#include <string>

#include "base/descriptor.hpp"
#include "base/span.hpp"

namespace pairalign::model {

/// Writes rows as they come, in NumPy's format 1.0 (little-endian float32, C order), to a temporary
/// file beside `path`, which takes that name when all is there: what is under `path` is whole.
class NpyFile {
 public:
  /// Throws Error(path, reason).
  NpyFile(std::string path, std::size_t columns);
  /// Without `finish`, nothing is left behind.
  ~NpyFile();
  NpyFile(const NpyFile&) = delete;
  NpyFile& operator=(const NpyFile&) = delete;

  /// Whole rows.
  void append(Span<const float> values);
  std::int64_t rows() const { return rows_; }
  void finish();

 private:
  std::string path_, temporary_;
  Descriptor fd_;
  std::size_t columns_;
  std::int64_t rows_ = 0;
};

}  // namespace pairalign::model
