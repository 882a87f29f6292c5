// What a terminal shows: the one line of stderr that messages and the progress bar share, and text
// in columns instead of bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pairalign::cli {

/// Writes a whole message line; a status line that is shown is erased first, so that the two never
/// run into one another. Thread-safe, as are the other functions of this file.
void print_message(std::string_view line);

/// Replaces the status line, the last line of stderr, by `text` (one line, no control characters).
/// It should leave the last column free: writing into that wraps the line on some terminals.
void show_status(std::string_view text);

/// Erases the status line; nothing happens when none is shown.
void clear_status();

/// Columns of the terminal on `fd`; 80 where there is none.
std::size_t terminal_columns(int fd);

/// `text` with control characters written as \n, \t or \xHH: a path may contain any of them, and a
/// message must stay on one line and must not control the terminal.
std::string printable(std::string_view text);

/// The display behind standard output.
struct Display {
  std::size_t columns = 0;  ///< 0: no limit
  bool colour = false;
  bool utf8 = false;  ///< may show more than ASCII
};

/// On a terminal its width, and colours unless $NO_COLOR is set; elsewhere $COLUMNS if set, and no
/// colours.
Display display_of_stdout();

/// Columns that UTF-8 `text` takes: one for most characters, two for East Asian ones, none for
/// combining marks. What is not UTF-8, or does not print, counts as '?', one column.
std::size_t display_width(std::string_view text);

/// The end of `text`, the most telling part of a path, in at most `columns`; `ellipsis` replaces
/// what is cut.
std::string fit_end(std::string_view text, std::size_t columns, std::string_view ellipsis);

/// A bar of `columns` filled to `part`, 0 … 1, with a resolution of eighths if `utf8`.
std::string bar(double part, std::size_t columns, bool utf8);

/// How a time is shown: 0:01:02.3, 0:01:02, or 1:02.
enum class ClockForm { tenths, whole_seconds, shortest };
std::string clock_time(double seconds, ClockForm form = ClockForm::tenths);

}  // namespace pairalign::cli
