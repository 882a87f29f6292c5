// One writer at a time.
#pragma once

#include <string>

#include "base/descriptor.hpp"

namespace pairalign::archive {

/// Holds an exclusive flock(2) on a file, made when absent. The kernel lets go of it when the
/// holder ends, however it ends, so no stale lock is left to be cleared by hand.
class FolderLock {
 public:
  /// Waits up to `wait_seconds` for another process that holds the lock. Throws Error(`archive`, …)
  /// when it holds it still, or the lock cannot be had.
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
