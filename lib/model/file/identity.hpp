// What makes a model the one it is: its tensors and the part of its configuration that strings
// depend on. Files of before carry no `identity` in their configuration; they keep the identity
// that they had, of their tensors alone, so that archives of their strings stay theirs.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace pairalign::model {

/// Where a model file's metadata hold its configuration, one JSON text.
constexpr const char* kConfigKey = "pairalign";

/// The `identity` of the configurations that are written now.
constexpr int kIdentityVersion = 2;

/// 16 hexadecimal digits, of Safetensors::identity and the configuration that the file holds, or of
/// the tensors alone where the configuration says nothing of an identity.
std::string identity_of(std::uint64_t tensors, const nlohmann::json& config);

}  // namespace pairalign::model
