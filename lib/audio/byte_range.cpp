#include "audio/byte_range.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "audio/temporary_file.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace pairalign::audio {
namespace {

constexpr std::int64_t kFetch = 1 << 16;
// Disk space of bytes of a stream that are no longer needed is freed in steps of this size.
constexpr std::int64_t kForgetStep = 1 << 24;

Descriptor copy_of(int fd, const std::string& name) {
  Descriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (copy.get() < 0) throw errno_error(name, "cannot open");
  return copy;
}

std::int64_t read_at(int fd, std::int64_t offset, void* out, std::int64_t count) {
  for (;;) {
    const ssize_t n = ::pread(fd, out, static_cast<std::size_t>(count), offset);
    if (n >= 0 || errno != EINTR) return n;
  }
}

class FileStore : public ByteStore {
 public:
  FileStore(int fd, std::int64_t end, const std::string& name)
      : fd_(copy_of(fd, name)), end_(end) {}

  std::int64_t size() override { return end_; }
  std::int64_t read(std::int64_t offset, void* out, std::int64_t count) override {
    count = std::clamp<std::int64_t>(end_ - offset, 0, count);
    return count == 0 ? 0 : read_at(fd_.get(), offset, out, count);
  }
  bool is_stream() const override { return false; }
  void forget_before(std::int64_t) override {}
  File file() override { return {fd_.get(), 0}; }

 private:
  Descriptor fd_;
  std::int64_t end_;
};

class StreamStore : public ByteStore {
 public:
  explicit StreamStore(ByteRange::Pull pull) : pull_(std::move(pull)), buffer_(kFetch) {}

  std::int64_t size() override {
    for (;;) {
      const std::int64_t n = fetch();
      if (n < 0) return n;
      if (n == 0) return received();
    }
  }

  std::int64_t read(std::int64_t offset, void* out, std::int64_t count) override {
    while (offset >= received()) {
      const std::int64_t n = fetch();
      if (n <= 0) return n;
    }
    return read_at(spool_.descriptor(), offset, out, count);
  }

  bool is_stream() const override { return true; }

  void forget_before(std::int64_t offset) override {
    if (offset - forgotten_ < kForgetStep) return;
#ifdef FALLOC_FL_PUNCH_HOLE
    // If the file system cannot do that, the disk space is used until the end.
    (void)::fallocate(spool_.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, forgotten_,
                      offset - forgotten_);
#endif
    forgotten_ = offset;
  }

  File file() override {
    return {size() < 0 ? -1 : spool_.descriptor(), 0};
  }

 private:
  std::int64_t received() const {
    return static_cast<std::int64_t>(spool_.size());
  }

  // Stores what has arrived, at least a byte, and returns how much; 0 at the end.
  std::int64_t fetch() {
    while (!ended_) {
      const ssize_t n = pull_(buffer_.data(), buffer_.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return n;
      if (n > 0) {
        spool_.append(buffer_.data(), static_cast<std::size_t>(n));
        return n;
      }
      ended_ = true;
    }
    return 0;
  }

  ByteRange::Pull pull_;
  std::vector<char> buffer_;
  TemporaryFile spool_;
  std::int64_t forgotten_ = 0;
  bool ended_ = false;
};

}  // namespace

ByteRange::ByteRange(std::shared_ptr<ByteStore> store, std::int64_t start, std::int64_t end,
                     std::string name)
    : store_(std::move(store)), start_(start), end_(end), name_(std::move(name)) {}

ByteRange ByteRange::of_file(int fd, std::int64_t start, std::int64_t end,
                             const std::string& name) {
  return {std::make_shared<FileStore>(fd, end, name), start, end, name};
}

ByteRange ByteRange::of_stream(int fd, const std::string& name) {
  const auto copy = std::make_shared<Descriptor>(copy_of(fd, name));
  return of_stream([copy](void* out, std::size_t size) { return ::read(copy->get(), out, size); },
                   name);
}

ByteRange ByteRange::of_stream(Pull pull, const std::string& name) {
  return {std::make_shared<StreamStore>(std::move(pull)), 0, kToTheEnd, name};
}

std::int64_t ByteRange::size() const {
  if (end_ != kToTheEnd && !is_stream()) return std::max<std::int64_t>(0, end_ - start_);
  const std::int64_t size = store_->size();
  if (size < 0) throw errno_error(name_, "cannot read");
  return std::max<std::int64_t>(0, std::min(size, end_) - start_);
}

std::int64_t ByteRange::read_some(std::int64_t offset, void* out, std::int64_t count) const {
  count = std::clamp<std::int64_t>(end_ - start_ - offset, 0, count);
  return count == 0 ? 0 : store_->read(start_ + offset, out, count);
}

std::int64_t ByteRange::read(std::int64_t offset, void* out, std::int64_t count) const {
  std::int64_t done = 0;
  while (done < count) {
    const std::int64_t n = read_some(offset + done, static_cast<char*>(out) + done, count - done);
    if (n < 0) return n;
    if (n == 0) break;
    done += n;
  }
  return done;
}

ByteStore::File ByteRange::file() const {
  ByteStore::File file = store_->file();
  if (file.fd < 0) throw errno_error(name_, "cannot read");
  file.offset += start_;
  return file;
}

ByteRange ByteRange::part(std::int64_t begin, std::int64_t length) const {
  const std::int64_t left =
      end_ == kToTheEnd ? kToTheEnd : std::max<std::int64_t>(0, end_ - start_ - begin);
  const std::int64_t wanted = std::min(length, left);
  return {store_, start_ + begin, wanted == kToTheEnd ? kToTheEnd : start_ + begin + wanted, name_};
}

}  // namespace pairalign::audio
