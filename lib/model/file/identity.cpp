#include "model/file/identity.hpp"

#include "base/hash.hpp"

namespace pairalign::model {

std::string identity_of(std::uint64_t tensors, const nlohmann::json& config) {
  if (!config.is_object() || config.value("identity", 1) < kIdentityVersion) return hex64(tensors);
  std::string text = hex64(tensors);
  for (const char* part :
       {"encoder", "features", "decoder", "dpvq_rate_curve", "pairalign_rate_curve"}) {
    if (config.contains(part)) text += "\n" + config.at(part).dump();
  }
  return hex64(hash64(text.data(), text.size()));
}

}  // namespace pairalign::model
