// A fixed set of threads that share numbered pieces of work.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pairalign {

/// The caller is one of the threads, so `ThreadPool(1)` starts none. Which thread takes which piece
/// is not fixed: a job is deterministic when its pieces do not depend on one another.
class ThreadPool {
 public:
  /// `threads` ≥ 1; 0 takes the number of processors this process may run on.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls `body(i)` for every i in [0, count) and returns when all are done. The first exception
  /// thrown by a piece is rethrown here, after the pieces in progress have ended. Not reentrant.
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body);

 private:
  void work();
  void run_pieces();

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable start_;
  std::condition_variable done_;
  const std::function<void(std::size_t)>* body_ = nullptr;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  std::size_t busy_ = 0;
  std::uint64_t job_ = 0;
  std::exception_ptr failure_;
  bool stop_ = false;
};

/// The number of processors this process may run on (its affinity mask), at least 1.
int available_processors();

}  // namespace pairalign
