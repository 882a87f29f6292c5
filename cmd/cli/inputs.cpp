#include "cli/inputs.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <system_error>
#include <utility>

#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "tokens/line_reader.hpp"

namespace pairalign::cli {
namespace {

namespace fs = std::filesystem;
using Take = std::function<void(const std::string&)>;
using Fail = std::function<void(const std::string&, const std::string&)>;

// Formats that the readers of lib/audio and FFmpeg open, as written by phones, recorders and
// players. Headerless formats (.raw, .gsm) are excluded: their sampling rate is unknown.
constexpr const char* kAudioExtensions[] = {
    "wav",  "wave", "bwf", "flac", "ogg", "oga", "opus", "spx",  "mp3",  "mp2", "aif",
    "aiff", "aifc", "au",  "snd",  "caf", "w64", "rf64", "sph",  "nist", "voc", "pvf",
    "m4a",  "m4b",  "aac", "3gp",  "3g2", "3ga", "amr",  "awb",  "wma",  "mka", "ac3",
    "wv",   "ape",  "mpc", "tta",  "ra",  "dsf", "webm", "weba", "mp4",  "m4v", "mov",
    "mkv",  "ogv",  "avi", "flv",  "wmv", "mpg", "mpeg"};

struct FolderWalk {
  const Take& take;
  const Fail& fail;
  const IsWanted& is_wanted;
  std::size_t taken = 0, failed = 0;
  std::vector<std::pair<dev_t, ino_t>> ancestors{};

  void walk(const std::string& folder) {
    struct stat info {};
    ::stat(folder.c_str(), &info);  // if that fails, so does listing it
    const std::pair<dev_t, ino_t> identity(info.st_dev, info.st_ino);
    // A link to a folder that we are already inside would be followed forever.
    if (std::find(ancestors.begin(), ancestors.end(), identity) != ancestors.end()) return;
    ancestors.push_back(identity);
    const std::string prefix = folder.back() == '/' ? folder : folder + '/';
    for (const std::string& name : list(folder)) {
      if (name.back() == '/') {
        walk(prefix + name.substr(0, name.size() - 1));
      } else {
        take(prefix + name);
        ++taken;
      }
    }
    ancestors.pop_back();
  }

