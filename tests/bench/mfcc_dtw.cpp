// The yardstick that token search is measured against: query by example with no training at all,
// subsequence dynamic time warping on MFCCs. Writes a TREC run.
//
// Features: 13 cepstra (DCT-II of the log-mel bands) every 10 ms and their deltas, each normalised
// to mean 0 and variance 1 over the recording, each frame then to length 1. Alignment: the whole
// query against any stretch of a recording; cosine distance; steps (1,1), (1,0), (0,1), of which
// the one with the lowest mean distance over the path so far is taken (Anguera and Ferrarons,
// "Memory efficient subsequence DTW for query-by-example spoken term detection", 2013). Score: 1 -
// the lowest mean.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "audio/decoder.hpp"
#include "audio/log_mel.hpp"
#include "base/thread_pool.hpp"
#include "cli/inputs.hpp"
#include "cli/program.hpp"
#include "tokens/record.hpp"

namespace pairalign {
namespace {

constexpr std::size_t kCepstra = 13;
constexpr std::size_t kFeatures = 2 * kCepstra;
constexpr int kDeltaReach = 2;  // frames on either side of the regression
constexpr double kPi = 3.141592653589793;

// Recordings compared at once, one per SIMD lane.
constexpr std::size_t kLanes = 16;
typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));

// Query frames per pass over a group: their costs share the loads of the group's frames.
constexpr std::size_t kStripRows = 4;

using Frame = std::array<float, kFeatures>;

struct Recording {
  std::string name;
  std::vector<Frame> frames;
};

std::vector<Frame> cepstra(const std::vector<float>& log_mel, std::size_t bands) {
  std::vector<std::vector<float>> basis(kCepstra, std::vector<float>(bands));
  for (std::size_t c = 0; c < kCepstra; ++c) {
    for (std::size_t b = 0; b < bands; ++b) {
      const double phase = kPi * static_cast<double>(c) * (static_cast<double>(b) + 0.5);
      basis[c][b] = static_cast<float>(std::cos(phase / static_cast<double>(bands)));
    }
  }
  std::vector<Frame> frames(log_mel.size() / bands);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const float* row = log_mel.data() + i * bands;
    for (std::size_t c = 0; c < kCepstra; ++c) {
      frames[i][c] = std::inner_product(basis[c].begin(), basis[c].end(), row, 0.0F);
    }
  }
  return frames;
}

// The slope of each cepstrum over a few frames, edges repeated.
void add_deltas(std::vector<Frame>& frames) {
  const auto last = static_cast<std::ptrdiff_t>(frames.size()) - 1;
  for (std::ptrdiff_t i = 0; i <= last; ++i) {
    for (std::size_t c = 0; c < kCepstra; ++c) {
      float slope = 0;
      for (std::ptrdiff_t d = 1; d <= kDeltaReach; ++d) {
        const auto after = static_cast<std::size_t>(std::min(i + d, last));
        const auto before = static_cast<std::size_t>(std::max<std::ptrdiff_t>(i - d, 0));
        slope += static_cast<float>(d) * (frames[after][c] - frames[before][c]);
      }
      frames[static_cast<std::size_t>(i)][kCepstra + c] = slope;
    }
  }
}

void normalise_over_recording(std::vector<Frame>& frames) {
  const auto count = static_cast<double>(frames.size());
  for (std::size_t f = 0; f < kFeatures; ++f) {
    double sum = 0, squares = 0;
    for (const Frame& frame : frames) {
      sum += frame[f];
      squares += static_cast<double>(frame[f]) * frame[f];
    }
    const double mean = sum / count;
    const double deviation = std::sqrt(std::max(squares / count - mean * mean, 1e-12));
    for (Frame& frame : frames)
      frame[f] = static_cast<float>((frame[f] - mean) / deviation);
  }
}

// So that an inner product of two frames is their cosine.
void normalise_frames(std::vector<Frame>& frames) {
  for (Frame& frame : frames) {
    const float squares = std::inner_product(frame.begin(), frame.end(), frame.begin(), 0.0F);
    const float scale = 1 / std::sqrt(std::max(squares, 1e-12F));
    for (float& value : frame)
      value *= scale;
  }
}

Recording read_recording(const audio::LogMel& log_mel, const std::string& path) {
  const auto bands = static_cast<std::size_t>(log_mel.config().bands);
  Recording recording{tokens::key_stem(path),
                      cepstra(log_mel.compute(audio::decode_file(path)), bands)};
  add_deltas(recording.frames);
  normalise_over_recording(recording.frames);
  normalise_frames(recording.frames);
  return recording;
}

std::vector<Recording> read_folder(const std::string& folder, ThreadPool& pool) {
  std::vector<std::string> paths;
  cli::for_each_input(
      {folder}, false, [&](const std::string& path) { paths.push_back(path); },
      [](const std::string& path, const std::string& reason) { throw Error(path, reason); });
  const audio::LogMel log_mel;
  std::vector<Recording> recordings(paths.size());
  pool.parallel_for(paths.size(),
                    [&](std::size_t i) { recordings[i] = read_recording(log_mel, paths[i]); });
  return recordings;
}

// Up to kLanes recordings, frame by frame side by side; the shorter ones end in zeros, which no
// alignment of their own frames sees.
struct Group {
  std::vector<std::size_t> members;  // positions in the archive
  std::array<float, kLanes> lengths{};
  std::size_t frames = 0;        // of the longest
  std::vector<Vector> features;  // frames × kFeatures
};

