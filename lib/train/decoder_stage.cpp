// Stages II and III: the autoregressive decoder.
//
//   teacher (EMA), clean crop          → its string: the duration-penalised Viterbi path of the
//                                        geometric tokenizer (II), or what the teacher decodes
//                                        freely (III); one token for every frame of the crop
//   student, degraded pieces of it     → the decoder must write that string, teacher forcing over a
//                                        corrupted prefix; pointer and ends are trained on the
//                                        frames of each token
//
// PairAlign (arXiv 2605.06582) with targets computed in context and the student's pieces cut at
// random, so that invariance to noise, channel and context is learnt together. This includes the
// published cross-pairing: all pieces of a crop are taught the same string.
#include <algorithm>
#include <cmath>

#include "model/decoding.hpp"
#include "model/segmenter.hpp"
#include "nn/functions.hpp"
#include "train/balance.hpp"
#include "train/frame_matching.hpp"
#include "train/frame_tokens.hpp"
#include "train/objective.hpp"
#include "train/validation.hpp"

namespace pairalign::train {
namespace {

// Enough pieces to find hard negatives among, few enough that every core has a shard.
constexpr std::size_t kCropsPerShard = 8;

// Gain of the length control per step: log penalty per log error of the token rate.
constexpr double kControlGain = 0.05;

// The path in the decoder's memory is finer than that of its targets, so that the decoder decides
// which runs belong together (NOTES.md, trials E and F).
constexpr double kPathShare = 0.65;

double first_control(const model::DecoderConfig& decoder) {
  constexpr double kPathless = 0.2;
  return decoder.segment_penalty > 0 ? decoder.segment_penalty / kPathShare : kPathless;
}

class DecoderStage : public Stage {
 public:
  DecoderStage(const std::string& name, const DecoderStageConfig& config, const Run& run,
               const model::Decoder& decoder, const nn::TensorTable& table)
      : Stage(name, config, config.optimizer, run, table), config_(config), decoder_(decoder) {
    for (const nn::TensorInfo& tensor : table.tensors()) {
      const bool own = tensor.name.rfind("decoder.", 0) == 0;
      const bool codebook = tensor.offset == run.encoder.codebook();
      rate_factors_.push_back(own ? 1.0 : codebook ? 0.0 : config.encoder_rate);
    }
  }

  StepReport compute_gradients(TrainingState& state) override {
    if (state.length_control == 0) state.length_control = first_control(run_.recipe.decoder);
    own_shards_ = share_out(plan_crops(state.step), kCropsPerShard, run_.peers, shards_);
    gradients_.resize(shards_.size());
    prepare_choices(state);
    run_.pool.parallel_for(shards_.size(), [&](std::size_t s) {
      teacher_pass(state, shards_[s]);
      make_batch(state, s);
    });
    const BatchScales scales = this->scales();
    run_.pool.parallel_for(shards_.size(), [&](std::size_t s) { student_pass(state, scales, s); });
    sum_gradients();
    return describe_step(state);
  }

 private:
  struct Workspace : EncoderPass {
    model::DecoderMemory::Cache memory;
    model::Decoder::Cache decoder;
    model::Decoder::OutputGradients outputs;
    std::vector<float> dembeddings, scores;
    nn::Codebook::Cache cosines;
  };

  std::vector<float> initial_parameters(const std::vector<float>& earlier) const override {
    std::vector<float> parameters = Stage::initial_parameters(earlier);
    if (earlier.size() < table_.size()) decoder_.initialise_from(run_.encoder, parameters.data());
    return parameters;
  }

  // Keeps the token rate of the targets: an integral controller on the logarithm of the penalty of
  // the Viterbi path, which is the target itself or, through the memory, shapes what the teacher
  // decodes. Counts the teacher's choices in this step: tokens as reported, a code once for each
  // frame, with silence weighted as in the loss.
  void finish_step(const StepReport& report, TrainingState& state) const override {
    if (report.token_rate > 0) {
      const double error = std::log(report.token_rate / config_.target_rate);
      state.length_control =
          std::clamp(state.length_control * std::exp(kControlGain * error), 1e-3, 2.0);
    }
    std::vector<double> codes(state.code_shares.size());
    for (const DecoderShard& shard : shards_) {
      for (std::size_t j = 0; j < shard.crop_codes.size(); ++j)
        codes[static_cast<std::size_t>(shard.crop_codes[j])] +=
            static_cast<double>(shard.frame_weights[j]);
    }
    run_.peers.sum(Span<double>(codes));
    move_shares(report.code_counts, state.token_shares);
    move_shares(codes, state.code_shares);
  }

