#include "rerank/rerank.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "rerank/embedded_audio.hpp"

namespace pairalign::rerank {
namespace {

// Seconds on either side of a place in which the query may match too, besides half of the query's
// length: tokens of two speakers do not begin and end at the same sounds.
constexpr double kMargin = 0.5;

// With what their embeddings depend on before and after.
Frames widened(const Frames& frames, std::int64_t context) {
  return {std::max<std::int64_t>(0, frames.first - context),
          std::min(frames.end + context, kToEnd)};
}

struct Query {
  FrameSequence frames;  // none: could not be read
  bool with_pauses = false;
  double seconds = 0;
};

// Pauses are left out, unless there is nothing else.
Query read_query(const AudioPart& part, const audio::DecoderOptions& options, Embedder& embedder) {
  const Frames frames = frames_of(part, 0), read = widened(frames, embedder.context());
  AudioFile file(part, options, read);
  const EmbeddedFrames embedded = file.embed(read, embedder);
  if (!file.fault().empty()) throw Error(part.path, file.fault());
  FrameSequence all = select(embedded, frames, true);
  if (all.numbers.empty()) throw Error(part.path, "no audio to compare with");
  const double seconds = static_cast<double>(all.numbers.size()) / model::kFramesPerSecond;
  FrameSequence speech = select(embedded, frames, false);
  const bool with_pauses = speech.numbers.empty();
  return {std::move(with_pauses ? all : speech), with_pauses, seconds};
}

// The candidates in one file, and those of its frames that each is sought in.
struct Task {
  struct Member {
    std::size_t candidate;
    Frames frames;
  };
  AudioPart file;
  std::vector<Member> members;
};

std::vector<Task> tasks_of(const std::vector<Candidate>& candidates) {
  std::vector<Task> tasks;
  std::map<std::pair<std::string, int>, std::size_t> positions;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    const AudioPart& place = candidates[c].place;
    const auto found = positions.emplace(std::make_pair(place.path, place.channel), tasks.size());
    if (found.second) tasks.push_back({place, {}});
    tasks[found.first->second].members.push_back({c, {}});
  }
  return tasks;
}

class Comparer {
 public:
  Comparer(align::Mode mode, const std::vector<Candidate>& candidates,
           const std::vector<Query>& queries)
      : mode_(mode), candidates_(candidates), queries_(queries) {}

  // Members whose frames, with their context, overlap are embedded together; each is compared
  // within its own frames, so that it does not depend on the others.
  void run(Task& task, const audio::DecoderOptions& options, Embedder& embedder,
           std::vector<std::optional<Comparison>>& found) const {
    std::vector<Task::Member>& members = task.members;
    for (Task::Member& member : members)
      member.frames = sought(candidates_[member.candidate]);
    std::stable_sort(members.begin(), members.end(),
                     [](const auto& a, const auto& b) { return a.frames.first < b.frames.first; });
    const std::vector<Frames> stretches = stretches_of(members, embedder.context());
    AudioFile file(task.file, options, {stretches.front().first, stretches.back().end});
    auto member = members.begin();
    bool missing = false;
    for (const Frames& stretch : stretches) {
      const EmbeddedFrames embedded = file.embed(stretch, embedder);
      for (; member != members.end() && member->frames.first < stretch.end; ++member) {
        found[member->candidate] = compare(*member, embedded);
        missing |= !found[member->candidate];
      }
    }
    if (missing)
      throw Error(task.file.path, file.fault().empty() ? "ends before a hit" : file.fault());
  }

 private:
  Frames sought(const Candidate& candidate) const {
    const bool whole = mode_ == align::Mode::global;
    return frames_of(candidate.place, whole ? 0 : kMargin + queries_[candidate.query].seconds / 2);
  }

