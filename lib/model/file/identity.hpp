// The identity of a model: a hash of its tensors and of the part of its configuration that strings
// depend on. Older files have no `identity` in their configuration; they keep their old identity,
// of the tensors alone, so that it still matches archives of their strings.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace pairalign::model {

/// Key of the configuration, a JSON text, in a model file's metadata.
constexpr const char* kConfigKey = "pairalign";

/// The `identity` written into configurations now.
constexpr int kIdentityVersion = 2;

/// 16 hexadecimal digits, from Safetensors::identity and the file's configuration, or from the
/// tensors alone if the configuration has no `identity`.
std::string identity_of(std::uint64_t tensors, const nlohmann::json& config);

}  // namespace pairalign::model
