// One step of a pipeline: values produced by a thread of its own, ahead of their consumer.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace pairalign {

/// Runs `make` on a thread, which hands over one value after another; `next` returns them in that
/// order. At most `ahead` values wait to be taken; then `make` blocks, so memory stays bounded.
/// Steps may be chained, one taking from another within its own `make`.
template <class T>
class ReadAhead {
 public:
  using HandOver = std::function<void(T)>;

  ReadAhead(std::size_t ahead, std::function<void(const HandOver&)> make)
      : ahead_(ahead), thread_([this, own = std::move(make)] { run(own); }) {}

  /// Abandons the work in progress: the next `HandOver` unwinds `make` instead of returning to it.
  ~ReadAhead() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      given_up_ = true;
    }
    room_.notify_one();
    thread_.join();
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// Waits for the next value; nullopt when `make` has returned. Throws what `make` threw, after
  /// the values from before.
  std::optional<T> next() {
    std::unique_lock<std::mutex> lock(mutex_);
    filled_.wait(lock, [&] { return !values_.empty() || ended_; });
    if (values_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      return std::nullopt;
    }
    std::optional<T> value = std::move(values_.front());
    values_.pop_front();
    lock.unlock();
    room_.notify_one();
    return value;
  }

 private:
  struct GivenUp {};

  void run(const std::function<void(const HandOver&)>& make) {
    std::exception_ptr failure;
    try {
      make([this](T value) { hand_over(std::move(value)); });
    } catch (const GivenUp&) {
      return;  // no consumer is left
    } catch (...) {
      failure = std::current_exception();
    }
    {
      std::lock_guard<std::mutex> lock(mutex_);
      failure_ = failure;
      ended_ = true;
    }
    filled_.notify_one();
  }

  void hand_over(T value) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      room_.wait(lock, [&] { return values_.size() < ahead_ || given_up_; });
      if (given_up_) throw GivenUp();
      values_.push_back(std::move(value));
    }
    filled_.notify_one();
  }

  const std::size_t ahead_;
  std::mutex mutex_;
  std::condition_variable room_;    // values_ shrank, or given_up_
  std::condition_variable filled_;  // values_ grew, or ended_
  std::deque<T> values_;
  std::exception_ptr failure_;
  bool ended_ = false;
  bool given_up_ = false;
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace pairalign