std::vector<Group> make_groups(const std::vector<Recording>& archive) {
  std::vector<std::size_t> order(archive.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return archive[a].frames.size() < archive[b].frames.size();
  });
  std::vector<Group> groups;
  for (std::size_t first = 0; first < order.size(); first += kLanes) {
    Group group;
    const std::size_t last = std::min(order.size(), first + kLanes);
    group.frames = archive[order[last - 1]].frames.size();
    group.features.assign(group.frames * kFeatures, Vector{});
    for (std::size_t i = first; i < last; ++i) {
      const std::vector<Frame>& frames = archive[order[i]].frames;
      const std::size_t lane = group.members.size();
      group.members.push_back(order[i]);
      group.lengths[lane] = static_cast<float>(frames.size());
      for (std::size_t j = 0; j < frames.size(); ++j) {
        for (std::size_t f = 0; f < kFeatures; ++f) {
          group.features[j * kFeatures + f][lane] = frames[j][f];
        }
      }
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

// The best path to a cell: the sum of its distances, and of how many.
struct Cell {
  Vector sum;
  Vector length;
};

// Advances the row above (`row`, one cell per frame of the group) by `rows` query frames, in place.
// `first`: there is no row above; a path may begin at any frame.
void advance_rows(const Frame* query, std::size_t rows, bool first, const Group& group, Cell* row) {
  const Vector infinite = Vector{} + std::numeric_limits<float>::infinity();
  const Cell none{infinite, Vector{} + 1};
  std::array<Cell, kStripRows> left;
  left.fill(none);
  Cell corner = none;
  for (std::size_t j = 0; j < group.frames; ++j) {
    const Vector* frame = group.features.data() + j * kFeatures;
    std::array<Vector, kStripRows> cosine{};
    for (std::size_t f = 0; f < kFeatures; ++f) {
      for (std::size_t r = 0; r < kStripRows; ++r)
        cosine[r] += query[r][f] * frame[f];
    }
    Cell above = row[j];
    Cell diagonal = corner;
    corner = above;
    for (std::size_t r = 0; r < rows; ++r) {
      const Vector distance = 1 - cosine[r];
      Cell best = diagonal;
      Vector mean = (best.sum + distance) / (best.length + 1);
      for (const Cell& step : {above, left[r]}) {
        const Vector other = (step.sum + distance) / (step.length + 1);
        const auto better = other < mean;
        best.sum = better ? step.sum : best.sum;
        best.length = better ? step.length : best.length;
        mean = better ? other : mean;
      }
      Cell cell{best.sum + distance, best.length + 1};
      if (first && r == 0) cell = {distance, Vector{} + 1};
      diagonal = left[r];
      left[r] = cell;
      above = cell;
    }
    row[j] = above;
  }
}

// The lowest mean distance of the query in each recording of the group.
Vector align(const std::vector<Frame>& query, const Group& group) {
  const Vector infinite = Vector{} + std::numeric_limits<float>::infinity();
  std::vector<Cell> row(group.frames, Cell{infinite, Vector{} + 1});
  std::vector<Frame> padded = query;  // the last strip computes kStripRows costs too
  padded.resize((query.size() + kStripRows - 1) / kStripRows * kStripRows);
  for (std::size_t i = 0; i < query.size(); i += kStripRows) {
    advance_rows(padded.data() + i, std::min(kStripRows, query.size() - i), i == 0, group,
                 row.data());
  }
  Vector lengths;
  std::copy(group.lengths.begin(), group.lengths.end(), reinterpret_cast<float*>(&lengths));
  Vector best = infinite;
  for (std::size_t j = 0; j < group.frames; ++j) {
    const Vector mean = row[j].sum / row[j].length;
    const auto better = (mean < best) & (Vector{} + static_cast<float>(j) < lengths);
    best = better ? mean : best;
  }
  return best;
}

std::string run_lines(const std::string& query, const std::vector<Recording>& archive,
                      const std::vector<float>& scores) {
  std::vector<std::size_t> order(archive.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : archive[a].name < archive[b].name;
  });
  std::string text;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    text += fmt::format("{} Q0 {} {} {} mfcc-dtw\n", query, archive[order[rank]].name, rank + 1,
                        scores[order[rank]]);
  }
  return text;
}

cli::ExitStatus search(const std::string& archive_folder, const std::string& query_folder,
                       cli::Context& context) {
  ThreadPool pool(context.options.jobs);
  const std::vector<Recording> archive = read_folder(archive_folder, pool);
  const std::vector<Recording> queries = read_folder(query_folder, pool);
  const std::vector<Group> groups = make_groups(archive);
  std::vector<std::vector<float>> scores(queries.size(), std::vector<float>(archive.size()));
  pool.parallel_for(groups.size(), [&](std::size_t g) {
    for (std::size_t q = 0; q < queries.size(); ++q) {
      const Vector best = align(queries[q].frames, groups[g]);
      for (std::size_t lane = 0; lane < groups[g].members.size(); ++lane) {
        scores[q][groups[g].members[lane]] = 1 - best[lane];
      }
    }
  });
  for (std::size_t q = 0; q < queries.size(); ++q) {
    context.out.write(run_lines(queries[q].name, archive, scores[q]));
  }
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  std::string archive, queries;
  return cli::run(
      argc, argv,
      cli::Tool{
          "mfcc_dtw", "",
          "Ranks the recordings of a folder for each query of another by subsequence DTW on MFCCs. "
          "Prints a TREC run.",
          cli::kJobs},
      [&](CLI::App& app) {
        app.add_option("ARCHIVE", archive, "Folder of recordings")->required();
        app.add_option("QUERIES", queries, "Folder of queries")->required();
      },
      [&](cli::Context& context) { return search(archive, queries, context); });
}
