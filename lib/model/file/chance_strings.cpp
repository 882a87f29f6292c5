#include "model/file/chance_strings.hpp"

#include "base/error.hpp"

namespace pairalign::model {

void store(const ChanceStrings& strings, Safetensors& file) {
  for (const auto& [tokenizer, tokens] : strings) {
    file.tensors[kChancePrefix + tokenizer] = {
        {static_cast<int>(tokens.size())}, {tokens.begin(), tokens.end()}, DType::u16};
  }
}

ChanceStrings load_chance_strings(const SafetensorsFile& file, const std::string& only) {
  ChanceStrings strings;
  for (const std::string& tokenizer : file.names_after(kChancePrefix)) {
    if (!only.empty() && tokenizer != only) continue;
    const std::string name = kChancePrefix + tokenizer;
    const StoredTensor& tensor = file.tensors().at(name);
    if (tensor.dtype != DType::u16) throw Error(name, "dtype is not U16");
    if (tensor.shape.size() != 1) throw Error(name, "not one-dimensional");
    strings[tokenizer].resize(tensor.size);
    tensor.read(0, tensor.size, strings[tokenizer].data());
  }
  return strings;
}

}  // namespace pairalign::model
