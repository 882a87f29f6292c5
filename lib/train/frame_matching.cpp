#include "train/frame_matching.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "nn/functions.hpp"

namespace pairalign::train {
namespace {

// (a_frames, b_frames): 1 − cosine.
std::vector<float> distances(const float* a, int a_frames, const float* b, int b_frames,
                             int dimension) {
  std::vector<float> result;
  result.reserve(nn::area(a_frames, b_frames));
  for (int i = 0; i < a_frames; ++i) {
    for (int j = 0; j < b_frames; ++j) {
      const float* x = a + nn::area(i, dimension);
      const float* y = b + nn::area(j, dimension);
      float cosine = 0;
      for (int d = 0; d < dimension; ++d)
        cosine += x[d] * y[d];
      result.push_back(1 - cosine);
    }
  }
  return result;
}

// Cost of the best path to each cell.
std::vector<double> accumulate(const std::vector<float>& cost, int rows, int columns) {
  std::vector<double> sum(cost.size());
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) {
      const std::size_t at = nn::area(i, columns) + static_cast<std::size_t>(j);
      double before = i == 0 && j == 0 ? 0 : HUGE_VAL;
      if (i > 0 && j > 0) before = sum[at - static_cast<std::size_t>(columns) - 1];
      if (i > 0) before = std::min(before, sum[at - static_cast<std::size_t>(columns)]);
      if (j > 0) before = std::min(before, sum[at - 1]);
      sum[at] = before + static_cast<double>(cost[at]);
    }
  }
  return sum;
}

struct FrameRange {
  int first = 0, end = 0;
};

// The rows of a crop's frames inside its span, without the slack at both ends; may be empty.
FrameRange span_rows(const audio::LogMelConfig& features, const CropPlan& crop, int start,
                     int frames) {
  const double step = model::kStride * features.hop * crop.warp.tempo;
  const PairedSpan& span = *crop.pair;
  const auto row_of = [&](std::int64_t sample) {
    return start +
           std::min(static_cast<int>(std::ceil(static_cast<double>(sample) / step)), frames);
  };
  return {row_of(span.first + span.slack), row_of(span.first + span.samples - span.slack)};
}

}  // namespace

FrameAlignment align_frames(const float* a, int a_frames, const float* b, int b_frames,
                            int dimension) {
  const std::vector<float> cost = distances(a, a_frames, b, b_frames, dimension);
  const std::vector<double> sum = accumulate(cost, a_frames, b_frames);
  FrameAlignment alignment{std::vector<int>(static_cast<std::size_t>(a_frames), -1),
                           std::vector<int>(static_cast<std::size_t>(b_frames), -1)};
  const auto cell = [&](int i, int j) {
    return nn::area(i, b_frames) + static_cast<std::size_t>(j);
  };
  int i = a_frames - 1, j = b_frames - 1;
  while (true) {
    int& to_b = alignment.to_b[static_cast<std::size_t>(i)];
    int& to_a = alignment.to_a[static_cast<std::size_t>(j)];
    if (to_b < 0 || cost[cell(i, j)] < cost[cell(i, to_b)]) to_b = j;
    if (to_a < 0 || cost[cell(i, j)] < cost[cell(to_a, j)]) to_a = i;
    if (i == 0 && j == 0) return alignment;
    const double diagonal = i > 0 && j > 0 ? sum[cell(i - 1, j - 1)] : HUGE_VAL;
    const double up = i > 0 ? sum[cell(i - 1, j)] : HUGE_VAL;
    const double left = j > 0 ? sum[cell(i, j - 1)] : HUGE_VAL;
    if (diagonal <= up && diagonal <= left) {
      --i;
      --j;
    } else if (up <= left) {
      --i;
    } else {
      --j;
    }
  }
}

std::vector<int> match_frames(const audio::LogMelConfig& features, const CropPlan& crop,
                              const ViewPlan& view, int view_frames, int crop_frames) {
  const double view_step = model::kStride * features.hop * view.warp.tempo;
  const double crop_step = model::kStride * features.hop * crop.warp.tempo;
  std::vector<int> matches(static_cast<std::size_t>(view_frames));
  for (int j = 0; j < view_frames; ++j) {
    const double sample = static_cast<double>(view.first) + j * view_step;
    const int frame = static_cast<int>(std::lround(sample / crop_step));
    matches[static_cast<std::size_t>(j)] = std::min(frame, crop_frames - 1);
  }
  return matches;
}

std::vector<int> crossed_rows(const audio::LogMelConfig& features,
                              const std::vector<CropPlan>& crops,
                              const std::vector<int>& crop_frames, const float* embeddings,
                              int dimension) {
  std::vector<int> starts = {0};
  for (const int frames : crop_frames)
    starts.push_back(starts.back() + frames);
  std::vector<int> rows(static_cast<std::size_t>(starts.back()));
  std::iota(rows.begin(), rows.end(), 0);
  for (std::size_t c = 0; c + 1 < crops.size(); c += 2) {
    if (!crops[c].pair) continue;
    const FrameRange a = span_rows(features, crops[c], starts[c], crop_frames[c]);
    const FrameRange b = span_rows(features, crops[c + 1], starts[c + 1], crop_frames[c + 1]);
    if (a.first >= a.end || b.first >= b.end) continue;
    const FrameAlignment path =
        align_frames(embeddings + nn::area(a.first, dimension), a.end - a.first,
                     embeddings + nn::area(b.first, dimension), b.end - b.first, dimension);
    for (int j = 0; j < a.end - a.first; ++j)
      rows[static_cast<std::size_t>(a.first + j)] =
          b.first + path.to_b[static_cast<std::size_t>(j)];
    for (int j = 0; j < b.end - b.first; ++j)
      rows[static_cast<std::size_t>(b.first + j)] =
          a.first + path.to_a[static_cast<std::size_t>(j)];
  }
  return rows;
}

std::vector<int> match_views(const audio::LogMelConfig& features,
                             const std::vector<CropPlan>& crops,
                             const std::vector<int>& crop_frames, const float* embeddings,
                             int dimension) {
  const std::vector<int> crossed =
      crossed_rows(features, crops, crop_frames, embeddings, dimension);
  std::vector<int> matches;
  int start = 0;
  for (std::size_t c = 0; c < crops.size(); ++c) {
    for (const ViewPlan& view : crops[c].views) {
      const int frames = frames_of(features, view.samples, view.warp);
      for (const int match : match_frames(features, crops[c], view, frames, crop_frames[c])) {
        const int row = start + match;
        matches.push_back(view.crossed ? crossed[static_cast<std::size_t>(row)] : row);
      }
    }
    start += crop_frames[c];
  }
  return matches;
}

}  // namespace pairalign::train
