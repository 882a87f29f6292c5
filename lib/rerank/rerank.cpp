#include "rerank/rerank.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "model/frame_stream.hpp"

namespace pairalign::rerank {
namespace {

constexpr std::int64_t kFrameSamples = audio::kSampleRate / 1000 * model::kFrameMilliseconds;
// So far that neither samples nor embeddings of it can be counted.
constexpr std::int64_t kToEnd = std::int64_t{1} << 40;

// Seconds on either side of a place in which the query may match too, besides half of the query's
// length: tokens of two speakers do not begin and end at the same sounds.
constexpr double kMargin = 0.5;

// Frames [first, end) of a file.
struct Frames {
  std::int64_t first = 0, end = 0;
};

Frames frames_of(const AudioPart& part, double margin_s) {
  const double rate = model::kFramesPerSecond;
  const double first = std::floor((part.start_s - margin_s) * rate);
  return {
      std::max<std::int64_t>(0, static_cast<std::int64_t>(first)),
      part.end_s ? static_cast<std::int64_t>(std::ceil((*part.end_s + margin_s) * rate)) : kToEnd};
}

// Reads stretches of a file, in order, in one pass.
class File {
 public:
  File(const AudioPart& part, audio::DecoderOptions options, const Frames& wanted)
      : position_(wanted.first * kFrameSamples), decoder_(open(part, options, wanted)) {}

  // Embeddings of `frames`, which begin no earlier than those asked for before; fewer if the file
  // ends before.
  std::vector<float> embed(const Frames& frames, model::FrameStream& stream) {
    std::vector<float> rows;
    const auto sink = [&](const float* row) {
      rows.insert(rows.end(), row, row + stream.columns());
    };
    stream.start();
    const std::int64_t first = frames.first * kFrameSamples, end = frames.end * kFrameSamples;
    while (position_ < end && fill()) {
      const std::int64_t skipped = std::max(first - position_, std::int64_t{0});
      const std::int64_t taken = std::min(end - position_, left());
      if (skipped < taken) {
        stream.push({block_.data() + begin_ + skipped, static_cast<std::size_t>(taken - skipped)},
                    sink);
      }
      begin_ += taken;
      position_ += taken;
    }
    stream.finish(sink);
    return rows;
  }

  const std::string& fault() const { return decoder_.fault(); }

 private:
  static audio::Decoder open(const AudioPart& part, audio::DecoderOptions& options,
                             const Frames& wanted) {
    if (part.channel > 0) options.channel = part.channel;
    options.partial = true;
    options.start_s = static_cast<double>(wanted.first) / model::kFramesPerSecond;
    if (wanted.end < kToEnd)
      options.end_s = static_cast<double>(wanted.end) / model::kFramesPerSecond;
    return audio::Decoder(part.path, options);
  }

  std::int64_t left() const { return end_ - begin_; }

  bool fill() {
    if (left() > 0) return true;
    begin_ = 0;
    end_ = static_cast<std::int64_t>(decoder_.read(block_));
    return end_ > 0;
  }

