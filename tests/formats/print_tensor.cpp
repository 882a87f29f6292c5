// print_tensor FILE NAME: the shape of a tensor on one line and its values on the next, with all
// the digits of a float, as the library reads them.
#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/file/safetensors.hpp"

int main(int argc, char** argv) {
  using namespace pairalign::model;
  if (argc != 3) return 2;
  const Safetensors file = Safetensors::load(argv[1]);
  const Tensor& tensor = file.tensors.at(argv[2]);
  fmt::print("{}\n{:.9g}\n", fmt::join(tensor.shape, " "), fmt::join(tensor.values, " "));
  return 0;
}