  // Shares begin as if all tokens had been chosen equally often.
  void prepare_choices(TrainingState& state) {
    const auto codes = static_cast<std::size_t>(decoder_.codes());
    for (std::vector<float>* shares : {&state.token_shares, &state.code_shares}) {
      if (shares->empty()) shares->assign(codes, 1.0F / static_cast<float>(codes));
    }
    token_weights_ = balance_weights(state.token_shares, config_.target_balance);
    code_offsets_ = balance_weights(state.code_shares, config_.target_balance);
    for (float& offset : code_offsets_)
      offset = static_cast<float>(run_.recipe.geometric.temperature) * std::log(offset);
  }

  void teacher_pass(const TrainingState& state, DecoderShard& shard) const {
    auto& work = of_this_thread<Workspace>();
    encode_clean(state, shard, work);
    const AddedTime watch(shard.model_seconds);
    geometric_targets(state, shard, work);
    shard.matches = match_views(run_.recipe.features, shard.crops, work.encoder.lengths,
                                work.dembeddings.data(), run_.recipe.encoder.dimension);
    if (config_.targets == "decoded") decoded_targets(state, shard, work);
  }

  // The nearest code of every frame, and the Viterbi path through the codes.
  void geometric_targets(const TrainingState& state, DecoderShard& shard, Workspace& work) const {
    const std::vector<int>& lengths = work.encoder.lengths;
    const int dimension = run_.recipe.encoder.dimension, codes = run_.recipe.encoder.codes;
    work.dembeddings = work.embeddings;
    const nn::Codebook codebook = {state.teacher.data() + run_.encoder.codebook(), codes,
                                   dimension};
    codebook.forward(run_.precision, work.dembeddings, work.scores, work.cosines);

    shard.crop_codes.clear();
    shard.crop_tokens.assign(lengths.size(), {});
    shard.capped = 0;
    float* scores = work.scores.data();
    for (std::size_t c = 0; c < lengths.size(); ++c) {
      if (config_.targets == "geometric") {
        shard.crop_tokens[c] =
            segment_frames(model::DurationPenalisedSegmenter(codes, state.length_control),
                           {scores, nn::area(lengths[c], codes)}, codes);
      }
      for (int j = 0; j < lengths[c]; ++j, scores += codes) {
        nn::add(code_offsets_.data(), code_offsets_.size(), scores);
        shard.crop_codes.push_back(model::nearest_code(scores, codes));
      }
    }
  }

  // The strings that the teacher decodes freely.
  void decoded_targets(const TrainingState& state, DecoderShard& shard, Workspace& work) const {
    const std::vector<int>& lengths = work.encoder.lengths;
    model::DecodeOptions options;
    options.repetition_penalty = config_.repetition_penalty;
    options.cap = config_.cap;
    options.token_weights = token_weights_;
    model::FreeDecoder free_decoder(decoder_, options);
    // In f32: with the few rows of a step, converting the weights would take longer than the
    // products.
    const nn::Weights w(state.teacher.data(), nn::Precision::f32);
    decoder_.memory().forward(w, work.encoder.final.data(), lengths, work.memory,
                              path_penalty(run_.recipe.decoder, state));
    std::vector<model::DecodeSequence> sequences;
    int first = 0;
    for (const int length : lengths) {
      sequences.push_back({first, length});
      first += length;
    }
    const std::vector<model::DecodedString> strings =
        free_decoder.decode(w, work.memory, sequences);
    for (std::size_t c = 0; c < strings.size(); ++c) {
      std::vector<int>& tokens = shard.crop_tokens[c];
      shard.capped += strings[c].capped ? 1 : 0;
      for (const model::DecodedToken& token : strings[c].tokens) {
        tokens.resize(static_cast<std::size_t>(token.end_frame), static_cast<int>(token.token));
      }
      // After an early EOS or the cap, the last token is taken to continue.
      const int last = tokens.empty() ? 0 : tokens.back();
      tokens.resize(static_cast<std::size_t>(lengths[c]), last);
    }
  }

