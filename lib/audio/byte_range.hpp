// Random access to the bytes of a file or a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace pairalign::audio {

/// The bytes [start, end) of a file or a stream, which copies share. Functions throw Error(name,
/// reason) when it cannot be read.
class ByteRange {
 public:
  /// Of a descriptor, which is duplicated: a file from its position on, which is not changed, or
  /// what arrives through a pipe. Throws Error(name, reason) for a folder.
  static ByteRange of_descriptor(int fd, const std::string& name,
                                 const std::string& scratch = "/tmp");
  /// What a function delivers that is called like read(2); kept in a TemporaryFile in the folder
  /// `scratch`, since some readers seek back.
  using Pull = std::function<ssize_t(void* out, std::size_t size)>;
  static ByteRange of_stream(Pull pull, const std::string& name, const std::string& scratch);

  /// The subject of errors.
  const std::string& name() const;
  /// Waits for the end of a stream.
  std::int64_t size() const;
  /// Reads up to `count` bytes from `offset` on, fewer only at the end of the range or of a file
  /// that was cut meanwhile; returns how many.
  std::int64_t read(std::int64_t offset, void* out, std::int64_t count) const;
  /// Likewise, but does not wait for more than the first byte.
  std::int64_t read_some(std::int64_t offset, void* out, std::int64_t count) const;

  /// Whether bytes arrive over time, and the end is not known before it is reached.
  bool is_stream() const;
  /// Bytes before `offset` will not be read again.
  void forget_before(std::int64_t offset) const;
  /// A regular file that holds these bytes from `offset` on; waits for the end of a stream.
  struct File {
    int fd = -1;
    std::int64_t offset = 0;
  };
  File file() const;

  /// The part from `begin` on, `length` bytes or all that is left.
  ByteRange part(std::int64_t begin, std::int64_t length = kToTheEnd) const;

  static constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int64_t>::max();

 private:
  class Store;
  ByteRange(std::shared_ptr<Store> store, std::int64_t start, std::int64_t end);

  std::shared_ptr<Store> store_;
  std::int64_t start_, end_;  // end_: kToTheEnd means the end of the store
};

/// Integer of `count` bytes, at most 8; the first is the least significant.
inline std::int64_t little_endian(const void* bytes, std::size_t count) {
  std::uint64_t value = 0;
  while (count-- > 0)
    value = value << 8 | static_cast<const unsigned char*>(bytes)[count];
  return static_cast<std::int64_t>(value);
}

/// Likewise; the first is the most significant.
inline std::int64_t big_endian(const void* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value = value << 8 | static_cast<const unsigned char*>(bytes)[i];
  return static_cast<std::int64_t>(value);
}

/// Whether `bytes`, at least as many as `text` has, begin with it.
inline bool begins(const void* bytes, std::string_view text) {
  return std::string_view(static_cast<const char*>(bytes), text.size()) == text;
}

}  // namespace pairalign::audio
