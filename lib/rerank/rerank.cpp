#include "rerank/rerank.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
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

// Indices of the parts of each file, in the order of first mention.
using PartsByFile = std::vector<std::vector<std::size_t>>;

PartsByFile by_file(const std::vector<AudioPart>& parts) {
  PartsByFile files;
  std::map<std::pair<std::string, int>, std::size_t> positions;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto found =
        positions.emplace(std::make_pair(parts[i].path, parts[i].channel), files.size());
    if (found.second) files.emplace_back();
    files[found.first->second].push_back(i);
  }
  return files;
}

// Reads parts of files, each file once.
class PartReader {
 public:
  /// What becomes of a part; false if `embedded` holds nothing of it. Called from several threads.
  using Take = std::function<bool(std::size_t part, const EmbeddedFrames& embedded)>;

  PartReader(const model::Model& model, const audio::DecoderOptions& options, ThreadPool& pool,
             std::size_t files, const ReadProgress& progress)
      : model_(model),
        pauses_(pause_codes(model)),
        options_(options),
        pool_(pool),
        files_(files),
        progress_(progress) {}

  // `files`: see by_file. `frames`: of each part, none of those that are not wanted. A file that
  // cannot be read, or ends before a part, becomes a fault.
  void read(const std::vector<AudioPart>& parts, PartsByFile files,
            const std::vector<Frames>& frames, std::vector<Error>& faults, const Take& take) {
    std::vector<std::optional<Error>> failed(files.size());
    std::atomic<std::size_t> next{0};
    pool_.parallel_for(static_cast<std::size_t>(pool_.threads()), [&](std::size_t) {
      Embedder embedder(model_, pauses_);
      for (std::size_t i = next++; i < files.size(); i = next++) {
        try {
          read_file(parts, frames, files[i], embedder, take);
        } catch (const Error& error) {
          failed[i] = error;
        }
        std::lock_guard<std::mutex> lock(mutex_);
        progress_(++done_, files_);
      }
    });
    for (std::optional<Error>& fault : failed) {
      if (fault) faults.push_back(std::move(*fault));
    }
  }

 private:
  // Parts that overlap, with the context of their embeddings, are embedded together.
  void read_file(const std::vector<AudioPart>& parts, const std::vector<Frames>& frames,
                 std::vector<std::size_t>& members, Embedder& embedder, const Take& take) const {
    const auto unwanted = [&](std::size_t i) { return frames[i].end <= frames[i].first; };
    members.erase(std::remove_if(members.begin(), members.end(), unwanted), members.end());
    if (members.empty()) return;
    std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
      return frames[a].first < frames[b].first;
    });
    std::vector<Frames> stretches;
    for (const std::size_t i : members) {
      const Frames wide = widened(frames[i], embedder.context());
      if (!stretches.empty() && wide.first <= stretches.back().end) {
        stretches.back().end = std::max(stretches.back().end, wide.end);
      } else {
        stretches.push_back(wide);
      }
    }
    const AudioPart& part = parts[members.front()];
    AudioFile file(part, options_, {stretches.front().first, stretches.back().end});
    auto member = members.begin();
    bool missing = false;
    for (const Frames& stretch : stretches) {
      const EmbeddedFrames embedded = file.embed(stretch, embedder);
      for (; member != members.end() && frames[*member].first < stretch.end; ++member)
        missing |= !take(*member, embedded);
    }
    if (missing)
      throw Error(part.path, file.fault().empty() ? "ends before a place in it" : file.fault());
  }

  const model::Model& model_;
  const std::vector<bool> pauses_;
  const audio::DecoderOptions& options_;
  ThreadPool& pool_;
  std::size_t files_;
  const ReadProgress& progress_;
  std::mutex mutex_;
  std::size_t done_ = 0;
};

// Pauses are left out, unless there is nothing else.
struct Query {
  FrameSequence frames;  // none: could not be read
  bool with_pauses = false;
  double seconds = 0;

  Query() = default;
  Query(const EmbeddedFrames& embedded, const Frames& part)
      : frames(select(embedded, part, false)) {
    FrameSequence all = select(embedded, part, true);
    seconds = static_cast<double>(all.numbers.size()) / model::kFramesPerSecond;
    with_pauses = frames.numbers.empty();
    if (with_pauses) frames = std::move(all);
  }
};

// None if the audio ends before the place. What is nothing but pauses is compared as such.
std::optional<Comparison> compare(const Query& query, const EmbeddedFrames& embedded,
                                  const Frames& sought, align::Mode mode) {
  FrameSequence place = select(embedded, sought, query.with_pauses);
  if (place.numbers.empty()) place = select(embedded, sought, true);
  if (place.numbers.empty()) return std::nullopt;
  const std::size_t dimension = place.rows.size() / place.numbers.size();
  const align::WarpedMatch match = align::warp(query.frames.rows, place.rows, dimension, mode);
  const auto seconds = [](std::int64_t frame) {
    return static_cast<double>(frame) / model::kFramesPerSecond;
  };
  return Comparison{match.distance, seconds(place.numbers[match.begin]),
                    seconds(place.numbers[match.end - 1] + 1)};
}

}  // namespace

Comparisons compare(const model::Model& model, align::Mode mode,
                    const std::vector<AudioPart>& queries, const std::vector<Candidate>& candidates,
                    const audio::DecoderOptions& options, ThreadPool& pool,
                    const ReadProgress& progress) {
  Comparisons result{std::vector<std::optional<Comparison>>(candidates.size()), {}};
  std::vector<AudioPart> places;
  for (const Candidate& candidate : candidates)
    places.push_back(candidate.place);
  PartsByFile query_files = by_file(queries), place_files = by_file(places);
  PartReader reader(model, options, pool, query_files.size() + place_files.size(), progress);

  std::vector<Frames> frames;
  for (const AudioPart& query : queries)
    frames.push_back(frames_of(query, 0));
  std::vector<Query> read(queries.size());
  reader.read(queries, std::move(query_files), frames, result.faults,
              [&](std::size_t q, const EmbeddedFrames& embedded) {
                read[q] = Query(embedded, frames[q]);
                return !read[q].frames.numbers.empty();
              });

  std::vector<Frames> sought;
  for (const Candidate& candidate : candidates) {
    const Query& query = read[candidate.query];
    const double margin = mode == align::Mode::global ? 0 : kMargin + query.seconds / 2;
    const bool known = !query.frames.numbers.empty();
    sought.push_back(known ? frames_of(candidate.place, margin) : Frames{});
  }
  reader.read(places, std::move(place_files), sought, result.faults,
              [&](std::size_t c, const EmbeddedFrames& embedded) {
                result.found[c] = compare(read[candidates[c].query], embedded, sought[c], mode);
                return result.found[c].has_value();
              });
  return result;
}

}  // namespace pairalign::rerank