  void make_batch(const TrainingState& state, std::size_t index) {
    DecoderShard& shard = shards_[index];
    shard.strings.clear();
    shard.conditions.clear();
    shard.own_prefix.clear();
    shard.targets.clear();
    shard.batch = {};
    const double progress =
        std::min(1.0, static_cast<double>(state.step) / static_cast<double>(config_.steps));
    const Corruption corruption = {
        config_.mask_start + (config_.mask_end - config_.mask_start) * progress,
        config_.anchor_jitter, config_.self_attention_dropout};
    Random random =
        Random::stream(seed_ + 1, static_cast<std::uint64_t>(state.step) * own_shards_.all +
                                      own_shards_.first + index);
    std::vector<int> tokens;  // of the frames of all crops
    for (const std::vector<int>& crop_tokens : shard.crop_tokens)
      tokens.insert(tokens.end(), crop_tokens.begin(), crop_tokens.end());
    int first_frame = 0;
    for (std::size_t c = 0; c < shard.crops.size(); ++c) {
      for (const ViewPlan& view : shard.crops[c].views) {
        const int frames = frames_of(run_.recipe.features, view.samples, view.warp);
        std::vector<int> piece_tokens;
        for (int j = first_frame; j < first_frame + frames; ++j) {
          const int match = shard.matches[static_cast<std::size_t>(j)];
          piece_tokens.push_back(tokens[static_cast<std::size_t>(match)]);
        }
        shard.strings.push_back(to_target_string(piece_tokens, decoder_.config().longest));
        shard.conditions.push_back({0, first_frame, frames});
        first_frame += frames;
        if (random.chance(config_.scheduled_sampling)) {
          shard.own_prefix.push_back(shard.strings.size() - 1);
          continue;
        }
        append_sequence(decoder_, shard.strings.back(), shard.conditions.back(), corruption, random,
                        shard.batch);
        append_targets(decoder_, shard.strings.back(), shard.targets);
      }
    }
    const std::vector<int>& inputs = shard.batch.inputs;
    shard.masked = static_cast<double>(std::count(inputs.begin(), inputs.end(), decoder_.mask()));
    shard.unmasked = static_cast<double>(inputs.size()) - shard.masked;
    for (const std::size_t i : shard.own_prefix)  // their weights sum to this many steps
      shard.unmasked += static_cast<double>(shard.strings[i].tokens.size() + 1);
    add_contrasts(random, shard);
  }

  // Appends some pieces again with a clean prefix, then the hardest negatives under the same audio,
  // and the same string under the audio of those.
  void add_contrasts(Random& random, DecoderShard& shard) const {
    shard.contrasts.clear();
    if (config_.weights.at("contrast") == 0 || config_.contrast_share == 0) return;
    std::vector<std::size_t> contents;  // of the pieces
    for (const CropPlan& crop : shard.crops)
      contents.insert(contents.end(), crop.views.size(), crop.content);
    const auto negatives = hardest_negatives(shard.strings, contents, config_.contrast_negatives);
    const auto append = [&](std::size_t string, std::size_t condition) {
      append_sequence(decoder_, shard.strings[string], shard.conditions[condition], {}, random,
                      shard.batch);
      return shard.batch.sequences.size() - 1;
    };
    for (std::size_t i = 0; i < shard.strings.size(); ++i) {
      if (!random.chance(config_.contrast_share) || negatives[i].empty()) continue;
      DecoderShard::Contrast contrast;
      contrast.own = append(i, i);
      for (const std::size_t j : negatives[i]) {
        contrast.strings.push_back(append(j, i));
        contrast.conditions.push_back(append(i, j));
      }
      shard.contrasts.push_back(std::move(contrast));
    }
  }

  BatchScales scales() const {
    double masked = 0, unmasked = 0, contrasts = 0, frame_weight = 0;
    for (const DecoderShard& shard : shards_) {
      masked += shard.masked;
      unmasked += shard.unmasked;
      contrasts += static_cast<double>(shard.contrasts.size());
      shard.add_weights(frame_weight);
    }
    run_.peers.sum_each({&masked, &unmasked, &contrasts, &frame_weight});
    BatchScales scales;
    scales.steps = step_weights(masked, unmasked, config_.masked_weight);
    scales.frame = 1 / std::max(frame_weight, 1e-9);
    scales.shard = 1 / static_cast<double>(own_shards_.all);
    scales.contrast = contrasts > 0 ? 1 / contrasts : 0;
    return scales;
  }

  // Scheduled sampling: appends some pieces with prefixes that the student decodes freely now, so
  // that it learns to recover from its own errors.
  void write_own_prefixes(const float* p, DecoderShard& shard, Workspace& work) const {
    shard.own_targets.clear();
    if (shard.own_prefix.empty()) return;
    model::DecodeOptions options;
    options.cap = config_.cap;
    std::vector<model::DecodeSequence> sequences;
    for (const std::size_t i : shard.own_prefix)
      sequences.push_back({shard.conditions[i].first_frame, shard.conditions[i].frames});
    const std::vector<model::DecodedString> strings =
        model::FreeDecoder(decoder_, options)
            .decode({p, nn::Precision::f32}, work.memory, sequences);
    for (std::size_t k = 0; k < strings.size(); ++k) {
      const std::size_t i = shard.own_prefix[k];
      append_own_prefix(decoder_, shard.strings[i], strings[k].tokens, shard.conditions[i],
                        shard.batch, shard.own_targets);
    }
  }

