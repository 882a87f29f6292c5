#include "tokens/line_reader.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace pairalign::tokens {
namespace {

constexpr std::size_t kBufferSize = std::size_t{1} << 18;

int open_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw Error(path,
                "is a folder; pa-tokenize makes strings of a folder of audio, and pa-index --dump "
                "prints those of an archive");
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw errno_error(path, "cannot open");
  return fd;
}

}  // namespace

LineReader::LineReader(const std::string& path, BeforeRead before_read, char end)
    : name_(path == "-" ? "standard input" : path),
      before_read_(std::move(before_read)),
      fd_(path == "-" ? STDIN_FILENO : open_file(path)),
      end_of_line_(end) {}

LineReader::~LineReader() {
  if (fd_ != STDIN_FILENO) ::close(fd_);
}

bool LineReader::next(std::string_view& line) {
  std::size_t searched = 0;
  for (;;) {
    const char* from = buffer_.data() + begin_ + searched;
    const std::size_t unsearched = end_ - begin_ - searched;
    const void* newline = unsearched == 0 ? nullptr : std::memchr(from, end_of_line_, unsearched);
    if (newline != nullptr) {
      line = take(searched + static_cast<std::size_t>(static_cast<const char*>(newline) - from));
      ++begin_;
      return true;
    }
    searched = end_ - begin_;
    if (ended_ || !fill()) break;
  }
  if (end_ == begin_) return false;
  line = take(searched);
  return true;
}

std::string_view LineReader::peek() {
  if (begin_ == end_ && !ended_) fill();
  return {buffer_.data() + begin_, end_ - begin_};
}

std::string_view LineReader::take(std::size_t length) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // some editors write one
  std::string_view line(buffer_.data() + begin_, length);
  begin_ += length;
  if (++line_ == 1 && end_of_line_ == '\n' &&
      line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    line.remove_prefix(kByteOrderMark.size());
  }
  return line;
}

// Moves unread bytes to the front of the buffer and reads more after them; false at the end of the
// file.
bool LineReader::fill() {
  if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (before_read_ && !before_read_(fd_)) {
    ended_ = true;
    end_ = begin_;
    return false;
  }
  if (end_ == buffer_.size()) buffer_.resize(end_ == 0 ? kBufferSize : 2 * end_);
  for (;;) {
    const ssize_t n = ::read(fd_, buffer_.data() + end_, buffer_.size() - end_);
    if (n > 0) {
      end_ += static_cast<std::size_t>(n);
      return true;
    }
    if (n < 0 && errno == EINTR) continue;
    ended_ = true;
    if (n == 0) return false;
    end_ = begin_;  // drops a line cut short by the failure
    throw errno_error(name_, "cannot read");
  }
}

}  // namespace pairalign::tokens
