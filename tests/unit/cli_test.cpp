// The plumbing of the tools: ordered work on threads, folder walks, messages that stay one line.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.hpp"
#include "cli/inputs.hpp"
#include "cli/last_resort.hpp"
#include "cli/ordered_map.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"

namespace pairalign::cli {
namespace {

using Map = OrderedMap<int, int>;

// Does one item at a time.
class IntWorker : public Worker<int, int> {
 public:
  explicit IntWorker(std::function<int(int)> work) : work_(std::move(work)) {}
  void take(int& item) override { result_ = work_(item); }
  bool full() const override { return true; }
  std::vector<int> finish() override { return {result_}; }

 private:
  std::function<int(int)> work_;
  int result_ = 0;
};

Map::Workers make_workers(int count, const std::function<int(int)>& work) {
  Map::Workers workers;
  for (int i = 0; i < count; ++i)
    workers.push_back(std::make_unique<IntWorker>(work));
  return workers;
}

int identity(int item) {
  return item;
}

void sleep_up_to_ms(double most, Random& random) {
  std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(random.uniform(0, most)));
}

TEST_CASE("a progress line gives its bar the room that is left") {
  const ProgressState state{"tool", 25, 100, std::nullopt, 50, "0.20 h, 281 x real time"};
  CHECK(progress_line(state, 200) ==
        "tool [#####...............]  25% 25/100  0.5/s  2:30 left  0.20 h, 281 x real time");
  CHECK(progress_line(state, 70) ==
        "tool [##......]  25% 25/100  0.5/s  2:30 left  0.20 h, 281 x real time");
  CHECK(progress_line(state, 62) == "tool  25% 25/100  0.5/s  2:30 left  0.20 h, 281 x real time");
  CHECK(progress_line(state, 10) == "tool  25% ");
}

TEST_CASE("a progress line knows the time left by the part of the work, where it is told") {
  CHECK(progress_line({"tool", 25, 100, 0.5, 7200, ""}, 200) ==
        "tool [##########..........]  50% 25/100  0.0/s  2:00:00 left");
  CHECK(progress_line({"tool", 0, 4, 0.0, 1, ""}, 200) ==
        "tool [....................]   0% 0/4  0.0/s");
  CHECK(progress_line({"tool", 4, 4, 1.0, 2, ""}, 200) ==
        "tool [####################] 100% 4/4  2.0/s");
  CHECK(progress_line({"tool", 300, 0, std::nullopt, 1, "records"}, 200) ==
        "tool 300  300/s  records");
}

TEST_CASE("results come in the order of push for any number of workers") {
  for (const int workers : {1, 2, 7}) {
    std::vector<int> order;
    const auto square = [](int item) {
      Random random = Random::stream(1, static_cast<std::uint64_t>(item));
      sleep_up_to_ms(1, random);
      return item * item;
    };
    Map map(make_workers(workers, square), 16, [&](int& item, std::future<int>& result) {
      REQUIRE(result.get() == item * item);
      order.push_back(item);
    });
    for (int i = 0; i < 300; ++i)
      map.push(i);
    map.finish();
    REQUIRE(order.size() == 300);
    for (int i = 0; i < 300; ++i)
      REQUIRE(order[static_cast<std::size_t>(i)] == i);
  }
}

TEST_CASE("the items under way are never more than the window") {
  constexpr long kWindow = 10;
  std::atomic<long> pushed{0}, delivered{0};
  const auto work = [](int item) {
    Random random = Random::stream(2, static_cast<std::uint64_t>(item));
    sleep_up_to_ms(0.5, random);
    return item;
  };
  Map map(make_workers(4, work), kWindow, [&](int&, std::future<int>&) { ++delivered; });
  long most = 0;
  for (int i = 0; i < 400; ++i) {
    map.push(i);
    ++pushed;
    most = std::max(most, pushed - delivered);
  }
  map.finish();
  CHECK(pushed == delivered);
  CHECK(most <= kWindow);
  CHECK(most > kWindow / 2);
}

TEST_CASE("an item's exception reaches its own delivery, the others come out") {
  std::vector<std::string> seen;
  const auto work = [](int item) {
    if (item % 5 == 3) throw std::runtime_error("item " + std::to_string(item));
    return item;
  };
  Map map(make_workers(3, work), 8, [&](int& item, std::future<int>& result) {
    try {
      seen.push_back(std::to_string(result.get()));
    } catch (const std::runtime_error& error) {
      CHECK(error.what() == "item " + std::to_string(item));
      seen.push_back("failed");
    }
  });
  for (int i = 0; i < 10; ++i)
    map.push(i);
  map.finish();
  CHECK(seen ==
        std::vector<std::string>{"0", "1", "2", "failed", "4", "5", "6", "7", "failed", "9"});
}

// Takes up to five items once it is let go, of which those that end in 3 fail, and all of a group
// in which there is a 40.
class GroupWorker : public Worker<int, int> {
 public:
  explicit GroupWorker(std::shared_future<void> go) : go_(std::move(go)) {}
  void take(int& item) override {
    go_.wait();
    if (item % 10 == 3) throw std::runtime_error("its own");
    items_.push_back(item);
  }
  bool full() const override { return items_.size() == 5; }
  std::vector<int> finish() override {
    std::vector<int> results;
    const std::vector<int> items = std::exchange(items_, {});
    for (const int item : items) {
      if (item == 40) throw std::runtime_error("of the group");
      results.push_back(item * 100 + static_cast<int>(items.size()));
    }
    return results;
  }

