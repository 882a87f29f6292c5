// What the decoder sees of a recording: one projection of every frame, computed once, with the keys
// and values of the layers, the keys of the pointers, and what the copy path needs for its
// distributions over codes.
//
// The memory includes the duration-penalised Viterbi path through its frames (see segmenter.hpp).
// At the last frame of each run of that path, a learned vector is added to the projection, so that
// a pointer can find it; and all frames of a run share one distribution, computed from their mean
// similarity. Thus the decoder starts from a globally optimal segmentation, which left-to-right
// decoding does not find, and learns where to depart from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/encoder.hpp"
#include "nn/layers.hpp"
#include "nn/tensor_table.hpp"
#include "nn/window_attention.hpp"

namespace pairalign::model {

inline constexpr double kMaxPenalty = 4;  ///< of a path; beyond it, cosines have no influence

struct DecoderConfig {
  int width = 256;
  int layers = 2;
  int heads = 4;
  int expansion = 2;       ///< hidden width of the feed-forward branch, in widths
  int pointer_width = 64;  ///< width of the queries and keys of pointer and ends
  int look_back = 16;      ///< frames of 20 ms that a step sees before the anchor …
  int look_ahead = 32;     ///< … and from the anchor on
  int history = 16;        ///< steps that self-attention sees, its own included
  int longest = 25;        ///< most frames that one token may span; longer segments repeat it
  bool copy = true;        ///< the copy path; without it P = V
  bool summary = true;     ///< adds the mean of the memory to the input
  double copy_temperature = 0.07;
  /// Penalty of the Viterbi path in the memory (requires the copy path); 0: no path.
  double segment_penalty = 0.28;
};

class DecoderMemory {
 public:
  DecoderMemory() = default;
  /// The posteriors are computed with the codebook of `encoder`, whose rows must be unit vectors;
  /// it receives no gradient from here.
  DecoderMemory(nn::TensorTable& table, const std::string& name, const DecoderConfig& config,
                const Encoder& encoder);

  /// Initialises the copy path with the posteriors of the geometric tokenizer.
  void initialise_copy(const Encoder& encoder, float* p) const;
  /// Offset of the vector added to the projection where a run ends, (columns of all keys and
  /// values).
  std::size_t boundary() const { return boundary_; }
  double multiply_adds_per_frame() const;
  /// Frames on either side of a frame that its run depends on, for all practical purposes: over ten
  /// minutes of speech at a penalty of 0.45, the path of a part equals that of the whole from 54
  /// frames after a cut on, and up to 21 frames before one; larger penalties give longer runs. 0
  /// without a path.
  int context(std::optional<double> penalty = {}) const;
  /// Whether there is a path, whose penalty then controls the token rate.
  bool has_path() const { return config_.segment_penalty > 0; }

  struct Cache {
    int rows = 0;
    const float* frames = nullptr;  ///< (rows, encoder width), owned by the caller
    std::vector<float> projected;   ///< (rows, columns)
    std::vector<float> unit;        // (rows, dimension)
    std::vector<float> posteriors;  ///< (rows, codes); empty without the copy path
    std::vector<int> runs;          ///< first row of each run of the Viterbi path; then `rows`
    /// In the last sequence, the first row of the last run whose start no later frame can change:
    /// the runs before it are final. Without a path: `rows`.
    int settled_rows = 0;
    // Gradients that the users of the memory add to.
    std::vector<float> dprojected, dposteriors;
    std::vector<float> dframes;  ///< (rows, encoder width)
    std::vector<float> dunit;
    nn::Linear::Cache linear;
    nn::Codebook::Cache cosines;
  };

  /// frames (Σ lengths, encoder width): the output of the encoder after its last norm, for several
  /// sequences; it must stay valid while the cache is in use. `penalty`: of the path, if there is
  /// one; replaces the configured one.
  void forward(nn::Weights w, const float* frames, const std::vector<int>& lengths, Cache& cache,
               std::optional<double> penalty = {}) const;
  /// Propagates the gradients of the projection and the posteriors: adds to `g` and cache.dframes.
  void backward(const float* p, float* g, Cache& cache) const;
  /// Clears the gradients that the users of the memory add to.
  void clear_gradients(Cache& cache) const;

  // Columns of the projection.
  int keys(int layer) const { return 2 * layer * config_.width; }
  int values(int layer) const { return keys(layer) + config_.width; }
  int pointer_keys() const { return 2 * config_.layers * config_.width; }
  int end_keys() const { return pointer_keys() + config_.pointer_width; }
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
  int copy_column() const { return end_keys() + config_.pointer_width; }
  nn::Codebook codebook(const float* p) const { return {p + codebook_, codes_, dimension_}; }
  void find_runs(const std::vector<int>& lengths, double penalty, Cache& cache) const;

  DecoderConfig config_;
  int codes_ = 0, dimension_ = 0;
  std::size_t codebook_ = 0;
  nn::Linear linear_;
  std::size_t boundary_ = 0;  // (copy_column())
};

}  // namespace pairalign::model
