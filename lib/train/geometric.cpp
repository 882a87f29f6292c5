// Stage I: the cross-view frame objective.
//
//   teacher (EMA), clean crop      → unit vectors z′ → Sinkhorn over z′·C′ᵀ / ε → targets t (one
//                                    distribution over codes per frame, codes used equally)
//   student, degraded pieces of it → unit vectors z  → softmax over z·Cᵀ / τ → cross-entropy with t
//
// where frames are matched through the time maps of the views. Online clustering as in SwAV (Caron
// et al., arXiv 2006.09882) with a momentum teacher as in DINO (arXiv 2104.14294), applied to
// frames.
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "model/segmenter.hpp"
#include "nn/functions.hpp"
#include "train/balance.hpp"
#include "train/frame_matching.hpp"
#include "train/frame_tokens.hpp"
#include "train/stage.hpp"

namespace pairalign::train {
namespace {

using nn::area;

// Small enough that a shard's activations stay in the cache of a core, large enough for fast
// products.
constexpr std::size_t kCropsPerShard = 4;

// z = (u − centre) / √variance, row by row; `scale` receives 1 / √variance.
void standardise(const TrainingState& state, int rows, int dimension, float* u,
                 std::vector<float>& scale) {
  const auto width = static_cast<std::size_t>(dimension);
  scale.resize(width);
  for (std::size_t d = 0; d < width; ++d)
    scale[d] = 1.0F / std::sqrt(state.variance[d] + 1e-6F);
  for (int r = 0; r < rows; ++r) {
    float* row = u + area(r, dimension);
    for (std::size_t d = 0; d < width; ++d)
      row[d] = (row[d] - state.centre[d]) * scale[d];
  }
}

// The codes (codes, dimension) as unit vectors; `norms` (codes) is kept for the backward pass.
std::vector<float> unit_codes(const float* codebook, const model::EncoderConfig& config,
                              std::vector<float>& norms) {
  std::vector<float> unit(area(config.codes, config.dimension));
  norms.resize(static_cast<std::size_t>(config.codes));
  nn::l2_normalize_forward(codebook, config.codes, config.dimension, unit.data(), norms.data());
  return unit;
}

class GeometricStage : public Stage {
 public:
  GeometricStage(const Run& run, const nn::TensorTable& table)
      : Stage(kGeometric, run.recipe.geometric, run.recipe.optimizer, run, table) {}

  StepReport compute_gradients(TrainingState& state) override {
    share_out(plan_crops(state.step), kCropsPerShard, run_.peers, shards_);
    gradients_.resize(shards_.size());
    run_.pool.parallel_for(shards_.size(),
                           [&](std::size_t s) { teacher_forward(state, shards_[s]); });
    update_centre(state);
    assign_targets(state);
    double total_weight = 0;
    for (CropShard& shard : shards_) {
      shard.matches = match_views(run_.recipe.features, shard.crops, shard.crop_frames,
                                  shard.embeddings.data(), run_.recipe.encoder.dimension);
      shard.add_weights(total_weight);
    }
    total_weight = run_.peers.sum_of(total_weight);
    run_.pool.parallel_for(shards_.size(),
                           [&](std::size_t s) { student_pass(state, 1 / total_weight, s); });
    sum_gradients();
    return describe_step(total_weight);
  }

  /// The teacher, with centre and variance folded into the projection, and codes as unit vectors.
  std::vector<float> export_parameters(const TrainingState& state) const override {
    std::vector<float> parameters = state.teacher;
    const nn::Linear& projection = run_.encoder.projection();
    std::vector<float> scale;
    standardise(state, 1, projection.out, parameters.data() + projection.bias, scale);
    const auto width = static_cast<std::size_t>(projection.out);
    for (std::size_t i = 0; i < static_cast<std::size_t>(projection.in) * width; ++i) {
      parameters[projection.weight + i] *= scale[i % width];
    }
    std::vector<float> norms;
    float* codes = parameters.data() + run_.encoder.codebook();
    const std::vector<float> unit = unit_codes(codes, run_.encoder.config(), norms);
    std::copy(unit.begin(), unit.end(), codes);
    return parameters;
  }

