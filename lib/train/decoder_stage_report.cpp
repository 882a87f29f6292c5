// The reports of steps of the decoder's stages.
#include <algorithm>

#include "train/decoder_stage.hpp"
#include "train/string_measures.hpp"

namespace pairalign::train {
namespace {

// Measures of the target strings of all clean crops.
struct TargetMeasures {
  double tokens = 0, seconds = 0, collapsed = 0, crops = 0;
  std::vector<std::int64_t> counts;

  void add(std::vector<int> string, double string_seconds) {
    string.erase(std::unique(string.begin(), string.end()), string.end());
    for (const int token : string)
      ++counts[static_cast<std::size_t>(token)];
    tokens += static_cast<double>(string.size());
    seconds += string_seconds;
    collapsed += train::collapsed({string.begin(), string.end()}) ? 1 : 0;
    ++crops;
  }
};

}  // namespace

void DecoderStage::describe_targets(const TrainingState& state, StepReport& report) const {
  TargetMeasures targets;
  targets.counts.assign(static_cast<std::size_t>(decoder_.codes()), 0);
  double capped = 0;
  for (const DecoderShard& shard : shards_) {
    capped += static_cast<double>(shard.capped);
    for (std::size_t c = 0; c < shard.crops.size(); ++c) {
      const double seconds = static_cast<double>(shard.crops[c].samples) / audio::kSampleRate;
      targets.add(shard.crop_tokens[c], seconds);
    }
  }
  peers_.sum_each({&targets.tokens, &targets.seconds, &targets.collapsed, &targets.crops, &capped});
  peers_.sum_counts(targets.counts);
  report.code_counts = std::move(targets.counts);
  report.add_term("token_rate", targets.tokens / targets.seconds, targets.seconds);
  report.add_term("penalty", state.length_control);
  report.add_term("collapsed", targets.collapsed / targets.crops, targets.crops);
  if (config_.targets == "decoded") report.add_term("capped", capped / targets.crops);
}

StepReport DecoderStage::describe_step(const TrainingState& state) const {
  StepReport report;
  Measures measures;
  double steps = 0;
  for (const DecoderShard& shard : shards_) {
    report.loss += shard.loss;
    measures += shard.measures;
    steps += static_cast<double>(shard.batch.inputs.size());
    report.pairs += static_cast<std::int64_t>(shard.strings.size());
    report.student_frames += static_cast<std::int64_t>(shard.matches.size());
    report.teacher_frames += static_cast<std::int64_t>(shard.crop_codes.size());
    report.view_seconds += shard.view_seconds;
    report.model_seconds += shard.model_seconds;
  }
  measures.sum_over(peers_);
  steps = peers_.sum_of(steps);
  report.sum_over(peers_);
  measures.report(report);
  describe_targets(state, report);
  const auto frames = static_cast<double>(report.student_frames);
  const double passes = config_.encoder_rate > 0 ? 3 : 1;  // backward costs two forward passes
  report.flops = 2 * (encoder_.multiply_adds_per_frame() *
                          (static_cast<double>(report.teacher_frames) + passes * frames) +
                      3 * (decoder_.multiply_adds_per_frame() * frames +
                           decoder_.multiply_adds_per_step() * steps));
  return report;
}

}  // namespace pairalign::train
