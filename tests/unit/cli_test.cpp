// The plumbing of the tools: ordered work on threads, folder walks, messages that stay one line.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.hpp"
#include "cli/inputs.hpp"
#include "cli/ordered_map.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"

namespace pairalign::cli {
namespace {

using Map = OrderedMap<int, int>;

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
    Map map(
        workers, 16,
        [] {
          return [](int& item) {
            Random random = Random::stream(1, static_cast<std::uint64_t>(item));
            sleep_up_to_ms(1, random);
            return item * item;
          };
        },
        [&](int& item, std::future<int>& result) {
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

TEST_CASE("each worker gets its own work") {
  std::atomic<int> made{0};
  Map map(
      3, 8,
      [&] {
        ++made;
        return [](int& item) { return item; };
      },
      [](int&, std::future<int>& result) { result.get(); });
  map.push(1);
  map.finish();
  CHECK(made == 3);
}

TEST_CASE("the weight under way never exceeds the window") {
  constexpr long kWindow = 10;
  const auto weight_of = [](int item) { return item % 4 + 1L; };
  std::atomic<long> pushed{0}, delivered{0};
  Map map(
      4, kWindow,
      [] {
        return [](int& item) {
          Random random = Random::stream(2, static_cast<std::uint64_t>(item));
          sleep_up_to_ms(0.5, random);
          return item;
        };
      },
      [&](int& item, std::future<int>&) { delivered += weight_of(item); });
  long most = 0;
  for (int i = 0; i < 400; ++i) {
    map.push(i, static_cast<std::size_t>(weight_of(i)));
    pushed += weight_of(i);
    most = std::max(most, pushed - delivered);
  }
  map.finish();
  CHECK(pushed == delivered);
  CHECK(most <= kWindow);
  CHECK(most > kWindow / 2);
}

TEST_CASE("an item heavier than the window is let in alone") {
  int delivered = 0;
  Map map(
      2, 4, [] { return [](int& item) { return item; }; },
      [&](int&, std::future<int>& result) { delivered += result.get(); });
  map.push(1, 3);
  map.push(2, 1000);
  map.push(3, 1);
  map.finish();
  CHECK(delivered == 6);
}

TEST_CASE("an item's exception reaches its own delivery, the others come out") {
  std::vector<std::string> seen;
  Map map(
      3, 8,
      [] {
        return [](int& item) {
          if (item % 5 == 3) throw std::runtime_error("item " + std::to_string(item));
          return item;
        };
      },
      [&](int& item, std::future<int>& result) {
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

TEST_CASE("a failed delivery stops push and finish") {
  const auto make_work = [] { return [](int& item) { return item; }; };
  const auto deliver = [](int& item, std::future<int>&) {
    if (item == 2) throw std::runtime_error("disk full");
  };
  SUBCASE("push") {
    Map map(2, 4, make_work, deliver);
    const auto push_all = [&] {
      for (int i = 0; i < 1000; ++i)
        map.push(i);
    };
    CHECK_THROWS_WITH(push_all(), "disk full");
  }
  SUBCASE("finish") {
    Map map(2, 4, make_work, deliver);
    for (int i = 0; i < 3; ++i)
      map.push(i);
    CHECK_THROWS_WITH(map.finish(), "disk full");
  }
}

TEST_CASE("a map may be abandoned with work left") {
  Map map(
      2, 100,
      [] {
        return [](int& item) {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          return item;
        };
      },
      [](int&, std::future<int>& result) { result.get(); });
  for (int i = 0; i < 100; ++i)
    map.push(i);
}

TEST_CASE("a result goes out while the caller does nothing") {
  std::promise<int> arrived;
  Map map(
      1, 8, [] { return [](int& item) { return item; }; },
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
