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
    fd_ = Descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (fd_.get() < 0) throw errno_error(archive, "cannot open its lock file");
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
      throw errno == EWOULDBLOCK
          ? Error(archive, "another process is writing to this archive; try again when it is done")
          : errno_error(archive, "cannot lock");
    }
    if (still_named()) return;
  }
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
