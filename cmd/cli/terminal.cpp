#include "cli/terminal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <exception>
#include <mutex>
#include <vector>

#include <fmt/format.h>
#include <gsl/util>
#include <langinfo.h>
#include <locale.h>
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

struct Character {
  std::string_view bytes;
  std::size_t width;
};

std::vector<Character> characters(std::string_view text) {
  // wcwidth(3) and mbrtowc(3) are to use UTF-8, whatever the user's locale. A null one is not used.
  static const locale_t kUtf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const auto restore = gsl::finally([before = ::uselocale(kUtf8)] { ::uselocale(before); });
  std::vector<Character> found;
  while (!text.empty()) {
    std::mbstate_t state{};
    wchar_t code = 0;
    const std::size_t length = std::mbrtowc(&code, text.data(), text.size(), &state);
    const bool valid = length > 0 && length <= text.size();
    const int width = valid ? ::wcwidth(code) : -1;
    if (width < 0) {
      found.push_back({"?", 1});
    } else {
      found.push_back({text.substr(0, length), static_cast<std::size_t>(width)});
    }
    text.remove_prefix(valid ? length : 1);
  }
  return found;
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

Display display_of_stdout() {
  Display display;
  if (const locale_t locale = ::newlocale(LC_CTYPE_MASK, "", nullptr)) {
    display.utf8 = std::strcmp(::nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    ::freelocale(locale);
  }
  if (::isatty(STDOUT_FILENO) == 1) {
    display.columns = terminal_columns(STDOUT_FILENO);
    const char* terminal = std::getenv("TERM");
    const char* plain = std::getenv("NO_COLOR");
    display.colour = terminal != nullptr && std::strcmp(terminal, "dumb") != 0 &&
                     (plain == nullptr || *plain == '\0');
  } else if (const char* columns = std::getenv("COLUMNS")) {
    std::from_chars(columns, columns + std::strlen(columns), display.columns);
  }
  return display;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (const Character& character : characters(text))
    width += character.width;
  return width;
}

std::string fit_end(std::string_view text, std::size_t columns, std::string_view ellipsis) {
  const std::vector<Character> all = characters(text);
  std::size_t width = 0;
  for (const Character& character : all)
    width += character.width;
  std::string fitted;
  auto first = all.begin();
  if (width > columns) {
    const std::size_t room = columns - std::min(columns, display_width(ellipsis));
    // A combining mark is cut with its base character.
    while (first != all.end() && (width > room || first->width == 0)) {
      width -= first->width;
      ++first;
    }
    fitted = ellipsis;
  }
  for (; first != all.end(); ++first)
    fitted += first->bytes;
  return fitted;
}

std::string bar(double part, std::size_t columns, bool utf8) {
  constexpr std::size_t kSteps = 8;
  constexpr std::array<const char*, kSteps> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double length = std::clamp(part, 0.0, 1.0) * static_cast<double>(columns);
  if (!utf8) {
    const auto full = static_cast<std::size_t>(std::lround(length));
    return std::string(full, '#') + std::string(columns - full, '.');
  }
  const auto eighths = static_cast<std::size_t>(std::lround(length * kSteps));
  const std::size_t full = eighths / kSteps;
  const bool partial = eighths % kSteps > 0;
  std::string text;
  for (std::size_t i = 0; i < full; ++i)
    text += "█";
  text += kEighths[eighths % kSteps];
  return text + std::string(columns - full - (partial ? 1 : 0), ' ');
}

std::string clock_time(double seconds, ClockForm form) {
  const unsigned long steps = form == ClockForm::tenths ? 10 : 1;
  const auto count =
      static_cast<unsigned long>(std::lround(std::max(0.0, seconds) * static_cast<double>(steps)));
  const unsigned long whole = count / steps;
  if (form == ClockForm::shortest && whole < 3600)
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
  std::string text = fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return form == ClockForm::tenths ? text + fmt::format(".{}", count % steps) : text;
}

}  // namespace pairalign::cli
