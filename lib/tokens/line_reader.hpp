// Lines of a file or of standard input, of any length, without copying.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"

namespace pairalign::tokens {

/// Called with a descriptor before each read from it, which may block: the place to wait for input
/// and do something else meanwhile. False ends the input there; a line read only in part is
/// dropped.
using BeforeRead = std::function<bool(int fd)>;

class LineReader {
 public:
  /// `path` "-" is standard input. Lines end in `end`. Throws Error when the file cannot be opened.
  explicit LineReader(const std::string& path, BeforeRead before_read = {}, char end = '\n');

  /// The next line without its newline, valid until the next call; false at the end. A last line
  /// without a newline counts; of lines of text, a byte-order mark in front of the first and the CR
  /// of CR LF are dropped. A read that fails throws an Error once; after that the input has ended.
  bool next(std::string_view& line);

  /// What has been read but not returned; if there is nothing, reads once.
  std::string_view peek();

  const std::string& name() const { return name_; }
  std::size_t line() const { return line_; }
  /// Whether the line returned last had no newline, as at the end of a stream that was cut short.
  bool unterminated() const { return unterminated_; }

 private:
  std::string_view take(std::size_t length);
  bool fill();

  std::string name_;
  BeforeRead before_read_;
  Descriptor file_;  // none: standard input
  char end_of_line_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // buffer_[begin_, end_) has not been handed out
  std::size_t end_ = 0;
  std::size_t line_ = 0;
  bool ended_ = false;
  bool unterminated_ = false;
};

/// Passes each line of a file that is neither blank nor begins with `comment` (none: "") to `take`.
/// An Error("", reason) that this throws gets `path:line` as its subject.
void for_each_line(const std::string& path, std::string_view comment,
                   const std::function<void(std::string_view)>& take);

}  // namespace pairalign::tokens
