#include "cli/inputs.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <utility>

#include <dirent.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/error.hpp"

namespace pairalign::cli {
namespace {

using Take = std::function<void(const std::string&)>;
using Fail = std::function<void(const std::string&, const std::string&)>;

// What libsndfile opens by name. Headerless formats (.raw, .gsm) are not among them: nobody can
// tell their rate.
constexpr const char* kAudioExtensions[] = {"wav", "wave", "flac", "ogg",  "oga", "opus", "mp3",
                                            "mp2", "aif",  "aiff", "aifc", "au",  "snd",  "caf",
                                            "w64", "rf64", "sph",  "nist", "voc", "pvf"};

class FolderWalk {
 public:
  FolderWalk(const Take& take, const Fail& fail) : take_(take), fail_(fail) {}

  /// Returns how many files were taken.
  std::size_t walk(const std::string& folder, const struct stat& info) {
    const std::pair<dev_t, ino_t> identity(info.st_dev, info.st_ino);
    // A link to a folder that we are inside of would be walked forever.
    if (std::find(ancestors_.begin(), ancestors_.end(), identity) != ancestors_.end()) return 0;
    ancestors_.push_back(identity);
    std::size_t taken = 0;
    for (const Entry& entry : list(folder))
      taken += visit(entry);
    ancestors_.pop_back();
    return taken;
  }

 private:
  struct Entry {
    std::string path;
    struct stat info;
  };

  std::size_t visit(const Entry& entry) {
    if (S_ISDIR(entry.info.st_mode)) return walk(entry.path, entry.info);
    take_(entry.path);
    return 1;
  }

  // A folder's subfolders and audio files in the order of their paths. A subfolder sorts as
  // "name/", which is what puts "a.wav" before "a/b.wav" in a sorted list of paths.
  std::vector<Entry> list(const std::string& folder) {
    const std::string prefix = folder.back() == '/' ? folder : folder + '/';
    std::vector<std::pair<std::string, Entry>> entries;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()), ::closedir);
    if (!stream) {
      fail_(folder, errno_error("", "cannot open the folder").reason());
      return {};
    }
    while (const dirent* found = next_of(stream.get(), folder)) {
      const std::string name = found->d_name;
      if (name.front() == '.') continue;
      Entry entry{prefix + name, {}};
      const bool exists = ::stat(entry.path.c_str(), &entry.info) == 0;
      if (exists && S_ISDIR(entry.info.st_mode)) {
        entries.emplace_back(name + '/', std::move(entry));
      } else if (has_audio_extension(name) && (!exists || S_ISREG(entry.info.st_mode))) {
        entries.emplace_back(name, std::move(entry));  // a dangling link is taken: opening it tells
      }
    }
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Entry> sorted;
    sorted.reserve(entries.size());
    for (auto& [name, entry] : entries)
      sorted.push_back(std::move(entry));
    return sorted;
  }

  const dirent* next_of(DIR* stream, const std::string& folder) {
    errno = 0;
    const dirent* found = ::readdir(stream);
    if (found == nullptr && errno != 0) {
      fail_(folder, errno_error("", "cannot read the folder").reason());
    }
    return found;
  }

  const Take& take_;
  const Fail& fail_;
  std::vector<std::pair<dev_t, ino_t>> ancestors_;
};

void take_path(const std::string& path, const Take& take, const Fail& fail) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    take(path);
    return;
  }
  bool failed = false;
  const Fail note_failure = [&](const std::string& folder, const std::string& reason) {
    failed = true;
    fail(folder, reason);
  };
  const std::size_t taken = FolderWalk(take, note_failure).walk(path, info);
  if (taken == 0 && !failed) fail(path, "no audio files in this folder");
}

// The buffer that getdelim(3) grows.
struct Line {
  Line() = default;
  ~Line() { std::free(text); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  char* text = nullptr;
  std::size_t capacity = 0;
};

void take_path_lines(bool nul_separated, const Take& take, const Fail& fail) {
  for_each_line(nul_separated, [&](const std::string& path) {
    if (path == "-") {
      fail(path, "standard input holds the list of paths, so it cannot be audio too");
    } else {
      take_path(path, take, fail);
    }
  });
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
  const char end = nul_separated ? '\0' : '\n';
  Line line;
  for (;;) {
    const ssize_t length = ::getdelim(&line.text, &line.capacity, end, stdin);
    if (length < 0) break;
    std::string text(line.text, static_cast<std::size_t>(length));
    if (text.back() == end) text.pop_back();
    if (!text.empty()) take(text);
  }
  if (std::ferror(stdin) != 0) throw errno_error("standard input", "cannot read");
}

void for_each_input(const std::vector<std::string>& paths, bool nul_separated, const Take& take,
                    const Fail& fail) {
  if (paths.empty()) take_path_lines(nul_separated, take, fail);
  for (const std::string& path : paths) {
    if (path == "-") {
      take(path);
    } else {
      take_path(path, take, fail);
    }
  }
}

}  // namespace pairalign::cli
