#include "audio/byte_range.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/temporary_file.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace pairalign::audio {
namespace {

constexpr std::int64_t kFetch = 1 << 16;
// Disk space of bytes of a stream that are no longer needed is freed in steps of this size.
constexpr std::int64_t kForgetStep = 1 << 24;

}  // namespace

class ByteRange::Store {
 public:
  Store(std::string subject, Descriptor file, std::int64_t end)
      : name(std::move(subject)), file_(std::move(file)), end_(end) {}
  Store(std::string subject, Pull pull, const std::string& scratch)
      : name(std::move(subject)), pull_(std::move(pull)), buffer_(kFetch), spool_(scratch) {}

  const std::string name;

  bool is_stream() const { return spool_.has_value(); }
  int descriptor() const { return spool_ ? spool_->descriptor() : file_.get(); }

  std::int64_t size() {
    while (fetch()) {
    }
    return end_;
  }

  std::int64_t read(std::int64_t offset, void* out, std::int64_t count) {
    while (offset >= end_) {
      if (!fetch()) return 0;
    }
    count = std::min(count, end_ - offset);
    for (;;) {
      const ssize_t n = ::pread(descriptor(), out, static_cast<std::size_t>(count), offset);
      if (n >= 0) return n;
      if (errno != EINTR) throw errno_error(name, "cannot read");
    }
  }

  void forget_before(std::int64_t offset) {
    if (!is_stream() || offset - forgotten_ < kForgetStep) return;
#ifdef FALLOC_FL_PUNCH_HOLE
    // If the file system cannot do that, the disk space is used until the end.
    (void)::fallocate(descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, forgotten_,
                      offset - forgotten_);
#endif
    forgotten_ = offset;
  }

 private:
  // Stores what has arrived of a stream, at least a byte; false at the end.
  bool fetch() {
    if (!is_stream() || ended_) return false;
    ssize_t n = 0;
    while ((n = pull_(buffer_.data(), buffer_.size())) < 0) {
      if (errno != EINTR) throw errno_error(name, "cannot read");
    }
    spool_->append(buffer_.data(), static_cast<std::size_t>(n));
    end_ += n;
    ended_ = n == 0;
    return !ended_;
  }

  Descriptor file_;
  Pull pull_;
  std::vector<char> buffer_;
  std::optional<TemporaryFile> spool_;  // of a stream
  std::int64_t end_ = 0;                // of a file, or of what has arrived of a stream
  std::int64_t forgotten_ = 0;
  bool ended_ = false;
};

ByteRange::ByteRange(std::shared_ptr<Store> store, std::int64_t start, std::int64_t end)
    : store_(std::move(store)), start_(start), end_(end) {}

ByteRange ByteRange::of_descriptor(int fd, const std::string& name, const std::string& scratch) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw errno_error(name, "cannot read");
  if (S_ISDIR(status.st_mode)) throw Error(name, "is a directory");
  Descriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (copy.get() < 0) throw errno_error(name, "cannot open");
  if (S_ISREG(status.st_mode)) {
    return {std::make_shared<Store>(name, std::move(copy), status.st_size),
            ::lseek(fd, 0, SEEK_CUR), status.st_size};
  }
  const auto pipe = std::make_shared<Descriptor>(std::move(copy));
  return of_stream([pipe](void* out, std::size_t size) { return ::read(pipe->get(), out, size); },
                   name, scratch);
}

ByteRange ByteRange::of_stream(Pull pull, const std::string& name, const std::string& scratch) {
  return {std::make_shared<Store>(name, std::move(pull), scratch), 0, kToTheEnd};
}

const std::string& ByteRange::name() const {
  return store_->name;
}

std::int64_t ByteRange::size() const {
  return std::max<std::int64_t>(0, std::min(store_->size(), end_) - start_);
}

std::int64_t ByteRange::read_some(std::int64_t offset, void* out, std::int64_t count) const {
  count = std::clamp<std::int64_t>(end_ - start_ - offset, 0, count);
  return count == 0 ? 0 : store_->read(start_ + offset, out, count);
}

std::int64_t ByteRange::read(std::int64_t offset, void* out, std::int64_t count) const {
  std::int64_t done = 0;
  while (done < count) {
    const std::int64_t n = read_some(offset + done, static_cast<char*>(out) + done, count - done);
    if (n == 0) break;
    done += n;
  }
  return done;
}

bool ByteRange::is_stream() const {
  return store_->is_stream();
}

void ByteRange::forget_before(std::int64_t offset) const {
  store_->forget_before(start_ + offset);
}

ByteRange::File ByteRange::file() const {
  store_->size();
  return {store_->descriptor(), start_};
}

ByteRange ByteRange::part(std::int64_t begin, std::int64_t length) const {
  const std::int64_t left =
      end_ == kToTheEnd ? kToTheEnd : std::max<std::int64_t>(0, end_ - start_ - begin);
  const std::int64_t wanted = std::min(length, left);
  return {store_, start_ + begin, wanted == kToTheEnd ? kToTheEnd : start_ + begin + wanted};
}

}  // namespace pairalign::audio
