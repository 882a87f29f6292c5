#include "train/geometric.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "model/segmenter.hpp"
#include "nn/cosine.hpp"
#include "nn/functions.hpp"
#include "nn/shape.hpp"
#include "train/frame_matching.hpp"
#include "train/sinkhorn.hpp"
#include "train/step_support.hpp"

namespace pairalign::train {
namespace {

using nn::area;

// Small enough that a shard's activations stay in the cache of a core, large enough for fast
// products.
constexpr std::size_t kCropsPerShard = 4;

}  // namespace

struct GeometricStage::Workspace {
  model::Encoder::Cache cache;
  FeatureBatch batch;
  std::vector<float> embeddings, norms, unit, code_norms, scale;
  std::vector<float> scores, targets, weights, dembeddings, dcodes;
  nn::Operand frames, codes, dscores;
};

GeometricStage::GeometricStage(const Recipe& recipe, const model::Encoder& encoder,
                               const nn::TensorTable& table, const PcmStore& store,
                               const NoiseBank& noise, const NaturalPairs& pairs,
                               nn::Precision precision, ThreadPool& pool, const Communicator& peers)
    : recipe_(recipe),
      encoder_(encoder),
      table_(table),
      store_(store),
      noise_(noise),
      pairs_(pairs),
      log_mel_(recipe.features),
      precision_(precision),
      pool_(pool),
      peers_(peers) {}

std::vector<float> GeometricStage::initial_parameters(const std::vector<float>& earlier) const {
  return grow_parameters(table_, recipe_.seed, earlier);
}

StepReport GeometricStage::step(TrainingState& state) {
  StepReport report = compute_gradients(state);
  report.learning_rate = nn::scheduled_rate(recipe_.optimizer, state.step, recipe_.geometric.steps);
  report.gradient_norm =
      nn::adamw_update(recipe_.optimizer, table_, report.learning_rate, gradients().data(),
                       state.student.data(), state.optimizer);
  const GeometricConfig& config = recipe_.geometric;
  const double decay = ema_decay(config.ema_start, config.ema_end, state.step, config.steps);
  move_average(state.student.data(), static_cast<float>(decay), table_.size(),
               state.teacher.data());
  ++state.step;
  return report;
}

StepReport GeometricStage::compute_gradients(TrainingState& state) {
  plan(state.step);
  pool_.parallel_for(shards_.size(), [&](std::size_t s) { teacher_forward(state, shards_[s]); });
  update_centre(state);
  assign_targets(state);
  double total_weight = 0;
  for (Shard& shard : shards_) {
    shard.matches = match_views(recipe_.features, shard.crops, shard.crop_frames,
                                shard.embeddings.data(), recipe_.encoder.dimension);
    for (const int match : shard.matches)
      total_weight += static_cast<double>(shard.weights[static_cast<std::size_t>(match)]);
  }
  total_weight = peers_.sum_of(total_weight);
  pool_.parallel_for(shards_.size(), [&](std::size_t s) {
    student_pass(state, targets_[s], 1 / total_weight, shards_[s]);
  });
  std::vector<std::vector<float>*> gradients;
  for (Shard& shard : shards_)
    gradients.push_back(&shard.gradients);
  sum_gradients(gradients, pool_, peers_);
  return describe_step(total_weight);
}

StepReport GeometricStage::describe_step(double total_weight) const {
  StepReport report;
  double agreed = 0;
  report.code_counts.assign(static_cast<std::size_t>(recipe_.encoder.codes), 0);
  for (const Shard& shard : shards_) {
    report.loss += shard.loss;
    agreed += shard.agreed;
    report.pairs += static_cast<std::int64_t>(shard.crops.size()) * recipe_.geometric.views;
    report.student_frames += static_cast<std::int64_t>(shard.matches.size());
    report.teacher_frames += static_cast<std::int64_t>(shard.teacher_codes.size());
    report.view_seconds += shard.view_seconds;
    report.model_seconds += shard.model_seconds;
    for (const int code : shard.teacher_codes)
      ++report.code_counts[static_cast<std::size_t>(code)];
  }
  report.sum_over(peers_);
  report.add_term("agreement", peers_.sum_of(agreed) / total_weight, total_weight);
  // Forward costs one product per weight, backward two.
  report.flops = 2 * encoder_.multiply_adds_per_frame() *
                 static_cast<double>(report.teacher_frames + 3 * report.student_frames);
  return report;
}

void GeometricStage::assign_targets(const TrainingState& state) {
  const int codes = recipe_.encoder.codes;
  std::vector<float> norms;
  const std::vector<float> unit = unit_codes(state.teacher.data() + encoder_.codebook(), codes,
                                             recipe_.encoder.dimension, norms);
  targets_.resize(shards_.size());
  pool_.parallel_for(shards_.size(),
                     [&](std::size_t s) { teacher_scores(state, unit, shards_[s], targets_[s]); });
  std::vector<const std::vector<float>*> weights;
  for (const Shard& shard : shards_)
    weights.push_back(&shard.weights);
  balance_assignments(targets_, weights, codes, recipe_.geometric.sinkhorn_epsilon,
                      recipe_.geometric.sinkhorn_iterations, pool_, peers_);
}

void GeometricStage::plan(std::int64_t step) {
  share_out(plan_step(batch_of_all(recipe_.geometric, peers_), recipe_.views,
                      stage_seed(recipe_.seed, kGeometric), store_, step,
                      pairs_at(recipe_.geometric, step, steps(), pairs_)),
            kCropsPerShard, peers_, shards_);
}

void GeometricStage::teacher_forward(const TrainingState& state, Shard& shard) const {
  auto& work = of_this_thread<Workspace>();
  shard.view_seconds = shard.model_seconds = 0;
  {
    const AddedTime watch(shard.view_seconds);
    make_clean_batch(recipe_, log_mel_, store_, shard.crops, work.batch, shard.weights);
  }
  const AddedTime watch(shard.model_seconds);
  encoder_.forward({state.teacher.data(), precision_}, work.batch.features.data(),
                   work.batch.lengths, log_mel_.silence(), false, shard.embeddings, work.cache);
  shard.crop_frames = work.cache.lengths;
}

// Updates the running statistics with those of this step's embeddings. At first they are a plain
// average, so that the initial values do not matter.
void GeometricStage::update_centre(TrainingState& state) const {
  const auto dimension = static_cast<std::size_t>(recipe_.encoder.dimension);
  std::vector<double> sum(dimension), square(dimension);
  double rows = 0;
  for (const Shard& shard : shards_) {
    for (std::size_t i = 0; i < shard.embeddings.size(); ++i) {
      const double u = shard.embeddings[i];
      sum[i % dimension] += u;
      square[i % dimension] += u * u;
    }
    const std::size_t shard_rows = shard.embeddings.size() / dimension;
    rows += static_cast<double>(shard_rows);
  }
  peers_.sum(Span<double>(sum));
  peers_.sum(Span<double>(square));
  rows = peers_.sum_of(rows);
  const auto done = static_cast<double>(state.step);
  const double decay = std::min(recipe_.geometric.centre_decay, done / (done + 1));
  for (std::size_t d = 0; d < dimension; ++d) {
    const double mean = sum[d] / rows;
    const double variance = square[d] / rows - mean * mean;
    state.centre[d] = static_cast<float>(decay * state.centre[d] + (1 - decay) * mean);
    state.variance[d] = static_cast<float>(decay * state.variance[d] + (1 - decay) * variance);
  }
}

void GeometricStage::teacher_scores(const TrainingState& state, const std::vector<float>& codes,
                                    Shard& shard, std::vector<float>& scores) const {
  auto& work = of_this_thread<Workspace>();
  const AddedTime watch(shard.model_seconds);
  const int dimension = recipe_.encoder.dimension, count = recipe_.encoder.codes;
  const int rows = static_cast<int>(shard.embeddings.size()) / dimension;
  standardise(state, rows, dimension, shard.embeddings.data(), work.scale);
  nn::cosines_forward({codes.data(), count, dimension}, precision_, shard.embeddings, scores,
                      {work.norms, work.frames, work.codes});
  shard.teacher_codes.clear();
  for (int r = 0; r < rows; ++r) {
    shard.teacher_codes.push_back(model::nearest_code(scores.data() + area(r, count), count));
  }
}

void GeometricStage::student_pass(const TrainingState& state, const std::vector<float>& targets,
                                  double scale, Shard& shard) const {
  auto& work = of_this_thread<Workspace>();
  shard.gradients.assign(table_.size(), 0.0F);
  {
    const AddedTime watch(shard.view_seconds);
    make_view_batch(recipe_, log_mel_, store_, noise_, shard.crops, work.batch);
  }
  const AddedTime watch(shard.model_seconds);
  encoder_.forward({state.student.data(), precision_}, work.batch.features.data(),
                   work.batch.lengths, log_mel_.silence(), true, work.embeddings, work.cache);
  student_loss(state, targets, scale, shard, work);
  encoder_.backward(state.student.data(), work.embeddings.data(), nullptr, shard.gradients.data(),
                    work.cache);
}

// Sets the shard's loss and agreement, replaces work.embeddings by their gradient and adds that of
// the codebook. With z = unit(standardise(u)), S = z Cᵀ / τ:
//   dz = dS C / τ,  dC = dSᵀ z / τ,  both then backpropagated through their normalisations.
void GeometricStage::student_loss(const TrainingState& state, const std::vector<float>& targets,
                                  double scale, Shard& shard, Workspace& work) const {
  const int dimension = recipe_.encoder.dimension, codes = recipe_.encoder.codes;
  const int rows = work.cache.rows;
  const auto inverse_temperature = static_cast<float>(1 / recipe_.geometric.temperature);
  float* z = work.embeddings.data();
  standardise(state, rows, dimension, z, work.scale);
  work.unit =
      unit_codes(state.student.data() + encoder_.codebook(), codes, dimension, work.code_norms);
  work.targets.resize(area(rows, codes));
  work.weights.resize(static_cast<std::size_t>(rows));
  const nn::Codebook codebook = {work.unit.data(), codes, dimension};
  const nn::CosineBuffers buffers = {work.norms, work.frames, work.codes};
  nn::cosines_forward(codebook, precision_, work.embeddings, work.scores, buffers);

  shard.agreed = 0;
  for (int r = 0; r < rows; ++r) {
    const auto match = static_cast<std::size_t>(shard.matches[static_cast<std::size_t>(r)]);
    const float weight = shard.weights[match];
    work.weights[static_cast<std::size_t>(r)] = weight * static_cast<float>(scale);
    std::copy_n(targets.begin() + static_cast<std::ptrdiff_t>(match) * codes, codes,
                work.targets.begin() + static_cast<std::ptrdiff_t>(area(r, codes)));
    const int code = model::nearest_code(work.scores.data() + area(r, codes), codes);
    if (code == shard.teacher_codes[match]) shard.agreed += static_cast<double>(weight);
  }
  nn::scale(inverse_temperature, work.scores.size(), work.scores.data());
  shard.loss = nn::cross_entropy(work.scores.data(), work.targets.data(), work.weights.data(), rows,
                                 codes, work.scores.data());
  nn::scale(inverse_temperature, work.scores.size(), work.scores.data());

  work.dscores.assign(work.scores.data(), rows, codes, precision_);
  work.dcodes.resize(area(codes, dimension));
  nn::matmul(work.dscores, nn::Transpose::yes, work.frames, nn::Transpose::no, work.dcodes.data());
  nn::l2_normalize_backward(work.unit.data(), work.code_norms.data(), work.dcodes.data(), codes,
                            dimension, work.dcodes.data());
  nn::add(work.dcodes.data(), work.dcodes.size(), shard.gradients.data() + encoder_.codebook());

  work.dembeddings.resize(area(rows, dimension));
  nn::cosines_backward(codebook, precision_, work.embeddings, work.scores.data(),
                       work.dembeddings.data(), buffers);
  for (std::size_t i = 0; i < work.dembeddings.size(); ++i) {
    z[i] = work.dembeddings[i] * work.scale[i % static_cast<std::size_t>(dimension)];
  }
}

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

std::vector<float> GeometricStage::export_parameters(const TrainingState& state) const {
  std::vector<float> parameters = state.teacher;
  const nn::Linear& projection = encoder_.projection();
  std::vector<float> scale;
  standardise(state, 1, projection.out, parameters.data() + projection.bias, scale);
  const auto width = static_cast<std::size_t>(projection.out);
  for (std::size_t i = 0; i < static_cast<std::size_t>(projection.in) * width; ++i) {
    parameters[projection.weight + i] *= scale[i % width];
  }
  const model::EncoderConfig& config = encoder_.config();
  std::vector<float> norms(static_cast<std::size_t>(config.codes));
  float* codes = parameters.data() + encoder_.codebook();
  nn::l2_normalize_forward(codes, config.codes, config.dimension, codes, norms.data());
  return parameters;
}

}  // namespace pairalign::train