  static std::vector<Frames> stretches_of(const std::vector<Task::Member>& members,
                                          std::int64_t context) {
    std::vector<Frames> stretches;
    for (const Task::Member& member : members) {
      const Frames frames = widened(member.frames, context);
      if (!stretches.empty() && frames.first <= stretches.back().end) {
        stretches.back().end = std::max(stretches.back().end, frames.end);
      } else {
        stretches.push_back(frames);
      }
    }
    return stretches;
  }

  // None if the audio ends before the place begins. What is nothing but pauses is compared as such.
  std::optional<Comparison> compare(const Task::Member& member,
                                    const EmbeddedFrames& embedded) const {
    const Query& query = queries_[candidates_[member.candidate].query];
    FrameSequence place = select(embedded, member.frames, query.with_pauses);
    if (place.numbers.empty()) place = select(embedded, member.frames, true);
    if (place.numbers.empty()) return std::nullopt;
    const std::size_t dimension = place.rows.size() / place.numbers.size();
    const align::WarpedMatch match = align::warp(query.frames.rows, place.rows, dimension, mode_);
    const auto seconds = [](std::int64_t frame) {
      return static_cast<double>(frame) / model::kFramesPerSecond;
    };
    return Comparison{match.distance, seconds(place.numbers[match.begin]),
                      seconds(place.numbers[match.end - 1] + 1)};
  }

  align::Mode mode_;
  const std::vector<Candidate>& candidates_;
  const std::vector<Query>& queries_;
};

// Calls `body(i, embedder)` for each of `count` files; what it throws becomes a fault.
class Files {
 public:
  Files(const model::Model& model, ThreadPool& pool, std::size_t total,
        const ReadProgress& progress)
      : model_(model),
        pauses_(pause_codes(model)),
        pool_(pool),
        total_(total),
        progress_(progress) {}

  template <class Body>
  void for_each(std::size_t count, std::vector<Error>& faults, const Body& body) {
    std::vector<std::optional<Error>> failed(count);
    std::atomic<std::size_t> next{0};
    pool_.parallel_for(static_cast<std::size_t>(pool_.threads()), [&](std::size_t) {
      Embedder embedder(model_, pauses_);
      for (std::size_t i = next++; i < count; i = next++) {
        try {
          body(i, embedder);
        } catch (const Error& error) {
          failed[i] = error;
        }
        std::lock_guard<std::mutex> lock(mutex_);
        progress_(++done_, total_);
      }
    });
    for (std::optional<Error>& fault : failed) {
      if (fault) faults.push_back(std::move(*fault));
    }
  }

 private:
  const model::Model& model_;
  const std::vector<bool> pauses_;
  ThreadPool& pool_;
  std::size_t total_;
  const ReadProgress& progress_;
  std::mutex mutex_;
  std::size_t done_ = 0;
};

}  // namespace

Comparisons compare(const model::Model& model, align::Mode mode,
                    const std::vector<AudioPart>& queries, const std::vector<Candidate>& candidates,
                    const audio::DecoderOptions& options, ThreadPool& pool,
                    const ReadProgress& progress) {
  Comparisons result{std::vector<std::optional<Comparison>>(candidates.size()), {}};
  std::vector<Task> tasks = tasks_of(candidates);
  Files files(model, pool, queries.size() + tasks.size(), progress);
  std::vector<Query> read(queries.size());
  files.for_each(queries.size(), result.faults, [&](std::size_t q, Embedder& embedder) {
    read[q] = read_query(queries[q], options, embedder);
  });
  for (Task& task : tasks) {
    const auto unread = [&](const Task::Member& member) {
      return read[candidates[member.candidate].query].frames.numbers.empty();
    };
    task.members.erase(std::remove_if(task.members.begin(), task.members.end(), unread),
                       task.members.end());
  }
  const Comparer comparer(mode, candidates, read);
  files.for_each(tasks.size(), result.faults, [&](std::size_t t, Embedder& embedder) {
    if (!tasks[t].members.empty()) comparer.run(tasks[t], options, embedder, result.found);
  });
  return result;
}

}  // namespace pairalign::rerank
