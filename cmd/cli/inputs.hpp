// Where a tool's inputs come from: paths on the command line, folders walked, path lists on stdin.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pairalign::cli {

/// Extensions by which a folder's audio files are told, in lower case and without dot.
std::vector<std::string> audio_extensions();

/// True for names that end like an audio file (.wav, .FLAC, .opus, ...), in upper or lower case.
bool has_audio_extension(std::string_view path);

/// Whether a folder's file of that name, without the folder, is taken.
using IsWanted = std::function<bool(std::string_view)>;

/// Calls `take(line)` for each line of standard input, as it comes (`nul_separated`: split at NUL);
/// empty lines are skipped, and so are a byte-order mark and the CR of CR LF. Throws Error when it
/// cannot be read, is audio, or holds a NUL that separates nothing.
void for_each_line(bool nul_separated, const std::function<void(const std::string&)>& take);

/// Calls `take(path)` for each input in order. A folder is walked (in the order that `LC_ALL=C
/// sort` gives its paths, hidden entries left out, only names that are wanted, symbolic
/// links followed, loops of them entered once); with no paths, path lines are read from stdin as
/// they come
/// (`nul_separated`: split at NUL; empty lines are skipped). "-" on the command line is handed on
/// as it is, and so is a path that does not exist: opening it gives the better message. `fail(path,
/// reason)` is called for folders that cannot be read or hold no audio file.
void for_each_input(const std::vector<std::string>& paths, bool nul_separated,
                    const std::function<void(const std::string&)>& take,
                    const std::function<void(const std::string&, const std::string&)>& fail,
                    const IsWanted& is_wanted = has_audio_extension);

/// The path of a program as the shell would find it; empty: there is none.
std::string find_program(const std::string& name);

/// The path of ffmpeg, which $PAIRALIGN_FFMPEG may set; empty: there is none. Set to nothing, the
/// variable hides the one that there is.
std::string find_ffmpeg();

}  // namespace pairalign::cli
