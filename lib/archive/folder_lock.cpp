#include "archive/folder_lock.hpp"

#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace pairalign::archive {

FolderLock::FolderLock(const std::string& archive, const std::string& file, double wait_seconds)
    : file_(file) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kPause(100);
  const auto end = Clock::now() + std::chrono::duration<double>(wait_seconds);
  // A holder that gave up may have deleted the file between our open and our flock; a lock on a
  // deleted file keeps nobody out, so try again.
  for (;;) {
    fd_ = Descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (fd_.get() < 0) throw errno_error(archive, "cannot open its lock file");
    if (try_lock(archive)) {
      if (still_named()) return;
    } else if (Clock::now() < end) {
      std::this_thread::sleep_for(kPause);
    } else {
      throw Error(archive,
                  "another process is writing to this archive; try again when it is done, or wait "
                  "for it with --wait SECONDS");
    }
  }
}

// False while another process has the lock.
bool FolderLock::try_lock(const std::string& archive) const {
  while (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw errno_error(archive, "cannot lock");
  }
  return true;
}

void FolderLock::remove() {
  ::unlink(file_.c_str());
}

bool FolderLock::still_named() const {
  struct stat named {};
  struct stat held {};
  return ::stat(file_.c_str(), &named) == 0 && ::fstat(fd_.get(), &held) == 0 &&
         named.st_dev == held.st_dev && named.st_ino == held.st_ino;
}

}  // namespace pairalign::archive
