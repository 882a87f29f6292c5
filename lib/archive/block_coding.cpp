#include "archive/block_coding.hpp"

#include <algorithm>
#include <cstring>

namespace pairalign::archive {

void append_key(std::string_view previous, std::string_view key, std::string& bytes) {
  const std::size_t limit = std::min(previous.size(), key.size());
  const auto differ = std::mismatch(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(limit),
                                    previous.begin());
  const auto shared = static_cast<std::size_t>(differ.first - key.begin());
  append_varint(shared, bytes);
  append_varint(key.size() - shared, bytes);
  bytes.append(key.substr(shared));
}

bool next_key(ByteReader& bytes, std::string& key) {
  const std::uint64_t shared = bytes.varint();
  const std::uint64_t rest = bytes.varint();
  const unsigned char* text = bytes.bytes(rest);
  if (!bytes.ok() || shared > key.size()) return false;
  key.resize(static_cast<std::size_t>(shared));
  key.append(reinterpret_cast<const char*>(text), static_cast<std::size_t>(rest));
  return true;
}

void append_source(const Source& previous, const Source& source, std::string& bytes) {
  append_varint(zigzag(source.size - previous.size), bytes);
  const auto mtime = static_cast<std::uint64_t>(source.mtime_ns);
  append_varint(zigzag(mtime - static_cast<std::uint64_t>(previous.mtime_ns)), bytes);
  bytes.append(reinterpret_cast<const char*>(&source.hash), sizeof source.hash);
}

void next_source(ByteReader& bytes, Source& source) {
  source.size += unzigzag(bytes.varint());
  const auto mtime = static_cast<std::uint64_t>(source.mtime_ns);
  source.mtime_ns = static_cast<std::int64_t>(mtime + unzigzag(bytes.varint()));
  const unsigned char* hash = bytes.bytes(sizeof source.hash);
  if (hash != nullptr) std::memcpy(&source.hash, hash, sizeof source.hash);
}

}  // namespace pairalign::archive
