#include "cli/terminal.hpp"

#include <exception>
#include <mutex>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/descriptor.hpp"

namespace pairalign::cli {
namespace {

// A process has one stderr, so the state of its last line is process-wide too.
std::mutex status_mutex;
std::size_t status_width = 0;

// One write(2) per call: lines of several tools in one pipeline stay whole. If a message cannot be
// written, there is nowhere to report that.
void write_stderr(std::string_view text) {
  try {
    write_all(STDERR_FILENO, text, "standard error");
  } catch (const std::exception&) {
  }
}

// Blanks rather than an escape sequence: they work on every terminal and in a captured log.
std::string erasure() {
  return status_width == 0 ? std::string() : '\r' + std::string(status_width, ' ') + '\r';
}

}  // namespace

void print_message(std::string_view line) {
  std::lock_guard<std::mutex> lock(status_mutex);
  std::string text = erasure();
  text.append(line).push_back('\n');
  status_width = 0;
  write_stderr(text);
}

void show_status(std::string_view text) {
  // The last column stays free: writing into it wraps the line on some terminals.
  text = text.substr(0, terminal_columns(STDERR_FILENO) - 1);
  std::lock_guard<std::mutex> lock(status_mutex);
  std::string line = '\r' + std::string(text);
  if (status_width > text.size()) {
    line += std::string(status_width - text.size(), ' ') + '\r' + std::string(text);
  }
  status_width = text.size();
  write_stderr(line);
}

void clear_status() {
  std::lock_guard<std::mutex> lock(status_mutex);
  write_stderr(erasure());
  status_width = 0;
}

std::size_t terminal_columns(int fd) {
  struct winsize size {};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string printable(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\n') {
      safe += "\\n";
    } else if (c == '\t') {
      safe += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace pairalign::cli
