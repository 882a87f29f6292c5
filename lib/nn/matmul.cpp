#include "nn/matmul.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>

#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "base/error.hpp"
#include "base/multiversion.hpp"
#include "base/stopwatch.hpp"
#include "nn/functions.hpp"

namespace pairalign::nn {
namespace {

using dnnl::memory;

memory::data_type data_type(Precision precision) {
  return precision == Precision::bf16 ? memory::data_type::bf16 : memory::data_type::f32;
}

// Identifies a compiled product.
struct Shape {
  int m, n, k;
  bool transpose_a, transpose_b, packed_b, accumulate;
  Precision precision;

  auto key() const {
    return std::tie(m, n, k, transpose_a, transpose_b, packed_b, accumulate, precision);
  }
  bool operator<(const Shape& other) const { return key() < other.key(); }
};

struct Product {
  dnnl::matmul primitive;
  memory a, b, c;
};

// `transposed`: it lies in memory as cols × rows.
memory::desc describe(int rows, int cols, bool transposed, memory::data_type type) {
  return {{rows, cols}, type, transposed ? memory::format_tag::ba : memory::format_tag::ab};
}

// oneDNN 3 creates a primitive descriptor from memory descriptors, 2 from an operation descriptor.
dnnl::matmul::primitive_desc describe_product(const dnnl::engine& engine, const memory::desc& a,
                                              const memory::desc& b, const memory::desc& c,
                                              const dnnl::primitive_attr& attributes = {}) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, a, b, c, attributes};
#else
  return {dnnl::matmul::desc(a, b, c), attributes, engine};
#endif
}

// The number of rows of a batch varies from call to call. Splitting them into blocks of a multiple
// of 16 rows, at most this many, and a tail below 16 keeps the number of compiled shapes bounded.
constexpr int kMaxRows = 1024;

// The result of a row must not depend on the rows beside it. On x86 it does not; elsewhere oneDNN 2
// takes six rows at a time and rounds those left over differently.
#if defined(__x86_64__)
constexpr bool kAnyBlocks = true;
// Block height of products with a packed matrix: as fast as the tallest blocks, for encoder and
// decoder.
constexpr int kBlockRows = 8;
#else
constexpr bool kAnyBlocks = false;
constexpr int kBlockRows = 6;
#endif

// Parallelism lives above this file (pieces of a batch, files of a list), so each thread computes
// its own products: there are no barriers inside a layer, and the order of summation does not
// depend on the machine.
class Engine {
 public:
  Engine() : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    omp_set_num_threads(1);
    // Products are cached here. oneDNN's own cache would stay locked, and other threads wait for
    // ever, if memory ran out during an insertion.
    dnnl::set_primitive_cache_capacity(0);
  }

  // `packed`: the layout of `b` if it is packed, else null.
  void run(const Shape& shape, const void* a, const void* b, float* c,
           const memory::desc* packed = nullptr) {
    auto found = products_.find(shape);
    if (found == products_.end()) found = products_.emplace(shape, create(shape, packed)).first;
    Product& product = found->second;
    product.a.set_data_handle(const_cast<void*>(a));
    product.b.set_data_handle(const_cast<void*>(b));
    product.c.set_data_handle(c);
    // Through the C interface: the C++ one allocates a map per call, and a token takes twenty
    // calls.
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, product.a.get()},
                                         {DNNL_ARG_WEIGHTS, product.b.get()},
                                         {DNNL_ARG_DST, product.c.get()}};
    dnnl::error::wrap_c_api(
        dnnl_primitive_execute(product.primitive.get(), stream_.get(), 3, arguments),
        "matrix product");
  }

  // The layout that oneDNN prefers for the right operand, k × n, of a product with many rows.
  memory::desc packed(int k, int n, Precision precision) const {
    const auto type = data_type(precision);
    return describe_product(engine_, describe(kMaxRows, k, false, type),
                            {{k, n}, type, memory::format_tag::any},
                            describe(kMaxRows, n, false, memory::data_type::f32))
        .weights_desc();
  }

  void pack(const float* x, int rows, int cols, const memory::desc& layout, void* data) {
    memory plain(describe(rows, cols, false, memory::data_type::f32), engine_,
                 const_cast<float*>(x));
    memory packed(layout, engine_, data);
    dnnl::reorder(plain, packed).execute(stream_, plain, packed);
    stream_.wait();
  }

 private:
  Product create(const Shape& s, const memory::desc* packed) const {
    const auto type = data_type(s.precision);
    const auto a = describe(s.m, s.k, s.transpose_a, type);
    const auto b = packed != nullptr ? *packed : describe(s.k, s.n, s.transpose_b, type);
    const auto c = describe(s.m, s.n, false, memory::data_type::f32);
    dnnl::primitive_attr attributes;
    if (s.accumulate) {
      dnnl::post_ops sum;
      sum.append_sum(1.0F);
      attributes.set_post_ops(sum);
    }
    const auto descriptor = describe_product(engine_, a, b, c, attributes);
    return {dnnl::matmul(descriptor), memory(a, engine_, DNNL_MEMORY_NONE),
            memory(b, engine_, DNNL_MEMORY_NONE), memory(c, engine_, DNNL_MEMORY_NONE)};
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  std::map<Shape, Product> products_;
};

