// One writer at a time.
#pragma once

#include <string>

#include "base/descriptor.hpp"

namespace pairalign::archive {

/// Holds an exclusive flock(2) on a file, which is created if absent. The kernel releases it when
/// the holder ends, however it ends, so there are no stale locks to clear by hand.
class FolderLock {
 public:
  /// Waits up to `wait_seconds` for another process to release the lock. Throws Error(`archive`, …)
  /// if it still holds the lock then, or if locking fails.
  FolderLock(const std::string& archive, const std::string& file, double wait_seconds = 0);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// Deletes the file, while still holding the lock on it.
  void remove();

 private:
  bool try_lock(const std::string& archive) const;
  bool still_named() const;

  std::string file_;
  Descriptor fd_;
};

}  // namespace pairalign::archive
