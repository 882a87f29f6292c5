#include "model/file/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "safetensors are little-endian");

namespace pairalign::model {
namespace {

using nlohmann::json;

// In the order in which tensors are written.
constexpr DType kTypes[] = {DType::f32, DType::u16, DType::i8};

constexpr const char* name_of(DType dtype) {
  return dtype == DType::f32 ? "F32" : dtype == DType::u16 ? "U16" : "I8";
}

// Calls `work` with a value of the type that `dtype` stands for.
template <class Work>
auto with_type(DType dtype, const Work& work) {
  switch (dtype) {
    case DType::u16:
      return work(std::uint16_t{});
    case DType::i8:
      return work(std::int8_t{});
    case DType::f32:
      break;
  }
  return work(float{});
}

std::size_t size_of(DType dtype) {
  return with_type(dtype, [](auto value) { return sizeof value; });
}

// `size`: bytes after the header.
StoredTensor find_tensor(const std::string& name, const json& entry, std::size_t size) {
  StoredTensor tensor;
  const auto dtype = entry.at("dtype").get<std::string>();
  const auto* const type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                        [&](DType known) { return dtype == name_of(known); });
  if (type == std::end(kTypes)) {
    throw Error("", fmt::format("tensor {}: dtype is none of F32, U16 and I8", name));
  }
  tensor.dtype = *type;
  tensor.size = 1;
  for (const json& dimension : entry.at("shape")) {
    const auto d = whole_number<std::int64_t>(dimension);
    if (d < 0 || d > INT32_MAX || (d > 0 && tensor.size > size / static_cast<std::size_t>(d))) {
      throw Error("", fmt::format("tensor {}: shape exceeds the file", name));
    }
    tensor.shape.push_back(static_cast<int>(d));
    tensor.size *= static_cast<std::size_t>(d);
  }
  const json& offsets = entry.at("data_offsets");
  const auto begin = whole_number<std::uint64_t>(offsets.at(0));
  const auto end = whole_number<std::uint64_t>(offsets.at(1));
  if (begin > end || end > size || end - begin != tensor.size * size_of(tensor.dtype)) {
    throw Error("", fmt::format("tensor {}: offsets do not fit the shape or the file", name));
  }
  tensor.offset = begin;
  return tensor;
}

// `update` adds the values of a tensor, as floats.
template <class Tensors, class Update>
std::uint64_t hash_tensors(const Tensors& tensors, const Update& update) {
  Hasher hasher;
  for (const auto& [name, tensor] : tensors) {
    if (name.compare(0, std::strlen(kChancePrefix), kChancePrefix) == 0) continue;
    const std::string label = fmt::format("{} [{}]\n", name, fmt::join(tensor.shape, ","));
    hasher.update(label.data(), label.size());
    update(tensor, hasher);
  }
  return hasher.digest();
}

}  // namespace

void StoredTensor::read(std::size_t begin, std::size_t count, void* out) const {
  file->read(offset + begin * size_of(dtype), out, count * size_of(dtype));
}

void StoredTensor::copy(std::size_t begin, std::size_t count, float* out) const {
  if (dtype == DType::f32) {
    read(begin, count, out);
    return;
  }
  with_type(dtype, [&](auto type) {
    std::vector<decltype(type)> values(count);
    read(begin, count, values.data());
    std::copy(values.begin(), values.end(), out);
  });
}

std::vector<float> StoredTensor::values() const {
  std::vector<float> result(size);
  copy(0, size, result.data());
  return result;
}

