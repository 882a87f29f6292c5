// Matrix products through oneDNN, which is used nowhere else in this library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pairalign::nn {

/// Number format of the operands of matrix products. All else, sums included, is f32.
enum class Precision { f32, bf16 };

/// bf16 if this processor has bf16 products in hardware, else f32.
Precision fastest_precision();
/// "auto" (the fastest), "f32" or "bf16". Throws Error("", reason) for other names, and for bf16 on
/// a processor without it.
Precision parse_precision(const std::string& name);

/// A row-major operand of a matrix product: in f32 a view of the caller's floats (which must
/// outlive it), in bf16 a rounded copy in a buffer that the next `assign` reuses.
class Operand {
 public:
  /// `x`: rows × cols.
  void assign(const float* x, int rows, int cols, Precision precision);

  int rows() const { return rows_; }
  int cols() const { return cols_; }
  Precision precision() const { return precision_; }
  const void* data() const { return data_; }

 private:
  int rows_ = 0, cols_ = 0;
  Precision precision_ = Precision::f32;
  const void* data_ = nullptr;
  std::vector<std::uint16_t> rounded_;
};

/// The right operand of many products: converted and reordered once, into caller-owned memory, so
/// that many matrices can share one allocation. Immutable once packed, so threads may share it.
class PackedMatrix {
 public:
  /// Required alignment of `data`, bytes.
  static constexpr std::size_t kAlignment = 64;

  PackedMatrix(int rows, int cols, Precision precision);
  ~PackedMatrix();
  PackedMatrix(PackedMatrix&&) noexcept;

  int rows() const { return rows_; }
  int cols() const { return cols_; }
  Precision precision() const { return precision_; }
  /// Size of the packed matrix.
  std::size_t bytes() const;
  /// `x`: rows × cols, row-major, not kept; `data`: `bytes()` bytes that must outlive this.
  void pack(const float* x, void* data);
  /// Null before `pack`.
  const void* data() const { return data_; }

 private:
  friend void matmul(const Operand& a, const PackedMatrix& b, float* c);

  struct Layout;
  int rows_, cols_;
  Precision precision_;
  std::unique_ptr<Layout> layout_;
  const void* data_ = nullptr;
};

enum class Transpose { no, yes };

/// c = op(a) · op(b), or c += …; c: M × N. Both operands must have the same precision. Runs on the
/// calling thread only; primitives are created once per shape and thread.
void matmul(const Operand& a, Transpose transpose_a, const Operand& b, Transpose transpose_b,
            float* c, bool accumulate = false);

/// c = a · b; c: M × N.
void matmul(const Operand& a, const PackedMatrix& b, float* c);

/// The rate of an (m × k) · (k × n) product on this thread, FLOP/s, measured over about `seconds`:
/// the reference against which training and tokenising are measured.
double measure_matmul_rate(Precision precision, int m, int n, int k, double seconds);

/// Round-to-nearest-even conversion, `n` values.
void to_bf16(const float* x, std::size_t n, std::uint16_t* out);

}  // namespace pairalign::nn
