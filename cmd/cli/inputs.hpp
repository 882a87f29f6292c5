// Where a tool's inputs come from: paths on the command line, folders walked, path lists on stdin;
// and where it finds its model and other programs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/key.hpp"

namespace pairalign::cli {

/// Extensions by which audio files in folders are recognised, in lower case and without dot.
std::vector<std::string> audio_extensions();

/// True for names that end like an audio file (.wav, .FLAC, .opus, ...), in upper or lower case.
bool has_audio_extension(std::string_view path);

/// Whether a file found in a folder is wanted, by its name without the folder.
using IsWanted = std::function<bool(std::string_view)>;

/// Calls `take(line)` for each line of standard input, as it arrives (`nul_separated`: split at
/// NUL); empty lines are skipped, and so are a byte-order mark and the CR of CR LF. Throws Error if
/// the input cannot be read, is audio, or holds an unexpected NUL.
void for_each_line(bool nul_separated, const std::function<void(const std::string&)>& take);

/// Calls `take(path)` for each input in order. Folders are walked recursively: in the order of
/// `LC_ALL=C sort`, without hidden entries, only names that are wanted, following symbolic links
/// (loops are entered once). With no paths, path lines are read from stdin as they arrive
/// (`nul_separated`: split at NUL; empty lines are skipped). "-" on the command line is passed on
/// as it is, and so is a path that does not exist: opening it gives the better message. `fail(path,
/// reason)` is called for folders that cannot be read or hold no audio file.
void for_each_input(const std::vector<std::string>& paths, bool nul_separated,
                    const std::function<void(const std::string&)>& take,
                    const std::function<void(const std::string&, const std::string&)>& fail,
                    const IsWanted& is_wanted = has_audio_extension);

/// What a path with a media fragment names: that part of a file or, if there is a file of exactly
/// that name, all of it. `path` must outlive the result.
tokens::Fragment part_of_file(const std::string& path);

/// The path of a program as the shell would find it; empty: there is none.
std::string find_program(const std::string& name);

/// The path of ffmpeg, $PAIRALIGN_FFMPEG if that is set; empty: there is none. An empty variable
/// hides an installed ffmpeg.
std::string find_ffmpeg();

/// The folder for temporary files: $TMPDIR, or /tmp.
std::string scratch_folder();

/// `given` if not empty, else $PAIRALIGN_MODEL, else the model installed beside the running program
/// (../share/pairalign/default.safetensors). A name without a slash that is not a file is looked up
/// as NAME.safetensors in that folder. Throws Error with the places tried.
std::string find_model(const std::string& given);

}  // namespace pairalign::cli
