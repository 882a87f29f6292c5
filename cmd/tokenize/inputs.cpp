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

void for_each_listed(const std::string& list, const std::function<void(Item)>& take) {
  tokens::AudioListReader reader(list);
  for (bool more = true; more;) {
    Item item;
    try {
      tokens::ListedAudio entry;
      more = reader.next(entry);
      item = {std::move(entry.path), std::move(entry.key), "", 0};
    } catch (const tokens::NoAudioList&) {
      throw;
    } catch (const Error& error) {
      item = {error.subject(), "", error.reason(), 0};
    }
    if (more) take(std::move(item));
  }
}

}  // namespace

void for_each_item(const TokenizeOptions& options, const std::function<void(Item)>& take) {
  if (!options.list.empty()) {
    for_each_listed(options.list, take);
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
  const auto [part, channel] = tokens::split_key(path);
  if (part.path.size() == path.size() || !exists(std::string(part.path))) return source;
  if (part.end_s && *part.end_s <= part.start_s) {
    throw Error(path, "the part that its fragment names ends before it begins");
  }
  source.path = part.path;
  source.options.start_s = part.start_s;
  source.options.end_s = part.end_s;
  if (channel > 0) source.options.channel = channel;
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