Engine& engine() {
  thread_local Engine instance;
  return instance;
}

int next_block(int rows) {
  if (rows >= kMaxRows) return kMaxRows;
  return rows >= 16 ? rows / 16 * 16 : rows;
}

std::size_t row_bytes(Precision precision, int values) {
  return static_cast<std::size_t>(values) *
         (precision == Precision::bf16 ? sizeof(std::uint16_t) : sizeof(float));
}

const void* advance(const Operand& x, int row) {
  return static_cast<const char*>(x.data()) +
         static_cast<std::size_t>(row) * row_bytes(x.precision(), x.cols());
}

// Calls run(rows of a, rows of c) for blocks of kBlockRows, the last one padded.
template <class Run>
void run_blocks(const Operand& a, int columns, float* c, const Run& run) {
  int row = 0;
  for (; row + kBlockRows <= a.rows(); row += kBlockRows)
    run(advance(a, row), c + area(row, columns));
  const int left = a.rows() - row;
  if (left == 0) return;
  thread_local std::vector<char> block;
  thread_local std::vector<float> out;
  const std::size_t stride = row_bytes(a.precision(), a.cols());
  block.assign(kBlockRows * stride, 0);
  std::memcpy(block.data(), advance(a, row), static_cast<std::size_t>(left) * stride);
  out.resize(area(kBlockRows, columns));
  run(block.data(), out.data());
  std::copy_n(out.data(), area(left, columns), c + area(row, columns));
}

}  // namespace

Precision fastest_precision() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bf16") != 0) return Precision::bf16;
#endif
  return Precision::f32;
}

Precision parse_precision(const std::string& name) {
  if (name == "auto") return fastest_precision();
  if (name == "f32") return Precision::f32;
  if (name != "bf16") throw Error("", "no precision '" + name + "'; there are: auto, f32, bf16");
  if (fastest_precision() != Precision::bf16) {
    throw Error("", "this processor has no bf16 products; try f32");
  }
  return Precision::bf16;
}

PAIRALIGN_MULTIVERSION
void to_bf16(const float* x, std::size_t n, std::uint16_t* out) {
  for (std::size_t i = 0; i < n; ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, x + i, sizeof bits);
    const std::uint32_t rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
    // A NaN whose payload is only in the low bits must not become an infinity.
    const bool nan = (bits & 0x7fffffffU) > 0x7f800000U;
    out[i] = static_cast<std::uint16_t>(nan ? (bits >> 16) | 0x40U : rounded);
  }
}

