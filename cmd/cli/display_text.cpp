#include "cli/display_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <vector>

#include <fmt/format.h>
#include <langinfo.h>
#include <locale.h>
#include <unistd.h>

#include "cli/terminal.hpp"

namespace pairalign::cli {
namespace {

struct Character {
  std::string_view bytes;
  std::size_t width;
};

// While it lives, wcwidth(3) and mbrtowc(3) in this thread use UTF-8, whatever the user's locale.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) previous_ = ::uselocale(locale_);
  }
  ~Utf8Locale() {
    if (locale_ == nullptr) return;
    ::uselocale(previous_);
    ::freelocale(locale_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t locale_;
  locale_t previous_ = nullptr;
};

std::vector<Character> characters(std::string_view text) {
  const Utf8Locale utf8;
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

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool locale_is_utf8() {
  const locale_t locale = ::newlocale(LC_CTYPE_MASK, "", nullptr);
  if (locale == nullptr) return false;
  const bool utf8 = std::strcmp(::nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
  ::freelocale(locale);
  return utf8;
}

std::size_t columns_wanted() {
  const char* text = std::getenv("COLUMNS");
  std::size_t columns = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), columns);
  return columns;
}

}  // namespace

Display display_of_stdout() {
  Display display;
  display.utf8 = locale_is_utf8();
  if (::isatty(STDOUT_FILENO) != 1) {
    display.columns = columns_wanted();
    return display;
  }
  display.columns = terminal_columns(STDOUT_FILENO);
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::strcmp(terminal, "dumb") == 0;
  display.colour = !dumb && !is_set("NO_COLOR");
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
