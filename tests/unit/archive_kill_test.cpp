// Writers that are killed, and readers while writers work.
#include <algorithm>
#include <chrono>
#include <set>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive_folder.hpp"
#include "base/error.hpp"

using namespace pairalign;
using namespace pairalign::archive;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kActions = 6;

WriterOptions several_segments() {
  WriterOptions options;
  options.segment_bytes = 1500;
  return options;
}

// Records whose keys are `name` and a number, and whose tokens tell at which step they were made.
std::vector<Entry> records_of(const std::string& name, std::size_t count, std::size_t step) {
  std::vector<Entry> entries(count);
  for (std::size_t i = 0; i < count; ++i) {
    entries[i].record.key = name + std::to_string(i);
    entries[i].record.tokens.assign(30, static_cast<tokens::Token>(step % 500));
  }
  return entries;
}

std::vector<std::string> keys_to_remove() {
  std::vector<std::string> keys;
  for (int i = 5; i < 25; ++i)
    keys.push_back("new" + std::to_string(i));
  return keys;
}

// What step number `step` does, to the archive and to a list.
void act(const std::string& path, const std::string& other, std::size_t step) {
  switch (step % kActions) {
    case 0:
      append(path, records_of("new", 40, step), several_segments());
      break;
    case 1:
      append(path, records_of("kept", 10, step), several_segments());
      break;
    case 2: {
      ArchiveWriter writer(path);
      writer.remove(keys_to_remove());
      writer.commit();
      break;
    }
    case 3:
      ArchiveWriter(path, {}, several_segments()).merge({});
      break;
    case 4:
      append(path, records_of("new", 20, step));
      break;
    default:
      ArchiveWriter(path).merge({other});
  }
}

std::vector<Entry> without(const std::vector<Entry>& entries, const std::vector<Entry>& gone) {
  std::vector<Entry> kept;
  std::set<std::string> keys;
  for (const Entry& entry : gone)
    keys.insert(entry.record.key);
  for (const Entry& entry : entries) {
    if (keys.count(entry.record.key) == 0) kept.push_back(entry);
  }
  return kept;
}

std::vector<Entry> after(const std::vector<Entry>& before, const std::string& other,
                         std::size_t step) {
  std::vector<Entry> added;
  switch (step % kActions) {
    case 0:
      added = records_of("new", 40, step);
      break;
    case 1:
      added = records_of("kept", 10, step);
      break;
    case 2: {
      std::vector<Entry> gone;
      for (const std::string& key : keys_to_remove()) {
        gone.emplace_back();
        gone.back().record.key = key;
      }
      return without(before, gone);
    }
    case 3:
      return before;
    case 4:
      added = records_of("new", 20, step);
      break;
    default:
      added = contents(other);
  }
  std::vector<Entry> all = without(before, added);
  all.insert(all.end(), added.begin(), added.end());
  return all;
}

// How long the steps take, on this machine and under what else it does.
std::uint64_t microseconds_of(std::size_t steps, const std::string& path,
                              const std::string& other) {
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t step = 0; step < steps; ++step)
    act(path, other, step);
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  return static_cast<std::uint64_t>(took.count());
}

}  // namespace

TEST_CASE("killed at any of 200 moments, the archive is as before or after what was under way") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  const std::string other = scratch / "b.pai";
  append(other, records_of("other", 15, 7));
  const std::uint64_t round_us = microseconds_of(2 * kActions, scratch / "timed.pai", other) / 2;
  Random random(1);
  std::size_t next = 0;  // the step to be done
  std::vector<Entry> state;
  std::size_t killed_in[kActions] = {};
  // On a slow machine it takes more kills until all kinds of steps have been met.
  const auto all_met = [&] {
    return next > 50 && killed_in[0] > 0 && killed_in[1] > 0 && killed_in[2] > 0 &&
           killed_in[3] + killed_in[4] > 0 && killed_in[5] > 0;
  };
  for (int round = 0; round < 200 || (!all_met() && round < 2000); ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (std::size_t step = next;; ++step)
        act(path, other, step);
    }
    ::usleep(static_cast<useconds_t>(random.below(round_us)));
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));  // and not of an error of its own

    const bool created = fs::exists(path + "/manifest");
    REQUIRE((created || next == 0));
    const std::vector<Entry> found = created ? contents(path) : std::vector<Entry>();
    for (const std::size_t from = next; found != state; ++next) {
      REQUIRE(next < from + 2000);
      state = after(state, other, next);
    }
    ++killed_in[next % kActions];
    if (created) REQUIRE(Archive::verify(path).empty());
  }
  // A merge by itself changes no contents, so what follows it is counted with it.
  MESSAGE("killed in append " << killed_in[0] << ", append " << killed_in[1] << ", remove "
                              << killed_in[2] << ", merge or replace "
                              << killed_in[3] + killed_in[4] << ", merge of another "
                              << killed_in[5]);
  CHECK(next > 50);
  for (const std::size_t kills : {killed_in[0], killed_in[1], killed_in[2],
                                  killed_in[3] + killed_in[4], killed_in[5]})
    CHECK(kills > 0);
  act(path, other, next);
  CHECK(contents(path) == after(state, other, next));
}

TEST_CASE("readers see a whole state while appends and merges go on, and keep what they opened") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  append(path, records_of("new", 40, 0), several_segments());
  const Archive opened = Archive::open(path);
  const std::vector<Entry> first = contents(opened);
  const pid_t child = ::fork();
  if (child == 0) {
    for (std::size_t step = 1;; ++step) {
      append(path, records_of("new", 40, step), several_segments());
      if (step % 2 == 0) ArchiveWriter(path).merge({});
    }
  }
  std::set<tokens::Token> steps;
  for (int round = 0; round < 400; ++round) {
    const std::vector<Entry> found = contents(path);
    REQUIRE(found.size() == 40);
    const std::size_t step = found[0].record.tokens[0];
    REQUIRE(found == records_of("new", 40, step));
    steps.insert(found[0].record.tokens[0]);
    REQUIRE(contents(opened) == first);
  }
  REQUIRE(::kill(child, SIGKILL) == 0);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(steps.size() > 3);
}