SafetensorsFile::SafetensorsFile(const std::string& path) : file_(path) {
  std::uint64_t header_size = 0;
  if (file_.size() < sizeof header_size) throw Error(path, "not a safetensors file: too short");
  try {
    file_.read(0, &header_size, sizeof header_size);
    const std::size_t room = file_.size() - sizeof header_size;
    if (header_size > room) {
      throw Error("", "not a safetensors file, or cut short: the header exceeds the file");
    }
    std::string text(header_size, '\0');
    file_.read(sizeof header_size, text.data(), text.size());
    const json header = parse_json<json>(text);
    if (!header.is_object()) throw Error("", "malformed safetensors header: not an object");
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") {
        metadata_ = entry.get<std::map<std::string, std::string>>();
      } else {
        StoredTensor tensor = find_tensor(name, entry, room - header_size);
        tensor.file = &file_;
        tensor.offset += sizeof header_size + header_size;
        tensors_[name] = std::move(tensor);
      }
    }
  } catch (const json::exception& error) {
    throw Error(path, "malformed safetensors header: " + json_fault(error));
  } catch (const Error& error) {
    throw Error(path, error.reason());
  }
}

const StoredTensor& SafetensorsFile::at(const std::string& name,
                                        const std::vector<int>& shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw Error(name, "tensor is missing");
  if (found->second.shape != shape) {
    throw Error(name, fmt::format("tensor has shape [{}], not [{}]",
                                  fmt::join(found->second.shape, ", "), fmt::join(shape, ", ")));
  }
  return found->second;
}

std::vector<std::string> SafetensorsFile::names_after(const std::string& prefix) const {
  std::vector<std::string> names;
  for (auto entry = tensors_.lower_bound(prefix);
       entry != tensors_.end() && entry->first.compare(0, prefix.size(), prefix) == 0; ++entry)
    names.push_back(entry->first.substr(prefix.size()));
  return names;
}

std::uint64_t SafetensorsFile::identity() const {
  return hash_tensors(tensors_, [](const StoredTensor& tensor, Hasher& hasher) {
    std::array<float, 1 << 14> values;
    for (std::size_t begin = 0; begin < tensor.size; begin += values.size()) {
      const std::size_t count = std::min(values.size(), tensor.size - begin);
      tensor.copy(begin, count, values.data());
      hasher.update(values.data(), count * sizeof(float));
    }
  });
}

std::string identity_of(std::uint64_t tensors, const nlohmann::json& config) {
  if (!config.is_object() || config.value("identity", 1) < kIdentityVersion) return hex64(tensors);
  std::string text = hex64(tensors);
  for (const char* part :
       {"encoder", "features", "decoder", "dpvq_rate_curve", "pairalign_rate_curve"}) {
    if (config.contains(part)) text += "\n" + config.at(part).dump();
  }
  return hex64(hash64(text.data(), text.size()));
}

Safetensors Safetensors::load(const std::string& path) {
  const SafetensorsFile file(path);
  Safetensors result;
  result.metadata = file.metadata();
  for (const auto& [name, tensor] : file.tensors()) {
    result.tensors[name] = {tensor.shape, tensor.values(), tensor.dtype};
  }
  return result;
}

void Safetensors::save(const std::string& path) const {
  json header = json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::string data;
  for (const DType dtype : kTypes) {
    for (const auto& [name, tensor] : tensors) {
      if (tensor.dtype != dtype) continue;
      const std::size_t begin = data.size();
      with_type(dtype, [&, &values = tensor.values](auto type) {
        const std::vector<decltype(type)> stored(values.begin(), values.end());
        data.append(reinterpret_cast<const char*>(stored.data()), stored.size() * sizeof type);
      });
      header[name] = {{"dtype", name_of(dtype)},
                      {"shape", tensor.shape},
                      {"data_offsets", {begin, data.size()}}};
    }
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the format requires tensors to be 8-byte aligned
  const std::uint64_t size = text.size();
  const std::string_view pieces[] = {
      {reinterpret_cast<const char*>(&size), sizeof size}, text, data};
  replace_file(path, pieces);
}

std::uint64_t Safetensors::identity() const {
  return hash_tensors(tensors, [](const Tensor& tensor, Hasher& hasher) {
    hasher.update(tensor.values.data(), tensor.values.size() * sizeof(float));
  });
}

}  // namespace pairalign::model
