#include "archive/source.hpp"

#include <cerrno>
#include <chrono>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {
namespace {

// Records of one path are nearly always adjacent: clearing everything at this many paths bounds
// memory, and hardly ever causes a file to be read twice.
constexpr std::size_t kMaxRemembered = std::size_t{1} << 16;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Source describe(const struct stat& info) {
  Source source;
  source.size = static_cast<std::uint64_t>(info.st_size);
  source.mtime_ns = nanoseconds(info.st_mtim);
  return source;
}

bool is_newer(const struct stat& info, const StringTime& made) {
  const std::int64_t modified = nanoseconds(info.st_mtim);
  return nanoseconds(info.st_ctim) > made.changed_ns ||
         (modified > made.modified_ns && modified <= now_ns());
}

}  // namespace

std::optional<Source> look_at_source(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return describe(info);
}

bool is_gone(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

std::int64_t now_ns() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::optional<Source> read_source(const std::string& path, const StringTime& made) {
  // Looked at before it is opened, because opening a device or a FIFO may have side effects.
  if (!look_at_source(path)) return std::nullopt;
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat before {};
  struct stat after {};
  if (::fstat(fd.get(), &before) != 0 || !S_ISREG(before.st_mode)) return std::nullopt;
  Source source = describe(before);
  if (is_newer(before, made)) return source;
  Hasher hasher;
  std::vector<char> buffer(std::size_t{1} << 18);
  try {
    while (const std::size_t size = read_some(fd.get(), buffer.data(), buffer.size(), ""))
      hasher.update(buffer.data(), size);
  } catch (const Error&) {
    return std::nullopt;
  }
  if (::fstat(fd.get(), &after) != 0) return std::nullopt;
  if (source == describe(after)) source.hash = hasher.digest();
  return source;
}

bool same_contents(const Source& a, const Source& b) {
  const bool both_known = a.hash != 0 && b.hash != 0;
  return a.size == b.size && (both_known ? a.hash == b.hash : a.mtime_ns == b.mtime_ns);
}

bool is_unchanged(const std::string& path, const Source& source, bool checksum) {
  const std::optional<Source> now = look_at_source(path);
  if (source.hash == 0 || !now || now->size != source.size) return false;
  if (!checksum && now->mtime_ns == source.mtime_ns) return true;
  const std::optional<Source> read = read_source(path);
  return read && read->size == source.size && read->hash == source.hash;
}

// Records come folder by folder: if the recordings are not on this machine, as with strings copied
// from another one, this checks once per folder instead of once per record.
bool SourceReader::in_absent_folder(const std::string& path) {
  const std::size_t size = path.rfind('/') + 1;  // 0 without a folder
  if (size == 0) return false;
  if (path.compare(0, size, folder_) != 0) {
    folder_ = path.substr(0, size);
    folder_is_gone_ = is_gone(folder_);
  }
  return folder_is_gone_;
}

std::optional<Source> SourceReader::of(std::string_view key) {
  std::string path(tokens::split_fragment(key).path);
  if (path.find('\0') != std::string::npos) return std::nullopt;  // no path at all
  const auto found = known_.find(path);
  if (found != known_.end()) return found->second;
  if (in_absent_folder(path)) return std::nullopt;
  const std::optional<Source> source = read_source(path, made_);
  if (!source) return source;  // asking again costs less than remembering
  if (known_.size() >= kMaxRemembered) known_.clear();
  known_.emplace(std::move(path), *source);
  return source;
}

}  // namespace pairalign::archive
