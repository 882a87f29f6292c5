// Text as a terminal shows it: columns instead of bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pairalign::cli {

/// What standard output is shown on.
struct Display {
  std::size_t columns = 0;  ///< 0: no limit
  bool colour = false;
  bool utf8 = false;  ///< may show more than ASCII
};

/// Of a terminal its width, and colours unless $NO_COLOR is set; elsewhere $COLUMNS where that is
/// set, and no colours.
Display display_of_stdout();

/// Columns that UTF-8 `text` takes: most characters one, those of East Asia two, combining marks
/// none. What is not UTF-8, or does not print, is shown as '?' by the functions below, in one.
std::size_t display_width(std::string_view text);

/// The end of `text`, which tells most of a path, in at most `columns`; `ellipsis` stands for what
/// is missing.
std::string fit_end(std::string_view text, std::size_t columns, std::string_view ellipsis);

/// A bar of `columns` for `part`, 0 … 1, with a resolution of eighths where `utf8`.
std::string bar(double part, std::size_t columns, bool utf8);

/// How a time is shown: 0:01:02.3, 0:01:02, or 1:02.
enum class ClockForm { tenths, whole_seconds, shortest };
std::string clock_time(double seconds, ClockForm form = ClockForm::tenths);

}  // namespace pairalign::cli
