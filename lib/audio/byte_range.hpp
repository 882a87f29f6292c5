// Random access to the bytes of a file or a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include <sys/types.h>

namespace pairalign::audio {

/// The file or stream that a ByteRange is a part of.
class ByteStore {
 public:
  virtual ~ByteStore() = default;
  /// Of a stream: waits for its end. Negative when reading fails: then `errno` is set.
  virtual std::int64_t size() = 0;
  /// Reads up to `count` bytes from `offset` on; of a stream those that have arrived, at least one
  /// before its end. Negative when reading fails: then `errno` is set.
  virtual std::int64_t read(std::int64_t offset, void* out, std::int64_t count) = 0;
  /// Whether bytes arrive over time, and the end is not known before it is reached.
  virtual bool is_stream() const = 0;
  /// Bytes before `offset` will not be read again.
  virtual void forget_before(std::int64_t offset) = 0;
  /// A regular file that holds all of the bytes, from this offset on.
  struct File {
    int fd = -1;
    std::int64_t offset = 0;
  };
  virtual File file() = 0;
};

/// The bytes [start, end) of a store. Copies share the store.
class ByteRange {
 public:
  /// From the position of `fd`, which is duplicated, to the end of a file that has `end` bytes. The
  /// position is not changed. Throws Error(name, reason) when the descriptor cannot be duplicated.
  static ByteRange of_file(int fd, std::int64_t start, std::int64_t end, const std::string& name);
  /// What arrives through a pipe, whose descriptor is duplicated; kept in a TemporaryFile, since
  /// some readers seek back.
  static ByteRange of_stream(int fd, const std::string& name);
  /// Likewise for a function that is called like read(2).
  using Pull = std::function<ssize_t(void* out, std::size_t size)>;
  static ByteRange of_stream(Pull pull, const std::string& name);

  /// Waits for the end of a stream. Throws Error(name, reason) when that cannot be read.
  std::int64_t size() const;
  /// Reads up to `count` bytes from `offset` on, fewer only at the end of the range or of a file
  /// that was cut meanwhile; returns how many. Negative when reading fails: then `errno` is set.
  std::int64_t read(std::int64_t offset, void* out, std::int64_t count) const;
  /// Likewise, but does not wait for more than the first byte.
  std::int64_t read_some(std::int64_t offset, void* out, std::int64_t count) const;

  bool is_stream() const { return store_->is_stream(); }
  void forget_before(std::int64_t offset) const { store_->forget_before(start_ + offset); }
  /// A regular file that holds these bytes from `offset` on; waits for the end of a stream.
  ByteStore::File file() const;

  /// The part from `begin` on, `length` bytes or all that is left.
  ByteRange part(std::int64_t begin, std::int64_t length = kToTheEnd) const;

  static constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int64_t>::max();

 private:
  ByteRange(std::shared_ptr<ByteStore> store, std::int64_t start, std::int64_t end,
            std::string name);

  std::shared_ptr<ByteStore> store_;
  std::int64_t start_, end_;  // end_: kToTheEnd means the end of the store
  std::string name_;
};

}  // namespace pairalign::audio