 private:
  struct CropShard : Shard {
    std::vector<int> crop_frames;   // teacher frames of each crop
    std::vector<float> embeddings;  // (Σ crop_frames, dimension), the teacher's
    double agreed = 0;
  };
  // Buffers of a thread, reused from shard to shard.
  struct Workspace : EncoderPass {
    std::vector<float> unit, code_norms, scale;
    std::vector<float> scores, targets, weights, dembeddings, dcodes;
    nn::Codebook::Cache cosines;
    nn::Operand dscores;
  };

  void teacher_forward(const TrainingState& state, CropShard& shard) const {
    auto& work = of_this_thread<Workspace>();
    encode_clean(state, shard, work);
    shard.embeddings = work.embeddings;
    shard.crop_frames = work.encoder.lengths;
  }

  // Updates the running statistics with those of this step's embeddings. At first they are a plain
  // average, so that the initial values do not matter.
  void update_centre(TrainingState& state) const {
    const auto dimension = static_cast<std::size_t>(run_.recipe.encoder.dimension);
    std::vector<double> sum(dimension), square(dimension);
    double rows = 0;
    for (const CropShard& shard : shards_) {
      for (std::size_t i = 0; i < shard.embeddings.size(); ++i) {
        const double u = shard.embeddings[i];
        sum[i % dimension] += u;
        square[i % dimension] += u * u;
      }
      rows += static_cast<double>(shard.embeddings.size() / dimension);
    }
    run_.peers.sum(Span<double>(sum));
    run_.peers.sum(Span<double>(square));
    rows = run_.peers.sum_of(rows);
    const auto done = static_cast<double>(state.step);
    const double decay = std::min(run_.recipe.geometric.centre_decay, done / (done + 1));
    for (std::size_t d = 0; d < dimension; ++d) {
      const double mean = sum[d] / rows;
      const double variance = square[d] / rows - mean * mean;
      state.centre[d] = static_cast<float>(decay * state.centre[d] + (1 - decay) * mean);
      state.variance[d] = static_cast<float>(decay * state.variance[d] + (1 - decay) * variance);
    }
  }

  void assign_targets(const TrainingState& state) {
    const int codes = run_.recipe.encoder.codes;
    std::vector<float> norms;
    const std::vector<float> unit =
        unit_codes(state.teacher.data() + run_.encoder.codebook(), run_.recipe.encoder, norms);
    targets_.resize(shards_.size());
    run_.pool.parallel_for(shards_.size(), [&](std::size_t s) {
      teacher_scores(state, unit, shards_[s], targets_[s]);
    });
    std::vector<const std::vector<float>*> weights;
    for (const CropShard& shard : shards_)
      weights.push_back(&shard.frame_weights);
    balance_assignments(targets_, weights, codes, run_.recipe.geometric.sinkhorn_epsilon,
                        run_.recipe.geometric.sinkhorn_iterations, run_.pool, run_.peers);
  }

  void teacher_scores(const TrainingState& state, const std::vector<float>& codes, CropShard& shard,
                      std::vector<float>& scores) const {
    auto& work = of_this_thread<Workspace>();
    const AddedTime watch(shard.model_seconds);
    const int dimension = run_.recipe.encoder.dimension, count = run_.recipe.encoder.codes;
    const int rows = static_cast<int>(shard.embeddings.size()) / dimension;
    standardise(state, rows, dimension, shard.embeddings.data(), work.scale);
    const nn::Codebook codebook = {codes.data(), count, dimension};
    codebook.forward(run_.precision, shard.embeddings, scores, work.cosines);
    shard.crop_codes.clear();
    for (int r = 0; r < rows; ++r) {
      shard.crop_codes.push_back(model::nearest_code(scores.data() + area(r, count), count));
    }
    const GeometricConfig& config = run_.recipe.geometric;
    if (config.segment_share == 0) return;
    float* crop = scores.data();
    for (const int frames : shard.crop_frames) {
      const std::size_t size = area(frames, count);
      average_over_segments(config.segment_penalty, config.segment_share, {crop, size}, count);
      crop += size;
    }
  }