void Operand::assign(const float* x, int rows, int cols, Precision precision) {
  rows_ = rows;
  cols_ = cols;
  precision_ = precision;
  data_ = x;
  if (precision == Precision::f32) return;
  const std::size_t n = area(rows, cols);
  if (rounded_.size() < n) rounded_.resize(n);
  to_bf16(x, n, rounded_.data());
  data_ = rounded_.data();
}

void matmul(const Operand& a, Transpose transpose_a, const Operand& b, Transpose transpose_b,
            float* c, bool accumulate) {
  const bool ta = transpose_a == Transpose::yes, tb = transpose_b == Transpose::yes;
  const int m = ta ? a.cols() : a.rows();
  const int k = ta ? a.rows() : a.cols();
  const int n = tb ? b.rows() : b.cols();
  if (k != (tb ? b.cols() : b.rows()) || a.precision() != b.precision()) {
    throw Error("matmul", "operands do not fit");
  }
  Shape shape{m, n, k, ta, tb, false, accumulate, a.precision()};
  if (ta && !tb) {
    // A sum over the rows of a batch (a weight gradient): blocks of rows are accumulated.
    if (k == 0 && !accumulate) std::fill_n(c, area(m, n), 0.0F);
    for (int row = 0; row < k; row += shape.k) {
      shape.k = next_block(k - row);
      engine().run(shape, advance(a, row), advance(b, row), c);
      shape.accumulate = true;
    }
    return;
  }
  if (ta) throw Error("matmul", "a product of two transposed operands is not supported");
  if (!kAnyBlocks && !accumulate) {
    shape.m = kBlockRows;
    run_blocks(a, n, c,
               [&](const void* block, float* out) { engine().run(shape, block, b.data(), out); });
    return;
  }
  for (int row = 0; row < m; row += shape.m) {
    shape.m = next_block(m - row);
    engine().run(shape, advance(a, row), b.data(), c + area(row, n));
  }
}

struct PackedMatrix::Layout {
  memory::desc description;
};

PackedMatrix::PackedMatrix(int rows, int cols, Precision precision)
    : rows_(rows),
      cols_(cols),
      precision_(precision),
      layout_(std::make_unique<Layout>(Layout{engine().packed(rows, cols, precision)})) {}

PackedMatrix::~PackedMatrix() = default;
PackedMatrix::PackedMatrix(PackedMatrix&&) noexcept = default;

std::size_t PackedMatrix::bytes() const {
  return layout_->description.get_size();
}

void PackedMatrix::pack(const float* x, void* data) {
  engine().pack(x, rows_, cols_, layout_->description, data);
  data_ = data;
}

// All blocks have the same height, the last one padded: the result of a row cannot depend on the
// number of rows, so strings are the same however many recordings are decoded together.
void matmul(const Operand& a, const PackedMatrix& b, float* c) {
  if (a.cols() != b.rows() || a.precision() != b.precision()) {
    throw Error("matmul", "operands do not fit");
  }
  const int n = b.cols();
  const Shape shape{kBlockRows, n, a.cols(), false, false, true, false, a.precision()};
  run_blocks(a, n, c, [&](const void* block, float* out) {
    engine().run(shape, block, b.data(), out, &b.layout_->description);
  });
}

double measure_matmul_rate(Precision precision, int m, int n, int k, double seconds) {
  std::vector<float> x(area(m, k), 0.5F), w(area(k, n), 0.25F), y(area(m, n));
  Operand a, b;
  a.assign(x.data(), m, k, precision);
  b.assign(w.data(), k, n, precision);
  matmul(a, Transpose::no, b, Transpose::no, y.data());  // compiles the primitive
  const Stopwatch watch;
  double elapsed = 0;
  std::int64_t calls = 0;
  while (elapsed < seconds) {
    matmul(a, Transpose::no, b, Transpose::no, y.data());
    ++calls;
    elapsed = watch.seconds();
  }
  return 2.0 * m * n * k * static_cast<double>(calls) / elapsed;
}

}  // namespace pairalign::nn
