#include "model/safetensors.hpp"

#include <cstdint>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/json_number.hpp"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "safetensors are little-endian");

namespace pairalign::model {
namespace {

using nlohmann::json;

constexpr const char* name_of(DType dtype) {
  return dtype == DType::f32 ? "F32" : "I8";
}

constexpr std::size_t size_of(DType dtype) {
  return dtype == DType::f32 ? sizeof(float) : sizeof(std::int8_t);
}

Tensor read_tensor(const std::string& name, const json& entry, const unsigned char* data,
                   std::size_t size) {
  Tensor tensor;
  const auto dtype = entry.at("dtype").get<std::string>();
  if (dtype == name_of(DType::i8)) {
    tensor.dtype = DType::i8;
  } else if (dtype != name_of(DType::f32)) {
    throw Error("", fmt::format("tensor {}: dtype is neither F32 nor I8", name));
  }
  std::size_t count = 1;
  for (const json& dimension : entry.at("shape")) {
    const auto d = whole_number<std::int64_t>(dimension);
    if (d < 0 || d > INT32_MAX || (d > 0 && count > size / static_cast<std::size_t>(d))) {
      throw Error("", fmt::format("tensor {}: shape exceeds the file", name));
    }
    tensor.shape.push_back(static_cast<int>(d));
    count *= static_cast<std::size_t>(d);
  }
  const json& offsets = entry.at("data_offsets");
  const auto begin = whole_number<std::uint64_t>(offsets.at(0));
  const auto end = whole_number<std::uint64_t>(offsets.at(1));
  if (begin > end || end > size || end - begin != count * size_of(tensor.dtype)) {
    throw Error("", fmt::format("tensor {}: offsets do not fit the shape or the file", name));
  }
  // Ranges, not a resize before a copy: the zeros would cost as much as the values.
  if (tensor.dtype == DType::i8) {
    const auto* bytes = reinterpret_cast<const std::int8_t*>(data + begin);
    tensor.values.assign(bytes, bytes + count);
  } else if (reinterpret_cast<std::uintptr_t>(data + begin) % alignof(float) == 0) {
    const auto* floats = reinterpret_cast<const float*>(data + begin);
    tensor.values.assign(floats, floats + count);
  } else {
    tensor.values.resize(count);
    std::memcpy(tensor.values.data(), data + begin, count * sizeof(float));
  }
  return tensor;
}

void append_values(const Tensor& tensor, std::string& bytes) {
  if (tensor.dtype == DType::i8) {
    for (const float value : tensor.values)
      bytes.push_back(static_cast<char>(static_cast<std::int8_t>(value)));
  } else {
    bytes.append(reinterpret_cast<const char*>(tensor.values.data()),
                 tensor.values.size() * sizeof(float));
  }
}

}  // namespace

Safetensors Safetensors::load(const std::string& path) {
  const MappedFile file(path);
  std::uint64_t header_size = 0;
  if (file.size() < sizeof header_size) throw Error(path, "not a safetensors file: too short");
  std::memcpy(&header_size, file.data(), sizeof header_size);
  if (header_size > file.size() - sizeof header_size) {
    throw Error(path, "not a safetensors file, or cut short: the header exceeds the file");
  }
  const char* text = reinterpret_cast<const char*>(file.data()) + sizeof header_size;
  const unsigned char* data = file.data() + sizeof header_size + header_size;
  const std::size_t data_size = file.size() - sizeof header_size - header_size;
  Safetensors result;
  try {
    const json header = json::parse(text, text + header_size);
    if (!header.is_object()) throw Error("", "malformed safetensors header: not an object");
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") {
        result.metadata = entry.get<std::map<std::string, std::string>>();
      } else {
        result.tensors[name] = read_tensor(name, entry, data, data_size);
      }
    }
  } catch (const json::exception& error) {
    throw Error(path, std::string("malformed safetensors header: ") + error.what());
  } catch (const Error& error) {
    throw Error(path, error.reason());
  }
  return result;
}

void Safetensors::save(const std::string& path) const {
  json header = json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::vector<const Tensor*> order;
  std::size_t offset = 0;
  for (const DType dtype : {DType::f32, DType::i8}) {
    for (const auto& [name, tensor] : tensors) {
      if (tensor.dtype != dtype) continue;
      const std::size_t size = tensor.values.size() * size_of(dtype);
      header[name] = {{"dtype", name_of(dtype)},
                      {"shape", tensor.shape},
                      {"data_offsets", {offset, offset + size}}};
      offset += size;
      order.push_back(&tensor);
    }
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // tensors start 8-byte aligned, as the format asks
  const std::uint64_t header_size = text.size();
  std::string bytes(reinterpret_cast<const char*>(&header_size), sizeof header_size);
  bytes.reserve(sizeof header_size + text.size() + offset);
  bytes += text;
  for (const Tensor* tensor : order)
    append_values(*tensor, bytes);
  replace_file(path, bytes);
}

const std::vector<float>& Safetensors::at(const std::string& name,
                                          const std::vector<int>& shape) const {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw Error(name, "tensor is missing");
  if (found->second.shape != shape) {
    throw Error(name, fmt::format("tensor has shape [{}], not [{}]",
                                  fmt::join(found->second.shape, ", "), fmt::join(shape, ", ")));
  }
  return found->second.values;
}

std::uint64_t Safetensors::identity() const {
  Hasher hasher;
  for (const auto& [name, tensor] : tensors) {
    const std::string label = fmt::format("{} [{}]\n", name, fmt::join(tensor.shape, ","));
    hasher.update(label.data(), label.size());
    hasher.update(tensor.values.data(), tensor.values.size() * sizeof(float));
  }
  return hasher.digest();
}

}  // namespace pairalign::model
