#include "archive/source_coding.hpp"

#include <cstring>

namespace pairalign::archive {

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