  // The names of a folder's subfolders and audio files in the order of their paths. A subfolder is
  // listed as "name/", which is what puts "a.wav" before "a/b.wav" in a sorted list of paths.
  std::vector<std::string> list(const std::string& folder) {
    std::vector<std::string> names;
    std::string reason = "cannot open the folder: ";
    std::error_code fault;
    for (fs::directory_iterator at(folder, fault), end; at != end; at.increment(fault)) {
      reason = "cannot read the folder: ";
      const std::string name = at->path().filename().string();
      if (name.front() == '.') continue;
      std::error_code unknown;
      const fs::file_status status = at->status(unknown);  // of what a link leads to
      if (fs::is_directory(status)) {
        names.push_back(name + '/');
      } else if (is_wanted(name) && (!fs::exists(status) || fs::is_regular_file(status))) {
        names.push_back(name);  // a dangling link too: opening it will fail
      } else if (unknown) {  // it may be a folder, such as a link to a disk that is not mounted
        ++failed;
        fail(at->path().string(), "cannot open: " + unknown.message());
      }
    }
    if (fault) {
      ++failed;
      fail(folder, reason + fault.message());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

void take_path(const std::string& path, const Take& take, const Fail& fail,
               const IsWanted& is_wanted) {
  std::error_code unknown;
  if (!fs::is_directory(path, unknown)) return take(path);
  FolderWalk folders{take, fail, is_wanted};
  folders.walk(path);
  if (folders.taken + folders.failed > 0) return;
  const bool archive = fs::path(path).extension() == ".pai";
  fail(path, archive ? "is an archive, not audio; pa-index --dump prints its strings"
                     : "no audio files in this folder");
}

// Whether a frame of MPEG audio or AAC (ADTS) begins here: its sync bits, and none of the values
// that are reserved, since a path in Latin-1 may begin with the sync bits.
bool begins_mpeg_frame(std::string_view bytes) {
  if (bytes.size() < 4) return false;
  const auto byte = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (byte(0) != 0xff || (byte(1) & 0xe0) != 0xe0) return false;
  if ((byte(1) & 0xf6) == 0xf0) return (byte(2) & 0x3c) < 13 << 2;  // ADTS: its rate
  return (byte(1) & 0x18) != 0x08 && (byte(1) & 0x06) != 0 && (byte(2) & 0xf0) != 0xf0 &&
         (byte(2) & 0x0c) != 0x0c && (byte(3) & 0x03) != 2;
}

// Magic bytes of audio files; no path in practice begins with any of them.
bool is_audio(std::string_view bytes) {
  using namespace std::string_view_literals;
  const auto has = [bytes](std::size_t at, std::string_view mark) {
    return bytes.size() >= at && bytes.substr(at, mark.size()) == mark;
  };
  const bool id3 = has(0, "ID3\2\0"sv) || has(0, "ID3\3\0"sv) || has(0, "ID3\4\0"sv);
  return begins_mpeg_frame(bytes) || id3 || (has(0, "RIFF") && has(8, "WAVE")) ||
         (has(0, "RF64") && has(8, "WAVE")) || (has(0, "FORM") && has(8, "AIF")) ||
         has(0, "OggS\0"sv) || has(0, "fLaC\0"sv) || has(0, ".snd\0"sv) || has(0, "caff\0"sv) ||
         has(0, "#!AMR\n") || has(0, "\x1a\x45\xdf\xa3") || has(4, "ftyp");
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// ../share/pairalign relative to the running program, in a build folder and wherever it is
// installed.
fs::path shipped_models() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path().parent_path() / "share" / "pairalign";
}

}  // namespace

std::vector<std::string> audio_extensions() {
  return {std::begin(kAudioExtensions), std::end(kAudioExtensions)};
}

bool has_audio_extension(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string extension(path.substr(dot + 1));
  return std::any_of(
      std::begin(kAudioExtensions), std::end(kAudioExtensions),
      [&](const char* known) { return ::strcasecmp(extension.c_str(), known) == 0; });
}

void for_each_line(bool nul_separated, const Take& take) {
  tokens::LineReader lines("-", {}, nul_separated ? '\0' : '\n');
  if (is_audio(lines.peek())) {
    throw Error(lines.name(), "is audio, not a list of paths; pa-tokenize - reads audio");
  }
  for (std::string_view line; lines.next(line);) {
    if (line.empty()) continue;
    if (line.find('\0') != std::string_view::npos) {
      throw Error(lines.name(),
                  "holds a NUL byte: a list separated by NUL, as find -print0 writes it, needs -0; "
                  "audio needs - for its path");
    }
    take(std::string(line));
  }
}

void for_each_input(const std::vector<std::string>& paths, bool nul_separated, const Take& take,
                    const Fail& fail, const IsWanted& is_wanted) {
  if (paths.empty()) {
    for_each_line(nul_separated, [&](const std::string& path) {
      if (path != "-") return take_path(path, take, fail, is_wanted);
      fail(path, "standard input holds the list of paths, so it cannot be audio too");
    });
  }
  for (const std::string& path : paths)
    path == "-" ? take(path) : take_path(path, take, fail, is_wanted);
}

tokens::Fragment part_of_file(const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return tokens::split_fragment(path);
  tokens::Fragment whole;
  whole.path = path;
  return whole;
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : "";
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::string program = (folder.empty() ? "." : folder) + '/' + name;
    struct stat info {};
    if (::stat(program.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
        ::access(program.c_str(), X_OK) == 0) {
      return program;
    }
  }
  return "";
}

std::string find_ffmpeg() {
  const char* chosen = std::getenv("PAIRALIGN_FFMPEG");
  return chosen != nullptr ? chosen : find_program("ffmpeg");
}

std::string scratch_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

std::string find_model(const std::string& given) {
  const char* variable = given.empty() ? std::getenv("PAIRALIGN_MODEL") : nullptr;
  const std::string wanted = variable == nullptr ? given : variable;
  const fs::path folder = shipped_models();
  if (wanted.empty()) {
    const fs::path shipped = folder / "default.safetensors";
    if (is_file(shipped)) return shipped.string();
    throw Error("no model found",
                "looked at $PAIRALIGN_MODEL and " + shipped.string() + "; name one with --model");
  }
  if (is_file(wanted) || wanted.find('/') != std::string::npos) return wanted;
  const fs::path named = folder / (wanted + ".safetensors");
  if (is_file(named)) return named.string();
  const std::string source = variable == nullptr ? "" : "PAIRALIGN_MODEL=";
  throw Error(source + wanted, "no such model; looked here and at " + named.string());
}

}  // namespace pairalign::cli
