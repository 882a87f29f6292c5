// What the decoder sees of a recording: one projection of every frame, made once, from which the
// layers take keys and values, the pointers their keys, and the copy path its distributions over
// codes.
//
// The memory knows the duration-penalised Viterbi path through its frames (see segmenter.hpp).
// Where a run of that path ends, a learned vector is added to the frame's projection, so that a
// pointer can find it; and all frames of a run have one distribution, that of their mean
// similarity. So the decoder sets out from a segmentation that is best as a whole, which a walk
// from left to right does not find, and learns where to leave it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/encoder.hpp"
#include "nn/linear.hpp"
#include "nn/tensor_table.hpp"
#include "nn/window_attention.hpp"

namespace pairalign::model {

class DecoderMemory {
 public:
  struct Shape {
    int layers = 0, width = 0;  ///< keys and values of `width` for each layer
    int pointer_width = 0;      ///< keys of the pointer, and again of the ends
    bool copy = true;
    double copy_temperature = 0;
    double segment_penalty = 0;  ///< of the Viterbi path; 0: no path, each frame for itself
  };
  DecoderMemory() = default;
  /// The posteriors compare with the codebook of `encoder`, whose rows are to be unit vectors; it
  /// receives no gradient from here.
  DecoderMemory(nn::TensorTable& table, const std::string& name, const Shape& shape,
                const Encoder& encoder);

  /// Frames start with the posteriors of the geometric tokenizer.
  void initialise_copy(const Encoder& encoder, float* p) const;
  /// Offset of what is added to the projection where a run ends, (keys and values of all users).
  std::size_t boundary() const { return boundary_; }
  double multiply_adds_per_frame() const;
  /// Frames on either side of a frame that its run depends on, for all practical purposes: where
  /// the path of a part is compared with that of the whole, over ten minutes of speech, they are
  /// one from 54 frames behind a cut on, and up to 21 frames before one at a penalty of 0.45; runs
  /// of a larger penalty are longer. 0 without a path.
  int context(std::optional<double> penalty = {}) const;
  /// Whether runs of a path are found, so that their penalty is the control of the token rate.
  bool has_path() const { return shape_.segment_penalty > 0; }

  struct Cache {
    int rows = 0;
    const float* frames = nullptr;   ///< (rows, encoder width), the caller's
    std::vector<float> projected;    ///< (rows, columns)
    std::vector<float> unit, norms;  // (rows, dimension), (rows)
    std::vector<float> posteriors;   ///< (rows, codes); empty without the copy path
    std::vector<int> runs;           ///< first row of each run of the Viterbi path; then `rows`
    /// Of the last sequence, the first row of the last run whose start nothing can change that may
    /// follow: the runs before it are as they will be. Without a path `rows`.
    int settled_rows = 0;
    // Gradients that the users of the memory add to.
    std::vector<float> dprojected, dposteriors;
    std::vector<float> dframes;  ///< (rows, encoder width)
    std::vector<float> dunit;
    nn::Linear::Cache linear;
    nn::Operand left, right;
  };

  /// frames (Σ lengths, encoder width): the output of the encoder behind its last norm, of several
  /// sequences; it must stay while the cache is in use. `penalty`: of the path, in place of the
  /// shape's, where there is one.
  void forward(nn::Weights w, const float* frames, const std::vector<int>& lengths, Cache& cache,
               std::optional<double> penalty = {}) const;
  /// The same of one sequence.
  void forward(nn::Weights w, const float* frames, int length, Cache& cache,
               std::optional<double> penalty = {}) const {
    forward(w, frames, std::vector<int>{length}, cache, penalty);
  }
  /// Adds to cache.dframes what follows from the gradients of the projection and the posteriors.
  void backward(const float* p, float* g, Cache& cache) const;
  /// Clears the gradients that the users of the memory add to.
  void clear_gradients(Cache& cache) const;

  // Columns of the projection.
  int keys(int layer) const { return 2 * layer * shape_.width; }
  int values(int layer) const { return keys(layer) + shape_.width; }
  int pointer_keys() const { return 2 * shape_.layers * shape_.width; }
  int end_keys() const { return pointer_keys() + shape_.pointer_width; }
  nn::Rows<const float> at(const Cache& cache, int column) const {
    return {cache.projected.data() + column, linear_.out};
  }
  nn::Rows<float> gradient_at(Cache& cache, int column) const {
    return {cache.dprojected.data() + column, linear_.out};
  }
  nn::Rows<const float> posteriors(const Cache& cache) const {
    return {cache.posteriors.data(), codes_};
  }
  nn::Rows<float> posterior_gradients(Cache& cache) const {
    return {cache.dposteriors.data(), codes_};
  }

 private:
  int copy_column() const { return end_keys() + shape_.pointer_width; }
  void find_runs(const std::vector<int>& lengths, double penalty, Cache& cache) const;
  void mark_boundaries(const float* p, Cache& cache) const;

  Shape shape_;
  int codes_ = 0, dimension_ = 0;
  std::size_t codebook_ = 0;
  nn::Linear linear_;
  std::size_t boundary_ = 0;  // (copy_column())
};

}  // namespace pairalign::model
