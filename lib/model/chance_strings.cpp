#include "model/chance_strings.hpp"

#include <cstring>

#include "base/error.hpp"

namespace pairalign::model {

void store(const ChanceStrings& strings, Safetensors& file) {
  for (const auto& [tokenizer, tokens] : strings) {
    file.tensors[kChancePrefix + tokenizer] = {
        {static_cast<int>(tokens.size())}, {tokens.begin(), tokens.end()}, DType::u16};
  }
}

ChanceStrings load_chance_strings(const SafetensorsFile& file) {
  const std::string prefix = kChancePrefix;
  ChanceStrings strings;
  for (auto entry = file.tensors().lower_bound(prefix);
       entry != file.tensors().end() && entry->first.compare(0, prefix.size(), prefix) == 0;
       ++entry) {
    const auto& [name, tensor] = *entry;
    if (tensor.dtype != DType::u16) throw Error(name, "dtype is not U16");
    if (tensor.shape.size() != 1) throw Error(name, "not of one dimension");
    std::vector<tokens::Token>& tokens = strings[name.substr(prefix.size())];
    tokens.resize(tensor.size);
    if (!tokens.empty())
      std::memcpy(tokens.data(), tensor.data, tensor.size * sizeof(tokens::Token));
  }
  return strings;
}

}  // namespace pairalign::model
