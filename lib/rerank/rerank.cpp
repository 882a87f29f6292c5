#include "rerank/rerank.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
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
  /// What becomes of parts of one file that were embedded together; false if `embedded` holds
  /// nothing of one of them. Called from several threads.
  using Take = std::function<bool(Span<const std::size_t> parts, const EmbeddedFrames& embedded)>;

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
      const auto end = std::find_if(member, members.end(),
                                    [&](std::size_t i) { return frames[i].first >= stretch.end; });
      missing |=
          !take({&*member, static_cast<std::size_t>(end - member)}, file.embed(stretch, embedder));
      member = end;
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

// The length of what two stretches have in common is more than half of the shorter one.
bool same(const Frames& a, const Frames& b) {
  const std::int64_t common = std::min(a.end, b.end) - std::max(a.first, b.first);
  return 2 * common > std::min(a.end - a.first, b.end - b.first);
}

struct Match {
  double distance;
  Frames frames;
};

// The best match in `sought` without what is `taken`, which is in order of time; none if nothing
// is left. What is nothing but pauses is compared as such.
std::optional<Match> best_match(const Query& query, const EmbeddedFrames& embedded, Frames sought,
                                const std::vector<Frames>& taken, align::Mode mode) {
  std::optional<Match> best;
  const auto compare = [&](const Frames& frames) {
    FrameSequence place = select(embedded, frames, query.with_pauses);
    if (place.numbers.empty() && taken.empty()) place = select(embedded, frames, true);
    if (place.numbers.empty()) return;
    const std::size_t dimension = place.rows.size() / place.numbers.size();
    const align::WarpedMatch match = align::warp(query.frames.rows, place.rows, dimension, mode);
    if (best && best->distance <= match.distance) return;
    best = {match.distance, {place.numbers[match.begin], place.numbers[match.end - 1] + 1}};
  };
  for (const Frames& other : taken) {
    if (other.end <= sought.first || other.first >= sought.end) continue;
    if (other.first > sought.first) compare({sought.first, other.first});
    sought.first = other.end;
  }
  if (sought.first < sought.end) compare(sought);
  return best;
}

// A place of a query, as the search found it, and where its match may be.
struct Place {
  std::size_t candidate;
  Frames found, sought;
  std::optional<Match> match;
};

// The margins of neighbouring places overlap, and what is said twice in a row must not be found
// once: the best match goes to the places where the search found it, else to the one in whose
// margin it lies, and is no longer there for the others. None for a place of which nothing is left.
// In global mode each place is its own match.
void settle(const Query& query, const EmbeddedFrames& embedded, std::vector<Place> open,
            align::Mode mode, std::vector<std::optional<Comparison>>& found) {
  const auto rank = [](const Place& place) {
    return std::make_tuple(!place.match, place.match ? place.match->distance : 0,
                           place.match ? place.match->frames.first : 0, place.candidate);
  };
  std::vector<Frames> taken;
  while (!open.empty()) {
    const auto first = std::min_element(
        open.begin(), open.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    if (!first->match) return;
    const Match best = *first->match;
    const auto is_here = [&](const Place& place) {
      return mode == align::Mode::infix && same(place.found, best.frames);
    };
    const std::size_t finder = first->candidate;
    const bool known = std::any_of(open.begin(), open.end(), is_here);
    const auto settled = [&](const Place& place) {
      return known ? is_here(place) : place.candidate == finder;
    };
    for (const Place& place : open) {
      if (!settled(place)) continue;
      found[place.candidate] = Comparison{
          best.distance, static_cast<double>(best.frames.first) / model::kFramesPerSecond,
          static_cast<double>(best.frames.end) / model::kFramesPerSecond};
    }
    open.erase(std::remove_if(open.begin(), open.end(), settled), open.end());
    const auto later = [](const Frames& a, const Frames& b) { return a.first < b.first; };
    taken.insert(std::upper_bound(taken.begin(), taken.end(), best.frames, later), best.frames);
    for (Place& place : open) {
      if (mode == align::Mode::infix && place.match && same(place.match->frames, best.frames))
        place.match = best_match(query, embedded, place.sought, taken, mode);
    }
  }
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
              [&](Span<const std::size_t> parts, const EmbeddedFrames& embedded) {
                bool complete = true;
                for (const std::size_t q : parts) {
                  read[q] = Query(embedded, frames[q]);
                  complete &= !read[q].frames.numbers.empty();
                }
                return complete;
              });

  std::vector<Frames> sought;
  for (const Candidate& candidate : candidates) {
    const Query& query = read[candidate.query];
    const double margin = mode == align::Mode::global ? 0 : kMargin + query.seconds / 2;
    const bool known = !query.frames.numbers.empty();
    sought.push_back(known ? frames_of(candidate.place, margin) : Frames{});
  }
  reader.read(places, std::move(place_files), sought, result.faults,
              [&](Span<const std::size_t> parts, const EmbeddedFrames& embedded) {
                bool complete = true;
                std::map<std::size_t, std::vector<Place>> of_queries;
                for (const std::size_t c : parts) {
                  const std::size_t q = candidates[c].query;
                  Place place{c, frames_of(candidates[c].place, 0), sought[c], {}};
                  place.match = best_match(read[q], embedded, sought[c], {}, mode);
                  complete &= place.match.has_value();
                  of_queries[q].push_back(place);
                }
                for (auto& [q, open] : of_queries)
                  settle(read[q], embedded, std::move(open), mode, result.found);
                return complete;
              });
  return result;
}

}  // namespace pairalign::rerank
