// XXH3-64: the checksum of files and the identity of models and contents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

struct XXH3_state_s;

namespace pairalign {

std::uint64_t hash64(const void* data, std::size_t size);

/// The same hash over bytes that arrive in pieces.
class Hasher {
 public:
  Hasher();

  void update(const void* data, std::size_t size);
  std::uint64_t digest() const;

 private:
  std::unique_ptr<XXH3_state_s, void (*)(XXH3_state_s*)> state_;
};

/// 16 lower-case hexadecimal digits.
std::string hex64(std::uint64_t value);

}  // namespace pairalign
