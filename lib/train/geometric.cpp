#include "train/geometric.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "model/segmenter.hpp"
#include "nn/cosine.hpp"
#include "nn/functions.hpp"
#include "nn/shape.hpp"
#include "train/frame_matching.hpp"
#include "train/frame_tokens.hpp"
#include "train/sinkhorn.hpp"
#include "train/step_support.hpp"

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

}  // namespace

struct GeometricStage::Workspace {
  model::Encoder::Cache cache;
  FeatureBatch batch;
  std::vector<float> embeddings, norms, unit, code_norms, scale;
  std::vector<float> scores, targets, weights, dembeddings, dcodes;
  nn::Operand frames, codes, dscores;
};

GeometricStage::GeometricStage(const Run& run, const nn::TensorTable& table)
    : Stage(kGeometric, run.recipe.geometric, run.recipe.optimizer, run, table) {}

StepReport GeometricStage::compute_gradients(TrainingState& state) {
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

StepReport GeometricStage::describe_step(double total_weight) const {
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
                 static_cast<double>(report.teacher_frames + 3 * report.student_frames);
  return report;
}

void GeometricStage::assign_targets(const TrainingState& state) {
  const int codes = run_.recipe.encoder.codes;
  std::vector<float> norms;
  const std::vector<float> unit = unit_codes(state.teacher.data() + run_.encoder.codebook(), codes,
                                             run_.recipe.encoder.dimension, norms);
  targets_.resize(shards_.size());
  run_.pool.parallel_for(
      shards_.size(), [&](std::size_t s) { teacher_scores(state, unit, shards_[s], targets_[s]); });
  std::vector<const std::vector<float>*> weights;
  for (const CropShard& shard : shards_)
    weights.push_back(&shard.frame_weights);
  balance_assignments(targets_, weights, codes, run_.recipe.geometric.sinkhorn_epsilon,
                      run_.recipe.geometric.sinkhorn_iterations, run_.pool, run_.peers);
}

void GeometricStage::teacher_forward(const TrainingState& state, CropShard& shard) const {
  auto& work = of_this_thread<Workspace>();
  shard.view_seconds = shard.model_seconds = 0;
  {
    const AddedTime watch(shard.view_seconds);
    features_.clean_batch(shard.crops, work.batch, shard.frame_weights);
  }
  const AddedTime watch(shard.model_seconds);
  run_.encoder.forward({state.teacher.data(), run_.precision}, work.batch.features.data(),
                       work.batch.lengths, features_.silence(), false, shard.embeddings,
                       work.cache);
  shard.crop_frames = work.cache.lengths;
}

// Updates the running statistics with those of this step's embeddings. At first they are a plain
// average, so that the initial values do not matter.
void GeometricStage::update_centre(TrainingState& state) const {
  const auto dimension = static_cast<std::size_t>(run_.recipe.encoder.dimension);
  std::vector<double> sum(dimension), square(dimension);
  double rows = 0;
  for (const CropShard& shard : shards_) {
    for (std::size_t i = 0; i < shard.embeddings.size(); ++i) {
      const double u = shard.embeddings[i];
      sum[i % dimension] += u;
      square[i % dimension] += u * u;
    }
    const std::size_t shard_rows = shard.embeddings.size() / dimension;
    rows += static_cast<double>(shard_rows);
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

void GeometricStage::teacher_scores(const TrainingState& state, const std::vector<float>& codes,
                                    CropShard& shard, std::vector<float>& scores) const {
  auto& work = of_this_thread<Workspace>();
  const AddedTime watch(shard.model_seconds);
  const int dimension = run_.recipe.encoder.dimension, count = run_.recipe.encoder.codes;
  const int rows = static_cast<int>(shard.embeddings.size()) / dimension;
  standardise(state, rows, dimension, shard.embeddings.data(), work.scale);
  nn::cosines_forward({codes.data(), count, dimension}, run_.precision, shard.embeddings, scores,
                      {work.norms, work.frames, work.codes});
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

void GeometricStage::student_pass(const TrainingState& state, double scale, std::size_t index) {
  CropShard& shard = shards_[index];
  std::vector<float>& gradients = gradients_[index];
  auto& work = of_this_thread<Workspace>();
  gradients.assign(table_.size(), 0.0F);
  {
    const AddedTime watch(shard.view_seconds);
    features_.view_batch(shard.crops, work.batch);
  }
  const AddedTime watch(shard.model_seconds);
  run_.encoder.forward({state.student.data(), run_.precision}, work.batch.features.data(),
                       work.batch.lengths, features_.silence(), true, work.embeddings, work.cache);
  student_loss(state, scale, index, work);
  run_.encoder.backward(state.student.data(), work.embeddings.data(), nullptr, gradients.data(),
                        work.cache);
}

// Sets the shard's loss and agreement, replaces work.embeddings by their gradient and adds that of
// the codebook. With z = unit(standardise(u)), S = z Cᵀ / τ:
//   dz = dS C / τ,  dC = dSᵀ z / τ,  both then backpropagated through their normalisations.
void GeometricStage::student_loss(const TrainingState& state, double scale, std::size_t index,
                                  Workspace& work) {
  CropShard& shard = shards_[index];
  const std::vector<float>& targets = targets_[index];
  const int dimension = run_.recipe.encoder.dimension, codes = run_.recipe.encoder.codes;
  const int rows = work.cache.rows;
  const auto inverse_temperature = static_cast<float>(1 / run_.recipe.geometric.temperature);
  float* z = work.embeddings.data();
  standardise(state, rows, dimension, z, work.scale);
  work.unit =
      unit_codes(state.student.data() + run_.encoder.codebook(), codes, dimension, work.code_norms);
  work.targets.resize(area(rows, codes));
  work.weights.resize(static_cast<std::size_t>(rows));
  const nn::Codebook codebook = {work.unit.data(), codes, dimension};
  const nn::CosineBuffers buffers = {work.norms, work.frames, work.codes};
  nn::cosines_forward(codebook, run_.precision, work.embeddings, work.scores, buffers);

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
  nn::scale(inverse_temperature, work.scores.size(), work.scores.data());
  shard.loss = nn::cross_entropy(work.scores.data(), work.targets.data(), work.weights.data(), rows,
                                 codes, work.scores.data());
  nn::scale(inverse_temperature, work.scores.size(), work.scores.data());

  work.dscores.assign(work.scores.data(), rows, codes, run_.precision);
  work.dcodes.resize(area(codes, dimension));
  nn::matmul(work.dscores, nn::Transpose::yes, work.frames, nn::Transpose::no, work.dcodes.data());
  nn::l2_normalize_backward(work.unit.data(), work.code_norms.data(), work.dcodes.data(), codes,
                            dimension, work.dcodes.data());
  nn::add(work.dcodes.data(), work.dcodes.size(),
          gradients_[index].data() + run_.encoder.codebook());

  work.dembeddings.resize(area(rows, dimension));
  nn::cosines_backward(codebook, run_.precision, work.embeddings, work.scores.data(),
                       work.dembeddings.data(), buffers);
  for (std::size_t i = 0; i < work.dembeddings.size(); ++i) {
    z[i] = work.dembeddings[i] * work.scale[i % static_cast<std::size_t>(dimension)];
  }
}

std::vector<float> GeometricStage::export_parameters(const TrainingState& state) const {
  std::vector<float> parameters = state.teacher;
  const nn::Linear& projection = run_.encoder.projection();
  std::vector<float> scale;
  standardise(state, 1, projection.out, parameters.data() + projection.bias, scale);
  const auto width = static_cast<std::size_t>(projection.out);
  for (std::size_t i = 0; i < static_cast<std::size_t>(projection.in) * width; ++i) {
    parameters[projection.weight + i] *= scale[i % width];
  }
  const model::EncoderConfig& config = run_.encoder.config();
  std::vector<float> norms(static_cast<std::size_t>(config.codes));
  float* codes = parameters.data() + run_.encoder.codebook();
  nn::l2_normalize_forward(codes, config.codes, config.dimension, codes, norms.data());
  return parameters;
}

}  // namespace pairalign::train
