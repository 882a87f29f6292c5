// Processing items in parallel, with results in input order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/span.hpp"

namespace pairalign::cli {

/// What a thread of an OrderedMap does: it takes waiting items until it is full or none is waiting,
/// then returns the results of all of them.
template <class Item, class Result>
class Worker {
 public:
  virtual ~Worker() = default;
  /// An exception becomes the result of this item.
  virtual void take(Item& item) = 0;
  /// Whether the items taken should be finished without waiting for more.
  virtual bool full() const = 0;
  /// The results of the items taken since the last call, in order, without those for which `take`
  /// threw. An exception becomes the result of all of them.
  virtual std::vector<Result> finish() = 0;
};

/// A pipeline of one reader (the caller's `push`), workers with a thread each, and ordered
/// delivery: `deliver` is called for one item after the other, in the order of `push`, whatever the
/// number of workers, so the output is the same for any -j.
///
/// Delivery has a thread of its own: a result goes out as soon as those before it are out, even
/// while the caller waits for its next input on a slow pipe. So what `deliver` touches belongs to
/// that thread until `finish` has returned.
///
/// At most `window` items are in flight; `push` waits for room, so memory stays bounded.
template <class Item, class Result>
class OrderedMap {
 public:
  using Workers = std::vector<std::unique_ptr<Worker<Item, Result>>>;
  /// `result` is ready: its `get()` returns what the worker gave, or throws what it threw.
  using Deliver = std::function<void(Item&, std::future<Result>& result)>;

  OrderedMap(Workers workers, std::size_t window, Deliver deliver)
      : workers_(std::move(workers)), window_(window), deliver_(std::move(deliver)) {
    try {
      for (const auto& worker : workers_)
        threads_.emplace_back([this, &worker] { run_worker(*worker); });
      threads_.emplace_back([this] { run_delivery(); });
    } catch (...) {
      stop();
      throw;
    }
  }

  /// Without `finish`, items not yet started are dropped.
  ~OrderedMap() { stop(); }
  OrderedMap(const OrderedMap&) = delete;
  OrderedMap& operator=(const OrderedMap&) = delete;

  /// Takes an item, waiting until there is room. Throws what an earlier `deliver` threw.
  void push(Item item) {
    std::unique_lock<std::mutex> lock(mutex_);
    room_.wait(lock, [&] { return slots_.size() < window_ || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    slots_.push_back(std::make_shared<Slot>(Slot{std::move(item), {}, false}));
    waiting_.push_back(slots_.back());
    todo_.notify_one();
  }

  /// Returns when every item has been delivered. Throws what `deliver` threw.
  void finish() {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      room_.wait(lock, [&] { return slots_.empty() || failure_; });
    }
    stop();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  struct Slot {
    Item item;
    std::promise<Result> result;
    bool done;
  };

  using Taken = std::vector<std::shared_ptr<Slot>>;

  void run_worker(Worker<Item, Result>& worker) {
    Taken taken;
    for (;;) {
      const std::shared_ptr<Slot> slot = next_slot(taken.empty());
      if (slot == nullptr && taken.empty()) return;
      if (slot != nullptr) {
        try {
          taken.reserve(taken.size() + 1);  // so that the push_back below cannot fail
          worker.take(slot->item);
          taken.push_back(slot);
        } catch (...) {
          slot->result.set_exception(std::current_exception());
          mark_done({&slot, 1});
        }
      }
      if (!taken.empty() && (slot == nullptr || worker.full())) {
        set_results(worker, taken);
        mark_done(taken);
        taken.clear();
      }
    }
  }

  // Null if no item is waiting (with `wait`: and none will come).
  std::shared_ptr<Slot> next_slot(bool wait) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (wait) todo_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
    if (stop_ || waiting_.empty()) return nullptr;
    std::shared_ptr<Slot> slot = std::move(waiting_.front());
    waiting_.pop_front();
    return slot;
  }

  static void set_results(Worker<Item, Result>& worker, const Taken& taken) {
    std::vector<Result> results;
    try {
      results = worker.finish();
    } catch (...) {
      for (const std::shared_ptr<Slot>& slot : taken)
        slot->result.set_exception(std::current_exception());
      return;
    }
    for (std::size_t i = 0; i < taken.size(); ++i)
      taken[i]->result.set_value(std::move(results[i]));
  }

  void mark_done(Span<const std::shared_ptr<Slot>> slots) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const std::shared_ptr<Slot>& slot : slots)
      slot->done = true;
    if (slots_.front()->done) next_done_.notify_one();
  }

  void run_delivery() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      next_done_.wait(lock, [&] { return stop_ || (!slots_.empty() && slots_.front()->done); });
      if (stop_) return;
      const std::shared_ptr<Slot> slot = slots_.front();
      lock.unlock();
      std::exception_ptr failure;
      try {
        std::future<Result> result = slot->result.get_future();
        deliver_(slot->item, result);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      slots_.pop_front();
      failure_ = failure;
      room_.notify_one();
      if (failure_) return;
    }
  }

  void stop() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
    }
    todo_.notify_all();
    next_done_.notify_all();
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  const Workers workers_;
  const std::size_t window_;
  const Deliver deliver_;
  std::vector<std::thread> threads_;

  std::mutex mutex_;
  std::condition_variable room_;               // slots_ shrank, or failure_ was set
  std::condition_variable todo_;               // waiting_ grew, or stop_
  std::condition_variable next_done_;          // the oldest slot is done, or stop_
  std::deque<std::shared_ptr<Slot>> slots_;    // in order of push, until delivered
  std::deque<std::shared_ptr<Slot>> waiting_;  // those that no worker has taken
  std::exception_ptr failure_;                 // what deliver threw
  bool stop_ = false;
};

}  // namespace pairalign::cli
