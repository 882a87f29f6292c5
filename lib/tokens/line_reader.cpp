#include "tokens/line_reader.hpp"

#include <cstring>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace pairalign::tokens {
namespace {

constexpr std::size_t kBufferSize = std::size_t{1} << 18;

Descriptor open_file(const std::string& path) {
  if (path == "-") return Descriptor();
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw Error(
        path,
        "is a folder; pa-tokenize makes strings from a folder of audio, and pa-index --dump "
        "prints those of an archive");
  }
  return open_for_reading(path);
}

}  // namespace

LineReader::LineReader(const std::string& path, BeforeRead before_read, char end)
    : name_(path == "-" ? "standard input" : path),
      before_read_(std::move(before_read)),
      file_(open_file(path)),
      end_of_line_(end) {}

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
  unterminated_ = true;
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
  ++line_;
  if (end_of_line_ != '\n') return line;
  if (line_ == 1 && line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// Moves unread bytes to the front of the buffer and reads more after them; false at the end of the
// file.
bool LineReader::fill() {
  const std::size_t unread = end_ - begin_;
  if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, unread);
  // For the case that the read is called off or fails, which drops a line cut short.
  begin_ = end_ = 0;
  ended_ = true;
  const int fd = file_.get() < 0 ? STDIN_FILENO : file_.get();
  if (before_read_ && !before_read_(fd)) return false;
  if (unread == buffer_.size()) buffer_.resize(unread == 0 ? kBufferSize : 2 * unread);
  const std::size_t n = read_some(fd, buffer_.data() + unread, buffer_.size() - unread, name_);
  end_ = unread + n;
  ended_ = n == 0;
  return n > 0;
}

void for_each_line(const std::string& path, std::string_view comment,
                   const std::function<void(std::string_view)>& take) {
  LineReader lines(path);
  for (std::string_view line; lines.next(line);) {
    const bool blank = line.find_first_not_of(" \t") == std::string_view::npos;
    if (blank || (!comment.empty() && line.substr(0, comment.size()) == comment)) continue;
    try {
      take(line);
    } catch (const Error& error) {
      throw Error(lines.name() + ":" + std::to_string(lines.line()), error.reason());
    }
  }
}

}  // namespace pairalign::tokens
