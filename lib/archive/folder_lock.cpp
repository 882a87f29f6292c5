#include "archive/folder_lock.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace pairalign::archive {

FolderLock::FolderLock(const std::string& archive, const std::string& file) : file_(file) {
  // A holder that gave up may have deleted the file between our open and our flock; a lock on a
  // deleted file keeps nobody out, so try again.
  for (;;) {
    fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd_ < 0) throw errno_error(archive, "cannot open its lock file");
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      const Error error = errno == EWOULDBLOCK
                              ? Error(archive, "another process is writing to this archive")
                              : errno_error(archive, "cannot lock");
      ::close(fd_);
      throw error;
    }
    if (still_named()) return;
    ::close(fd_);
  }
}

FolderLock::~FolderLock() {
  ::close(fd_);
}

void FolderLock::remove() {
  ::unlink(file_.c_str());
}

bool FolderLock::still_named() const {
  struct stat named {};
  struct stat held {};
  return ::stat(file_.c_str(), &named) == 0 && ::fstat(fd_, &held) == 0 &&
         named.st_dev == held.st_dev && named.st_ino == held.st_ino;
}

}  // namespace pairalign::archive
