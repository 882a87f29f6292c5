// The one line of stderr that messages and the progress bar share.
#pragma once

#include <string>
#include <string_view>

namespace pairalign::cli {

/// Writes a whole message line; a status line that is shown is erased first, so that the two never
/// run into one another. Thread-safe, as are the other functions of this file.
void print_message(std::string_view line);

/// Replaces the status line, the last line of stderr, by `text` (one line, no control characters),
/// cut to the width of the terminal.
void show_status(std::string_view text);

/// Erases the status line; nothing happens when none is shown.
void clear_status();

/// Columns of the terminal on `fd`; 80 where there is none.
std::size_t terminal_columns(int fd);

/// `text` with control characters written as \n, \t or \xHH: a path may contain any of them, and a
/// message must stay on one line and must not control the terminal.
std::string printable(std::string_view text);

}  // namespace pairalign::cli
