#include "base/thread_pool.hpp"

#include <algorithm>
#include <system_error>

#include <sched.h>

namespace pairalign {

int available_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

ThreadPool::ThreadPool(int threads) {
  if (threads <= 0) threads = available_processors();
  workers_.reserve(static_cast<std::size_t>(threads));
  try {
    for (int i = 1; i < threads; ++i)
      workers_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    // The threads that could be started do all the work.
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  start_.notify_all();
  for (std::thread& worker : workers_)
    worker.join();
}

void ThreadPool::parallel_for(std::size_t count, const std::function<void(std::size_t)>& body) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    body_ = &body;
    next_ = 0;
    count_ = count;
    failure_ = nullptr;
    ++job_;
  }
  start_.notify_all();
  run_pieces();
  std::unique_lock<std::mutex> lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
  body_ = nullptr;
  count_ = 0;
  if (failure_) std::rethrow_exception(failure_);
}

void ThreadPool::run_pieces() {
  std::unique_lock<std::mutex> lock(mutex_);
  ++busy_;
  while (next_ < count_ && !failure_) {
    const std::size_t piece = next_++;
    lock.unlock();
    std::exception_ptr failure;
    try {
      (*body_)(piece);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure && !failure_) failure_ = failure;
  }
  --busy_;
  if (busy_ == 0) done_.notify_all();
}

void ThreadPool::work() {
  std::uint64_t seen = 0;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    start_.wait(lock, [&] { return stop_ || job_ != seen; });
    if (stop_) return;
    seen = job_;
    lock.unlock();
    run_pieces();
    lock.lock();
  }
}

}  // namespace pairalign
