#include "model/decoder_memory.hpp"

#include <algorithm>
#include <numeric>

#include "model/segmenter.hpp"
#include "nn/functions.hpp"

namespace pairalign::model {
namespace {

using nn::area;

// Replaces every row of a run by the mean of its rows.
void average_runs(const std::vector<int>& runs, int width, float* rows) {
  const auto columns = static_cast<std::size_t>(width);
  for (std::size_t i = 0; i + 1 < runs.size(); ++i) {
    const int count = runs[i + 1] - runs[i];
    float* first = rows + area(runs[i], width);
    for (int r = 1; r < count; ++r)
      nn::add(first + area(r, width), columns, first);
    nn::scale(1.0F / static_cast<float>(count), columns, first);
    for (int r = 1; r < count; ++r)
      std::copy_n(first, columns, first + area(r, width));
  }
}

}  // namespace

DecoderMemory::DecoderMemory(nn::TensorTable& table, const std::string& name,
                             const DecoderConfig& config, const Encoder& encoder)
    : config_(config),
      codes_(encoder.config().codes),
      dimension_(encoder.config().dimension),
      codebook_(encoder.codebook()) {
  const int columns = copy_column() + (config.copy ? dimension_ : 0);
  linear_ = {table, name, encoder.config().width, columns};
  boundary_ = table.add(name + "_boundary", {copy_column()}, false, 0);
}

double DecoderMemory::multiply_adds_per_frame() const {
  return 1.0 * linear_.in * linear_.out + (config_.copy ? 1.0 * dimension_ * codes_ : 0.0);
}

void DecoderMemory::initialise_copy(const Encoder& encoder, float* p) const {
  if (!config_.copy) return;
  const nn::Linear& projection = encoder.projection();
  for (int r = 0; r < linear_.in; ++r) {
    std::copy_n(p + projection.weight + area(r, dimension_), dimension_,
                p + linear_.weight + area(r, linear_.out) + copy_column());
  }
  std::copy_n(p + projection.bias, dimension_, p + linear_.bias + copy_column());
}

int DecoderMemory::context(std::optional<double> penalty) const {
  constexpr double kMeasuredPenalty = 0.45;
  constexpr double kMeasuredContext = 100;
  if (!has_path()) return 0;
  const double ratio = penalty.value_or(config_.segment_penalty) / kMeasuredPenalty;
  return static_cast<int>(kMeasuredContext * std::max(1.0, ratio));
}

void DecoderMemory::forward(nn::Weights w, const float* frames, const std::vector<int>& lengths,
                            Cache& cache, std::optional<double> penalty) const {
  const int rows = std::accumulate(lengths.begin(), lengths.end(), 0);
  cache.rows = rows;
  cache.frames = frames;
  linear_.forward(w, {frames, area(rows, linear_.in)}, cache.projected, cache.linear);
  cache.settled_rows = rows;
  if (!config_.copy) return;
  cache.unit.resize(area(rows, dimension_));
  for (int r = 0; r < rows; ++r) {
    std::copy_n(at(cache, copy_column())[r], dimension_, cache.unit.data() + area(r, dimension_));
  }
  codebook(w.values).forward(w.precision, cache.unit, cache.posteriors, cache.cosines);
  if (has_path()) {
    find_runs(lengths, penalty.value_or(config_.segment_penalty), cache);
    for (std::size_t i = 1; i < cache.runs.size(); ++i) {
      nn::add(w.values + boundary_, static_cast<std::size_t>(copy_column()),
              cache.projected.data() + area(cache.runs[i] - 1, linear_.out));
    }
    average_runs(cache.runs, codes_, cache.posteriors.data());
  }
  nn::scale(static_cast<float>(1 / config_.copy_temperature), cache.posteriors.size(),
            cache.posteriors.data());
  nn::softmax_forward(cache.posteriors.data(), rows, codes_, cache.posteriors.data());
}

// Reads the similarities, which cache.posteriors holds at this point.
void DecoderMemory::find_runs(const std::vector<int>& lengths, double penalty, Cache& cache) const {
  cache.runs.clear();
  const float* similarity = cache.posteriors.data();
  std::vector<Segment> segments;
  int first = 0;
  for (const int length : lengths) {
    DurationPenalisedSegmenter viterbi(codes_, penalty);
    segments.clear();
    for (int r = 0; r < length; ++r, similarity += codes_)
      viterbi.push(similarity, segments);
    viterbi.settle(segments);
    cache.settled_rows =
        first + (segments.empty() ? 0 : static_cast<int>(segments.back().first_frame));
    viterbi.finish(segments);
    for (const Segment& segment : segments)
      cache.runs.push_back(first + static_cast<int>(segment.first_frame));
    first += length;
  }
  cache.runs.push_back(first);
}

void DecoderMemory::clear_gradients(Cache& cache) const {
  cache.dprojected.assign(cache.projected.size(), 0.0F);
  cache.dposteriors.assign(cache.posteriors.size(), 0.0F);
  cache.dframes.assign(area(cache.rows, linear_.in), 0.0F);
}

// cache.dunit also serves for the gradient of the frames.
void DecoderMemory::backward(const float* p, float* g, Cache& cache) const {
  if (config_.copy) {
    const nn::Precision precision = cache.linear.x.precision();
    float* dscores = cache.dposteriors.data();
    nn::softmax_backward(cache.posteriors.data(), dscores, cache.rows, codes_, dscores);
    nn::scale(static_cast<float>(1 / config_.copy_temperature), cache.dposteriors.size(), dscores);
    if (has_path()) {
      average_runs(cache.runs, codes_, dscores);
      for (std::size_t i = 1; i < cache.runs.size(); ++i) {
        nn::add(cache.dprojected.data() + area(cache.runs[i] - 1, linear_.out),
                static_cast<std::size_t>(copy_column()), g + boundary_);
      }
    }
    cache.dunit.resize(cache.unit.size());
    codebook(p).backward(precision, cache.unit, dscores, cache.dunit.data(), cache.cosines);
    for (int r = 0; r < cache.rows; ++r) {
      std::copy_n(cache.dunit.data() + area(r, dimension_), dimension_,
                  gradient_at(cache, copy_column())[r]);
    }
  }
  linear_.backward(p, cache.dprojected, g, cache.dunit, cache.linear);
  nn::add(cache.dunit.data(), cache.dunit.size(), cache.dframes.data());
}

}  // namespace pairalign::model