 private:
  std::shared_future<void> go_;
  std::vector<int> items_;
};

TEST_CASE("a worker takes what waits until it is full") {
  std::promise<void> go;
  std::vector<std::string> seen;
  Map::Workers workers;
  workers.push_back(std::make_unique<GroupWorker>(go.get_future().share()));
  Map map(std::move(workers), 100, [&](int&, std::future<int>& result) {
    try {
      seen.push_back(std::to_string(result.get()));
    } catch (const std::runtime_error& error) {
      seen.emplace_back(error.what());
    }
  });
  for (const int item : {10, 11, 12, 13, 14, 15, 40, 41, 42, 44, 45, 51, 52})
    map.push(item);
  go.set_value();
  map.finish();
  CHECK(seen == std::vector<std::string>{"1005", "1105", "1205", "its own", "1405", "1505",
                                         "of the group", "of the group", "of the group",
                                         "of the group", "of the group", "5102", "5202"});
}

TEST_CASE("a failed delivery stops push and finish") {
  const auto deliver = [](int& item, std::future<int>&) {
    if (item == 2) throw std::runtime_error("disk full");
  };
  Map map(make_workers(2, identity), 4, deliver);
  SUBCASE("push") {
    const auto push_all = [&] {
      for (int i = 0; i < 1000; ++i)
        map.push(i);
    };
    CHECK_THROWS_WITH(push_all(), "disk full");
  }
  SUBCASE("finish") {
    for (int i = 0; i < 3; ++i)
      map.push(i);
    CHECK_THROWS_WITH(map.finish(), "disk full");
  }
}

TEST_CASE("a map may be abandoned with work left") {
  const auto work = [](int item) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return item;
  };
  Map map(make_workers(2, work), 100, [](int&, std::future<int>& result) { result.get(); });
  for (int i = 0; i < 100; ++i)
    map.push(i);
}

TEST_CASE("a result goes out while the caller does nothing") {
  std::promise<int> arrived;
  Map map(make_workers(1, identity), 8,
          [&](int&, std::future<int>& result) { arrived.set_value(result.get()); });
  map.push(42);
  std::future<int> arrival = arrived.get_future();
  REQUIRE(arrival.wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  CHECK(arrival.get() == 42);
  map.finish();
}

// A folder that is gone at the end of its scope.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_("/tmp/pairalign-cli-test.XXXXXX") {
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
  }
  ~TemporaryFolder() { CHECK(std::system(("rm -rf " + path_).c_str()) == 0); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + '/' + name; }
  const std::string& path() const { return path_; }
  void touch(const std::string& name) const { std::ofstream(*this / name) << "x"; }
  void folder(const std::string& name) const {
    REQUIRE(::mkdir((*this / name).c_str(), 0700) == 0);
  }

 private:
  std::string path_;
};

struct Inputs {
  std::vector<std::string> taken;
  std::vector<std::string> failed;
};

