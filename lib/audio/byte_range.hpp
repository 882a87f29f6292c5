// Bytes of a file or of a stream, read by their place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include <sys/types.h>

namespace pairalign::audio {

/// What a ByteRange is a part of.
class ByteStore {
 public:
  virtual ~ByteStore() = default;
  /// Of a stream: waits for its end. Negative when reading fails: then `errno` says why.
  virtual std::int64_t size() = 0;
  /// Up to `count` bytes from `offset` on: of a stream as many as have come, but at least one
  /// before its end. Negative when reading fails: then `errno` says why.
  virtual std::int64_t read(std::int64_t offset, void* out, std::int64_t count) = 0;
  /// Whether bytes come as somebody sends them, and the end is not known before it is there.
  virtual bool is_stream() const = 0;
  /// Nobody will ask for bytes before `offset` again.
  virtual void forget_before(std::int64_t offset) = 0;
  /// A descriptor of a regular file that holds all of the bytes, from `offset` of it on.
  struct File {
    int fd = -1;
    std::int64_t offset = 0;
  };
  virtual File file() = 0;
};

/// Those in [start, end) of a store. Copies share the store.
class ByteRange {
 public:
  /// From the position of `fd`, which is copied, to the end of a file that has `end` bytes. Its
  /// position is left alone. Throws Error(name, reason) when the descriptor cannot be copied.
  static ByteRange of_file(int fd, std::int64_t start, std::int64_t end, const std::string& name);
  /// What a pipe brings, whose descriptor is copied; kept in a TemporaryFile, since some readers go
  /// back in it.
  static ByteRange of_stream(int fd, const std::string& name);
  /// The same of a function that is called like read(2).
  using Pull = std::function<ssize_t(void* out, std::size_t size)>;
  static ByteRange of_stream(Pull pull, const std::string& name);

  /// Waits for the end of a stream, unless the end of this range is known without it. Throws
  /// Error(name, reason) when that cannot be read.
  std::int64_t size() const;
  /// Up to `count` bytes from `offset` on, fewer only at the end of the range or of a file that was
  /// cut meanwhile; returns how many. Negative when reading fails: then `errno` says why.
  std::int64_t read(std::int64_t offset, void* out, std::int64_t count) const;
  /// The same without waiting for more bytes than there are, beyond the first.
  std::int64_t read_some(std::int64_t offset, void* out, std::int64_t count) const;

  bool is_stream() const { return store_->is_stream(); }
  void forget_before(std::int64_t offset) const { store_->forget_before(start_ + offset); }
  /// A regular file that holds these bytes from `offset` on; waits for the end of a stream.
  ByteStore::File file() const;

  /// The part from `begin` on, `length` bytes of it, or all.
  ByteRange part(std::int64_t begin, std::int64_t length = kToTheEnd) const;

  static constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int64_t>::max();

 private:
  ByteRange(std::shared_ptr<ByteStore> store, std::int64_t start, std::int64_t end,
            std::string name);

  std::shared_ptr<ByteStore> store_;
  std::int64_t start_, end_;  // end_: kToTheEnd where the end of the store is meant
  std::string name_;
};

}  // namespace pairalign::audio