  // Sets the shard's loss, agreement and gradients. With z = unit(standardise(u)), S = z Cᵀ / τ:
  //   dz = dS C / τ,  dC = dSᵀ z / τ,  both then backpropagated through their normalisations.
  void student_pass(const TrainingState& state, double scale, std::size_t index) {
    CropShard& shard = shards_[index];
    auto& work = of_this_thread<Workspace>();
    encode_views(state, true, shard, work);
    const AddedTime watch(shard.model_seconds);
    const std::vector<float>& targets = targets_[index];
    const int dimension = run_.recipe.encoder.dimension, codes = run_.recipe.encoder.codes;
    const int rows = work.encoder.rows;
    float* z = work.embeddings.data();
    standardise(state, rows, dimension, z, work.scale);
    work.unit = unit_codes(state.student.data() + run_.encoder.codebook(), run_.recipe.encoder,
                           work.code_norms);
    work.targets.resize(area(rows, codes));
    work.weights.resize(static_cast<std::size_t>(rows));
    const nn::Codebook codebook = {work.unit.data(), codes, dimension};
    codebook.forward(run_.precision, work.embeddings, work.scores, work.cosines);

    shard.agreed = 0;
    for (int r = 0; r < rows; ++r) {
      const auto match = static_cast<std::size_t>(shard.matches[static_cast<std::size_t>(r)]);
      const float weight = shard.frame_weights[match];
      work.weights[static_cast<std::size_t>(r)] = weight * static_cast<float>(scale);
      std::copy_n(targets.begin() + static_cast<std::ptrdiff_t>(match) * codes, codes,
                  work.targets.begin() + static_cast<std::ptrdiff_t>(area(r, codes)));
      const int code = model::nearest_code(work.scores.data() + area(r, codes), codes);
      if (code == shard.crop_codes[match]) shard.agreed += static_cast<double>(weight);
    }
    shard.loss = cross_entropy(run_.recipe.geometric.temperature, work.targets, work.weights,
                               work.scores, work.scores);

    work.dscores.assign(work.scores.data(), rows, codes, run_.precision);
    work.dcodes.resize(area(codes, dimension));
    nn::matmul(work.dscores, nn::Transpose::yes, work.cosines.left, nn::Transpose::no,
               work.dcodes.data());
    nn::l2_normalize_backward(work.unit.data(), work.code_norms.data(), work.dcodes.data(), codes,
                              dimension, work.dcodes.data());
    gradients_[index].assign(table_.size(), 0.0F);
    float* g = gradients_[index].data();
    nn::add(work.dcodes.data(), work.dcodes.size(), g + run_.encoder.codebook());

    work.dembeddings.resize(area(rows, dimension));
    codebook.backward(run_.precision, work.embeddings, work.scores.data(), work.dembeddings.data(),
                      work.cosines);
    for (std::size_t i = 0; i < work.dembeddings.size(); ++i) {
      z[i] = work.dembeddings[i] * work.scale[i % static_cast<std::size_t>(dimension)];
    }
    run_.encoder.backward(state.student.data(), z, nullptr, g, work.encoder);
  }

  StepReport describe_step(double total_weight) const {
    StepReport report;
    double agreed = 0;
    report.code_counts.assign(static_cast<std::size_t>(run_.recipe.encoder.codes), 0);
    for (const CropShard& shard : shards_) {
      report.add(shard);
      agreed += shard.agreed;
      for (const int code : shard.crop_codes)
        ++report.code_counts[static_cast<std::size_t>(code)];
    }
    report.sum_over(run_.peers);
    report.add_term("agreement", run_.peers.sum_of(agreed) / total_weight, total_weight);
    // Forward costs one product per weight, backward two.
    report.flops = 2 * run_.encoder.multiply_adds_per_frame() *
                   (report.teacher_frames + 3 * report.student_frames);
    return report;
  }

  std::vector<CropShard> shards_;            // of this process
  std::vector<std::vector<float>> targets_;  // per shard, (Σ crop_frames, codes)
};

}  // namespace

std::unique_ptr<Stage> geometric_stage(const Run& run, const nn::TensorTable& table) {
  return std::make_unique<GeometricStage>(run, table);
}

}  // namespace pairalign::train
