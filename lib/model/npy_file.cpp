#include "model/npy_file.hpp"

#include <utility>

#include <fmt/format.h>

namespace pairalign::model {
namespace {

// Magic, version and length of the header take 10 bytes; the rest has room for any number of rows.
constexpr std::size_t kHeaderBytes = 128;
constexpr std::size_t kPreamble = 10;

std::string header(std::int64_t rows, std::size_t columns) {
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(kHeaderBytes - kPreamble);
  text += '\0';
  text +=
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows, columns);
  text.resize(kHeaderBytes - 1, ' ');
  return text + '\n';
}

}  // namespace

NpyFile::NpyFile(std::string path, std::size_t columns)
    : file_(std::move(path)), columns_(columns) {
  file_.append(header(0, columns_));
}

void NpyFile::append(Span<const float> values) {
  file_.append({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  rows_ += static_cast<std::int64_t>(values.size() / columns_);
}

void NpyFile::finish() {
  file_.overwrite_start(header(rows_, columns_));
  file_.commit();
}

}  // namespace pairalign::model
