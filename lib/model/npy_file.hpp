// Matrices of floats in NumPy's file format.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.hpp"
#include "base/span.hpp"

namespace pairalign::model {

/// Writes rows as they arrive, in NumPy's format 1.0 (little-endian float32, C order). The file at
/// `path` is never partial: see FileReplacement.
class NpyFile {
 public:
  /// Throws Error(path, reason).
  NpyFile(std::string path, std::size_t columns);

  /// Whole rows.
  void append(Span<const float> values);
  std::int64_t rows() const { return rows_; }
  /// Without this call, no file is left behind.
  void finish();

 private:
  FileReplacement file_;
  std::size_t columns_;
  std::int64_t rows_ = 0;
};

}  // namespace pairalign::model
