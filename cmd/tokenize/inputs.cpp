#include "inputs.hpp"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fnmatch.h>
#include <sys/stat.h>

#include "archive/archived_files.hpp"
#include "base/error.hpp"
#include "cli/inputs.hpp"
#include "tokens/audio_list.hpp"
#include "tokens/key.hpp"

namespace pairalign {
namespace {

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

// The key of a part is its path with the fragment, as given, unless there is a file of exactly that
// name.
std::string key_of(const std::string& path) {
  return exists(path) ? tokens::key_of_file(path) : path;
}

}  // namespace

void for_each_item(const TokenizeOptions& options, const std::function<void(Item)>& take) {
  if (!options.list.empty()) {
    tokens::read_audio_list(
        options.list,
        [&](tokens::ListedAudio audio) {
          take({std::move(audio.path), std::move(audio.key), "", 0});
        },
        [&](const Error& error) {
          take({error.subject(), "", error.reason(), 0});
        });
    return;
  }
  std::optional<archive::ArchivedFiles> archived;
  if (!options.skip.empty()) archived.emplace(options.skip);
  cli::for_each_input(
      options.paths, options.null,
      [&](const std::string& path) {
        if (!archived || !archived->holds(path)) take({path, key_of(path), "", 0});
      },
      [&](const std::string& path, const std::string& reason) {
        take({path, path, reason, 0});
      },
      [&](std::string_view name) {
        return cli::has_audio_extension(name) ||
               (!options.pre_globs.empty() && wants_pre(options, std::string(name)));
      });
}

std::uint64_t size_of(const std::string& path) {
  std::error_code none;
  const std::uintmax_t bytes = std::filesystem::file_size(path, none);
  return none ? 0 : bytes;
}

Source find_source(const std::string& path, const audio::DecoderOptions& usual) {
  Source source{path, usual};
  if (exists(path)) return source;
  const tokens::Fragment part = tokens::split_fragment(path);
  if (part.path.size() == path.size() || !exists(std::string(part.path))) return source;
  if (part.end_s && *part.end_s <= part.start_s) {
    throw Error(path, "the part that its fragment names ends before it begins");
  }
  source.path = part.path;
  source.options.start_s = part.start_s;
  source.options.end_s = part.end_s;
  if (part.channel > 0) source.options.channel = part.channel;
  return source;
}

bool wants_pre(const TokenizeOptions& options, const std::string& path) {
  if (options.preprocessor.empty()) return false;
  bool wanted = options.pre_globs.empty() || options.pre_globs.front().front() == '!';
  const std::string name = std::filesystem::path(path).filename().string();
  for (const std::string& glob : options.pre_globs) {
    const bool negated = glob.front() == '!';
    const char* pattern = glob.c_str() + (negated ? 1 : 0);
    const std::string& subject = glob.find('/') == std::string::npos ? name : path;
    if (::fnmatch(pattern, subject.c_str(), 0) == 0) wanted = !negated;
  }
  return wanted;
}

}  // namespace pairalign
