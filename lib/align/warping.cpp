#include "align/warping.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace pairalign::align {
namespace {

// The best path to a cell, and the document frame where it begins.
struct Path {
  double sum = std::numeric_limits<double>::infinity();
  std::size_t begin = 0;
};

const Path& better(const Path& a, const Path& b) {
  return b.sum < a.sum ? b : a;
}

// Frame by frame of the document; the query's are laid out by dimension, so that the distances of
// all of them from one frame of the document are computed in vectors.
class Columns {
 public:
  Columns(Span<const float> query, std::size_t dimension)
      : dimension_(dimension),
        frames_(query.size() / dimension),
        query_(query.size()),
        distances_(frames_),
        paths_(frames_) {
    for (std::size_t i = 0; i < frames_; ++i) {
      for (std::size_t d = 0; d < dimension; ++d)
        query_[d * frames_ + i] = query[i * dimension + d];
    }
  }

  // `start`: the path that may begin here.
  const Path& advance(const float* frame, const Path& start) {
    distances_.assign(frames_, 1);
    for (std::size_t d = 0; d < dimension_; ++d) {
      const float* row = query_.data() + d * frames_;
      for (std::size_t i = 0; i < frames_; ++i)
        distances_[i] -= frame[d] * row[i];
    }
    Path diagonal = start;
    Path above;
    for (std::size_t i = 0; i < frames_; ++i) {
      const Path left = paths_[i];
      above = better(better(diagonal, left), above);
      above.sum += static_cast<double>(distances_[i]);
      paths_[i] = above;
      diagonal = left;
    }
    return paths_.back();
  }

  std::size_t frames() const { return frames_; }

 private:
  std::size_t dimension_, frames_;
  std::vector<float> query_;  // (dimension, frames)
  std::vector<float> distances_;
  std::vector<Path> paths_;
};

}  // namespace

WarpedMatch warp(Span<const float> query, Span<const float> document, std::size_t dimension,
                 Mode mode) {
  Columns columns(query, dimension);
  const std::size_t frames = document.size() / dimension;
  WarpedMatch best{std::numeric_limits<double>::infinity(), 0, 0};
  for (std::size_t j = 0; j < frames; ++j) {
    const bool may_begin = j == 0 || mode == Mode::infix;
    const Path& path =
        columns.advance(document.data() + j * dimension, may_begin ? Path{0, j} : Path{});
    const bool may_end = j + 1 == frames || mode == Mode::infix;
    if (may_end && path.sum < best.distance) best = {path.sum, path.begin, j + 1};
  }
  const double both = static_cast<double>(columns.frames() + frames) / 2;
  best.distance /= mode == Mode::global ? both : static_cast<double>(columns.frames());
  best.distance = std::max(best.distance, 0.0);  // rounding of 1 − cosine
  return best;
}

}  // namespace pairalign::align
