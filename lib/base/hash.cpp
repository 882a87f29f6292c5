#include "base/hash.hpp"

#include <new>

#include <fmt/format.h>
#include <xxhash.h>

namespace pairalign {

std::uint64_t hash64(const void* data, std::size_t size) {
  return XXH3_64bits(data, size);
}

Hasher::Hasher() : state_(XXH3_createState(), [](XXH3_state_s* state) { XXH3_freeState(state); }) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH3_64bits_reset(state_.get());
}

void Hasher::update(const void* data, std::size_t size) {
  XXH3_64bits_update(state_.get(), data, size);
}

std::uint64_t Hasher::digest() const {
  return XXH3_64bits_digest(state_.get());
}

std::string hex64(std::uint64_t value) {
  return fmt::format("{:016x}", value);
}

}  // namespace pairalign