  std::vector<float> block_ = std::vector<float>(1 << 15);
  std::int64_t begin_ = 0, end_ = 0;  // of what is left in the block
  std::int64_t position_;             // of block_[begin_] in the file, in samples
  audio::Decoder decoder_;
};

using Embeddings = std::vector<float>;

// With what their embeddings depend on before and after.
Frames widened(const Frames& frames, std::int64_t context) {
  return {std::max<std::int64_t>(0, frames.first - context),
          std::min(frames.end + context, kToEnd)};
}

Embeddings embed_query(const AudioPart& query, const audio::DecoderOptions& options,
                       std::int64_t context, model::FrameStream& stream) {
  const Frames frames = frames_of(query, 0), read = widened(frames, context);
  File file(query, options, read);
  Embeddings rows = file.embed(read, stream);
  if (!file.fault().empty()) throw Error(query.path, file.fault());
  const auto columns = static_cast<std::int64_t>(stream.columns());
  const auto size = static_cast<std::int64_t>(rows.size());
  const auto first = rows.begin() + std::min((frames.first - read.first) * columns, size);
  const auto end = rows.begin() + std::min((frames.end - read.first) * columns, size);
  if (first == end) throw Error(query.path, "no audio to compare with");
  return {first, end};
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
  Comparer(const model::Model& model, align::Mode mode, const std::vector<Candidate>& candidates,
           const std::vector<Embeddings>& queries)
      : mode_(mode),
        candidates_(candidates),
        queries_(queries),
        dimension_(static_cast<std::size_t>(model.info().encoder.dimension)),
        context_(model.encoder().context()) {}

  // Members whose frames, with the context that their embeddings depend on, overlap are embedded
  // together; each is compared within its own frames, so that it does not depend on the others.
  void run(Task& task, const audio::DecoderOptions& options, model::FrameStream& stream,
           std::vector<std::optional<Comparison>>& found) const {
    std::vector<Task::Member>& members = task.members;
    for (Task::Member& member : members)
      member.frames = sought(candidates_[member.candidate]);
    std::stable_sort(members.begin(), members.end(),
                     [](const auto& a, const auto& b) { return a.frames.first < b.frames.first; });
    std::vector<Frames> stretches;
    for (const Task::Member& member : members) {
      const Frames frames = widened(member.frames, context_);
      if (!stretches.empty() && frames.first <= stretches.back().end) {
        stretches.back().end = std::max(stretches.back().end, frames.end);
      } else {
        stretches.push_back(frames);
      }
    }
    File file(task.file, options, {stretches.front().first, stretches.back().end});
    auto member = members.begin();
    bool missing = false;
    for (const Frames& stretch : stretches) {
      const Embeddings rows = file.embed(stretch, stream);
      for (; member != members.end() && member->frames.first < stretch.end; ++member)
        missing |= !compare(*member, stretch.first, rows, found[member->candidate]);
    }
    if (missing)
      throw Error(task.file.path, file.fault().empty() ? "ends before a hit" : file.fault());
  }

 private:
  Frames sought(const Candidate& candidate) const {
    if (mode_ == align::Mode::global) return frames_of(candidate.place, 0);
    const double seconds = static_cast<double>(queries_[candidate.query].size() / dimension_) /
                           model::kFramesPerSecond;
    return frames_of(candidate.place, kMargin + seconds / 2);
  }

  // False if the audio ends before the place begins.
  bool compare(const Task::Member& member, std::int64_t first, const Embeddings& rows,
               std::optional<Comparison>& found) const {
    const auto begin = static_cast<std::size_t>(member.frames.first - first);
    const std::size_t end =
        std::min(static_cast<std::size_t>(member.frames.end - first), rows.size() / dimension_);
    if (end <= begin) return false;
    const Embeddings& query = queries_[candidates_[member.candidate].query];
    const align::WarpedMatch match = align::warp(
        query, {rows.data() + begin * dimension_, (end - begin) * dimension_}, dimension_, mode_);
    const auto seconds = [&](std::size_t frame) {
      return static_cast<double>(member.frames.first + static_cast<std::int64_t>(frame)) /
             model::kFramesPerSecond;
    };
    found = {match.distance, seconds(match.begin), seconds(match.end)};
    return true;
  }

  align::Mode mode_;
  const std::vector<Candidate>& candidates_;
  const std::vector<Embeddings>& queries_;
  std::size_t dimension_;
  std::int64_t context_;
};

// Calls `body(i, stream)` for each of `count` files; what it throws becomes a fault.
class Files {
 public:
  Files(const model::Model& model, ThreadPool& pool, std::size_t total,
        const ReadProgress& progress)
      : model_(model), pool_(pool), total_(total), progress_(progress) {}

  template <class Body>
  void for_each(std::size_t count, std::vector<Error>& faults, const Body& body) {
    std::vector<std::optional<Error>> failed(count);
    std::atomic<std::size_t> next{0};
    pool_.parallel_for(static_cast<std::size_t>(pool_.threads()), [&](std::size_t) {
      model::FrameStream stream(model_, model::FrameRow::embedding);
      for (std::size_t i = next++; i < count; i = next++) {
        try {
          body(i, stream);
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
  std::vector<Embeddings> embedded(queries.size());
  files.for_each(queries.size(), result.faults, [&](std::size_t q, model::FrameStream& stream) {
    embedded[q] = embed_query(queries[q], options, model.encoder().context(), stream);
  });
  for (Task& task : tasks) {
    const auto unknown = [&](const Task::Member& member) {
      return embedded[candidates[member.candidate].query].empty();
    };
    task.members.erase(std::remove_if(task.members.begin(), task.members.end(), unknown),
                       task.members.end());
  }
  const Comparer comparer(model, mode, candidates, embedded);
  files.for_each(tasks.size(), result.faults, [&](std::size_t t, model::FrameStream& stream) {
    if (!tasks[t].members.empty()) comparer.run(tasks[t], options, stream, result.found);
  });
  return result;
}

}  // namespace pairalign::rerank