  void student_pass(const TrainingState& state, const BatchScales& scales, std::size_t index) {
    DecoderShard& shard = shards_[index];
    auto& work = of_this_thread<Workspace>();
    const float* p = state.student.data();
    const nn::Weights w(p, run_.precision);
    gradients_[index].assign(table_.size(), 0.0F);
    float* g = gradients_[index].data();
    const bool with_encoder = config_.encoder_rate > 0;
    encode_views(state, with_encoder, shard, work);
    const AddedTime watch(shard.model_seconds);
    decoder_.memory().forward(w, work.encoder.final.data(), work.encoder.lengths, work.memory,
                              path_penalty(run_.recipe.decoder, state));
    decoder_.memory().clear_gradients(work.memory);
    write_own_prefixes(p, shard, work);
    decoder_.forward(w, work.memory, shard.batch, work.decoder);
    work.dembeddings.assign(work.embeddings.size(), 0.0F);
    const ObjectiveInput::Frames frames = {p + run_.encoder.codebook(), run_.precision,
                                           work.embeddings, work.dembeddings};
    take_losses({run_.recipe, config_, scales, shard, decoder_, work.decoder, work.outputs,
                 with_encoder ? &frames : nullptr},
                shard);
    decoder_.backward(p, shard.batch, work.memory, work.outputs, g, work.decoder);
    decoder_.memory().backward(p, g, work.memory);
    if (with_encoder) {
      run_.encoder.backward(p, work.dembeddings.data(), work.memory.dframes.data(), g,
                            work.encoder);
    }
  }

  void describe_targets(const TrainingState& state, StepReport& report) const {
    std::vector<double>& counts = report.code_counts;
    counts.assign(static_cast<std::size_t>(decoder_.codes()), 0);
    double tokens = 0, seconds = 0, collapsed = 0, crops = 0, capped = 0;
    for (const DecoderShard& shard : shards_) {
      capped += shard.capped;
      for (std::size_t c = 0; c < shard.crops.size(); ++c) {
        const std::vector<tokens::Token> string = merge_frames(shard.crop_tokens[c]);
        for (const tokens::Token token : string)
          ++counts[token];
        tokens += static_cast<double>(string.size());
        seconds += static_cast<double>(shard.crops[c].samples) / audio::kSampleRate;
        collapsed += train::collapsed(string) ? 1 : 0;
        ++crops;
      }
    }
    run_.peers.sum_each({&tokens, &seconds, &collapsed, &crops, &capped});
    run_.peers.sum(Span<double>(counts));
    report.token_rate = tokens / seconds;
    report.add_term("token_rate", report.token_rate, seconds);
    report.add_term("penalty", state.length_control);
    report.add_term("collapsed", collapsed / crops, crops);
    if (config_.targets == "decoded") report.add_term("capped", capped / crops);
  }

  StepReport describe_step(const TrainingState& state) const {
    StepReport report;
    Measures measures;
    double steps = 0;
    for (const DecoderShard& shard : shards_) {
      report.add(shard);
      measures += shard.measures;
      steps += static_cast<double>(shard.batch.inputs.size());
    }
    measures.sum_over(run_.peers);
    steps = run_.peers.sum_of(steps);
    report.sum_over(run_.peers);
    measures.report(report);
    describe_targets(state, report);
    const double frames = report.student_frames;
    const double passes = config_.encoder_rate > 0 ? 3 : 1;  // backward costs two forward passes
    report.flops =
        2 * (run_.encoder.multiply_adds_per_frame() * (report.teacher_frames + passes * frames) +
             3 * (decoder_.multiply_adds_per_frame() * frames +
                  decoder_.multiply_adds_per_step() * steps));
    return report;
  }

  const DecoderStageConfig& config_;
  const model::Decoder& decoder_;
  // Of the current step: factors on token probabilities, and offsets on code similarities, before
  // the teacher chooses. Both (codes).
  std::vector<float> token_weights_, code_offsets_;
  std::vector<DecoderShard> shards_;  // of this process
  OwnShards own_shards_;
};

}  // namespace

std::optional<double> path_penalty(const model::DecoderConfig& decoder,
                                   const TrainingState& state) {
  if (decoder.segment_penalty == 0 || state.length_control == 0) return {};
  return kPathShare * state.length_control;
}

std::unique_ptr<Stage> decoder_stage(const std::string& name, const DecoderStageConfig& config,
                                     const Run& run, const model::Decoder& decoder,
                                     const nn::TensorTable& table) {
  return std::make_unique<DecoderStage>(name, config, run, decoder, table);
}

}  // namespace pairalign::train
