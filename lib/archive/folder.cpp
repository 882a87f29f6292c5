#include "archive/folder.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace pairalign::archive {
namespace {

namespace fs = std::filesystem;

// False while another process has the lock.
bool try_lock(int fd, const std::string& archive) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw errno_error(archive, "cannot lock");
  }
  return true;
}

bool is_named(int fd, const std::string& file) {
  struct stat named {};
  struct stat held {};
  return ::stat(file.c_str(), &named) == 0 && ::fstat(fd, &held) == 0 &&
         named.st_dev == held.st_dev && named.st_ino == held.st_ino;
}

}  // namespace

std::string segment_file(std::uint64_t number) {
  return fmt::format("segment-{:06}", number);
}

std::string removed_file(std::uint64_t number) {
  return fmt::format("removed-{:06}", number);
}

std::optional<NumberedFile> parse_numbered(const std::string& name) {
  constexpr std::string_view kSegment = "segment-", kRemoved = "removed-";
  NumberedFile file;
  file.is_segment = name.compare(0, kSegment.size(), kSegment) == 0;
  if (!file.is_segment && name.compare(0, kRemoved.size(), kRemoved) != 0) return std::nullopt;
  const char* const end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + kSegment.size(), end, file.number);
  if (parsed.ec != std::errc()) return std::nullopt;
  file.is_new = std::string_view(parsed.ptr) == kNewSuffix;
  if (!file.is_new && parsed.ptr != end) return std::nullopt;
  return file;
}

bool exists(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw errno_error(path, "cannot stat");
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code fault;
  for (fs::directory_iterator at(folder, fault), end; !fault && at != end; at.increment(fault)) {
    names.push_back(at->path().filename().string());
  }
  if (fault) throw Error(folder, "cannot list: " + fault.message());
  std::sort(names.begin(), names.end());
  return names;
}

bool is_leftover(const std::string& name) {
  if (const std::optional<NumberedFile> file = parse_numbered(name)) return file->is_new;
  const std::string base(file_of_temporary(name));
  return base == kManifestFile || parse_numbered(base);
}

bool is_free(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return errno == ENOENT;
  if (!S_ISDIR(info.st_mode) || exists(path + "/" + kManifestFile)) return false;
  const std::vector<std::string> names = names_in(path);
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return name == kLockFile || is_leftover(name);
  });
}

Error no_manifest(const std::string& folder) {
  const std::vector<std::string> names = names_in(folder);
  const bool has_segments = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    const std::optional<NumberedFile> file = parse_numbered(name);
    return file && file->is_segment && !file->is_new;
  });
  if (!has_segments) return {folder, "not an archive: no manifest in this folder"};
  return {folder,
          "damaged: segments of an archive but no manifest; nothing is changed: "
          "pa-index --salvage NEW " +
              folder + " saves their records"};
}

Descriptor lock(const std::string& archive, const std::string& file, double wait_seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kPause(100);
  const auto end = Clock::now() + std::chrono::duration<double>(wait_seconds);
  // A holder that gave up may have deleted the file between our open and our flock; a lock on a
  // deleted file keeps nobody out, so try again.
  for (;;) {
    Descriptor fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (fd.get() < 0) throw errno_error(archive, "cannot open its lock file");
    if (try_lock(fd.get(), archive)) {
      if (is_named(fd.get(), file)) return fd;
    } else if (Clock::now() < end) {
      std::this_thread::sleep_for(kPause);
    } else {
      throw Error(archive,
                  "another process is writing to this archive; try again when it is done, or wait "
                  "for it with --wait SECONDS");
    }
  }
}

}  // namespace pairalign::archive
