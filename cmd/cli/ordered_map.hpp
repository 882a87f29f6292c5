// Work on many items at once, results in input order.
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

namespace pairalign::cli {

/// A pipeline of one reader (the caller's `push`), `workers` threads and ordered delivery:
/// `deliver` is called for one item after the other, in the order of `push`, whatever the number of
/// workers, so the output is the same for any -j.
///
/// Delivery has a thread of its own: a result goes out as soon as those before it are out, also
/// while the caller waits for its next input on a slow pipe. So what `deliver` touches belongs to
/// that thread until `finish` has returned.
///
/// Items weigh what the caller says, 1 unless told. At most `window` of weight is under way (a
/// heavier item is let in alone), `push` waits for room: memory stays bounded.
template <class Item, class Result>
class OrderedMap {
 public:
  using Work = std::function<Result(Item&)>;
  /// `result` is ready: its `get()` returns what the work returned, or throws what it threw.
  using Deliver = std::function<void(Item&, std::future<Result>& result)>;

  /// `make_work` is called here once per worker, so that each can own buffers.
  OrderedMap(int workers, std::size_t window, const std::function<Work()>& make_work,
             Deliver deliver)
      : window_(window), deliver_(std::move(deliver)) {
    std::vector<Work> works;
    works.reserve(static_cast<std::size_t>(workers));
    for (int i = 0; i < workers; ++i)
      works.push_back(make_work());
    for (Work& work : works) {
      threads_.emplace_back([this, own = std::move(work)] { run_worker(own); });
    }
    threads_.emplace_back([this] { run_delivery(); });
  }

  /// Without `finish`: what is not yet begun is dropped.
  ~OrderedMap() { stop(); }
  OrderedMap(const OrderedMap&) = delete;
  OrderedMap& operator=(const OrderedMap&) = delete;

  /// Takes an item, waiting until there is room. Throws what an earlier `deliver` threw.
  void push(Item item, std::size_t weight = 1) {
    std::unique_lock<std::mutex> lock(mutex_);
    room_.wait(lock, [&] { return under_way_ == 0 || under_way_ + weight <= window_ || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    under_way_ += weight;
    slots_.push_back(std::make_shared<Slot>(Slot{std::move(item), weight, {}, false}));
    waiting_.push_back(slots_.back());
    todo_.notify_one();
  }

  /// Returns when every item has been delivered. Throws what `deliver` threw.
  void finish() {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      room_.wait(lock, [&] { return under_way_ == 0 || failure_; });
    }
    stop();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  struct Slot {
    Item item;
    std::size_t weight;
    std::promise<Result> result;
    bool done;
  };

  void run_worker(const Work& work) {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      todo_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
      if (stop_) return;
      const std::shared_ptr<Slot> slot = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      try {
        slot->result.set_value(work(slot->item));
      } catch (...) {
        slot->result.set_exception(std::current_exception());
      }
      lock.lock();
      slot->done = true;
      if (slot == slots_.front()) next_done_.notify_one();
    }
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
      under_way_ -= slot->weight;
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

  const std::size_t window_;
  const Deliver deliver_;
  std::vector<std::thread> threads_;

  std::mutex mutex_;
  std::condition_variable room_;               // under_way_ fell, or failure_ was set
  std::condition_variable todo_;               // waiting_ grew, or stop_
  std::condition_variable next_done_;          // the oldest slot is done, or stop_
  std::deque<std::shared_ptr<Slot>> slots_;    // in order of push, until delivered
  std::deque<std::shared_ptr<Slot>> waiting_;  // those that no worker has taken
  std::size_t under_way_ = 0;                  // weight of slots_
  std::exception_ptr failure_;                 // what deliver threw
  bool stop_ = false;
};

}  // namespace pairalign::cli
