#include "train/frame_matching.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "nn/shape.hpp"

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

// Sums along the best path to each cell.
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

// The frames of a crop that lie inside its span, less `slack` at both ends; may be none.
struct FrameRange {
  int first = 0, end = 0;
};

FrameRange span_frames(const audio::LogMelConfig& features, const CropPlan& crop, int frames,
                       std::int64_t slack) {
  const double step = model::kStride * features.hop * crop.warp.tempo;
  const auto first = static_cast<double>(crop.pair->first + slack);
  const auto end = static_cast<double>(crop.pair->first + crop.pair->samples - slack);
  return {std::min(static_cast<int>(std::ceil(first / step)), frames),
          std::min(static_cast<int>(std::ceil(end / step)), frames)};
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

std::vector<int> match_views(const audio::LogMelConfig& features,
                             const std::vector<CropPlan>& crops,
                             const std::vector<int>& crop_frames, const float* embeddings,
                             int dimension) {
  // Per crop and frame, the row that a crossed piece is held against: its own outside the span.
  std::vector<std::vector<int>> crossed(crops.size());
  int start = 0;
  for (std::size_t c = 0; c < crops.size(); ++c) {
    for (int j = 0; j < crop_frames[c]; ++j)
      crossed[c].push_back(start + j);
    start += crop_frames[c];
  }
  for (std::size_t c = 0; c + 1 < crops.size(); c += 2) {
    if (!crops[c].pair) continue;
    const int a_start = crossed[c][0], b_start = crossed[c + 1][0];
    const FrameRange a = span_frames(features, crops[c], crop_frames[c], crops[c].pair->slack);
    const FrameRange b =
        span_frames(features, crops[c + 1], crop_frames[c + 1], crops[c + 1].pair->slack);
    if (a.first >= a.end || b.first >= b.end) continue;
    const FrameAlignment path = align_frames(
        embeddings + nn::area(a_start + a.first, dimension), a.end - a.first,
        embeddings + nn::area(b_start + b.first, dimension), b.end - b.first, dimension);
    for (int j = a.first; j < a.end; ++j)
      crossed[c][static_cast<std::size_t>(j)] =
          b_start + b.first + path.to_b[static_cast<std::size_t>(j - a.first)];
    for (int j = b.first; j < b.end; ++j)
      crossed[c + 1][static_cast<std::size_t>(j)] =
          a_start + a.first + path.to_a[static_cast<std::size_t>(j - b.first)];
  }

  std::vector<int> matches;
  start = 0;
  for (std::size_t c = 0; c < crops.size(); ++c) {
    for (const ViewPlan& view : crops[c].views) {
      const int frames = frames_of(features, view.samples, view.warp);
      for (const int match : match_frames(features, crops[c], view, frames, crop_frames[c]))
        matches.push_back(view.crossed ? crossed[c][static_cast<std::size_t>(match)]
                                       : start + match);
    }
    start += crop_frames[c];
  }
  return matches;
}

}  // namespace pairalign::train
