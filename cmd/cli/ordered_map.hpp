// Work on many items at once, results in input order.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace pairalign::cli {

/// A pipeline of one reader (the caller's `push`), `workers` threads and ordered delivery: results
/// reach `deliver` on the caller's thread, in the order of `push`, whatever the number of workers, so
/// the output is the same for any -j. At most `window` items are under way: memory stays bounded.
template <class Item, class Result>
class OrderedMap;  // see below for members: push(Item), finish()

}  // namespace pairalign::cli