Inputs inputs_of(const std::vector<std::string>& paths) {
  Inputs inputs;
  for_each_input(
      paths, false, [&](const std::string& path) { inputs.taken.push_back(path); },
      [&](const std::string& path, const std::string& reason) {
        inputs.failed.push_back(path + ": " + reason);
      });
  return inputs;
}

// What a crash after a lack of memory that was got over is called: its status and whether it is by
// the signal. In a process of its own.
int end_of_crash(bool memory_back) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(STDERR_FILENO);
    std::signal(SIGSEGV, SIG_DFL);  // not the test's own way of reporting it
    guard_against_sudden_ends();
    try {
      std::vector<char> vast;
      vast.reserve(~std::size_t{0} / 4);
    } catch (const std::bad_alloc&) {
      if (memory_back) memory_is_back();
    }
    ::raise(SIGSEGV);
    ::raise(SIGSEGV);
    ::_exit(7);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

TEST_CASE("a crash is called lack of memory only while memory lacks") {
  const int lacking = end_of_crash(false);
  CHECK(WIFEXITED(lacking));
  CHECK(WEXITSTATUS(lacking) == kFailed);
  const int later = end_of_crash(true);
  CHECK(WIFSIGNALED(later));
  CHECK(WTERMSIG(later) == SIGSEGV);
}

TEST_CASE("a folder is walked in the order of its sorted paths") {
  const TemporaryFolder root;
  for (const char* folder : {"a", "b", ".hidden", "b/deep"})
    root.folder(folder);
  for (const char* file :
       {"a/1.wav", "a.wav", "a-b.FLAC", "b/deep/x.Opus", "b/notes.txt", "b/z.ogg", ".secret.wav",
        ".hidden/y.wav", "noextension", "b/\xff.mp3"}) {
    root.touch(file);
  }
  const Inputs inputs = inputs_of({root.path(), root / "b/"});
  CHECK(inputs.failed.empty());
  CHECK(inputs.taken ==
        std::vector<std::string>{root / "a-b.FLAC", root / "a.wav", root / "a/1.wav",
                                 root / "b/deep/x.Opus", root / "b/z.ogg", root / "b/\xff.mp3",
                                 root / "b/deep/x.Opus", root / "b/z.ogg", root / "b/\xff.mp3"});
}

TEST_CASE("links are followed and a loop of them ends") {
  const TemporaryFolder root;
  root.folder("a");
  root.touch("a/1.wav");
  REQUIRE(::symlink("..", (root / "a/up").c_str()) == 0);
  REQUIRE(::symlink("1.wav", (root / "a/2.wav").c_str()) == 0);
  REQUIRE(::symlink("nowhere", (root / "a/3.wav").c_str()) == 0);
  const Inputs inputs = inputs_of({root.path()});
  CHECK(inputs.failed.empty());
  CHECK(inputs.taken ==
        std::vector<std::string>{root / "a/1.wav", root / "a/2.wav", root / "a/3.wav"});
}

TEST_CASE("files and names that do not exist are handed on, an empty folder is named") {
  const TemporaryFolder root;
  root.folder("empty");
  root.touch("notes.txt");
  const Inputs inputs = inputs_of({root / "notes.txt", "-", root / "gone.wav", root / "empty"});
  CHECK(inputs.taken == std::vector<std::string>{root / "notes.txt", "-", root / "gone.wav"});
  CHECK(inputs.failed == std::vector<std::string>{root / "empty: no audio files in this folder"});
}

TEST_CASE("audio extensions") {
  CHECK(has_audio_extension("x.wav"));
  CHECK(has_audio_extension("a.b/x.OpUs"));
  CHECK_FALSE(has_audio_extension("x.wa"));
  CHECK_FALSE(has_audio_extension("wav"));
  CHECK_FALSE(has_audio_extension("x.txt"));
}

TEST_CASE("messages stay one line whatever a path holds") {
  CHECK(printable("plain \xc3\xa9") == "plain \xc3\xa9");
  CHECK(printable("a\nb\tc\x1b[2J\x7f") == "a\\nb\\tc\\x1b[2J\\x7f");
}

}  // namespace
}  // namespace pairalign::cli
