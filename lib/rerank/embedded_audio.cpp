#include "rerank/embedded_audio.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "align/soft_cost.hpp"
#include "model/segmenter.hpp"

namespace pairalign::rerank {
namespace {

constexpr std::int64_t kFrameSamples = audio::kSampleRate / 1000 * model::kFrameMilliseconds;
constexpr std::size_t kBlockSamples = 1 << 15;

// Frames compared with the codebook at once.
constexpr std::size_t kBlockFrames = 512;

audio::Decoder open(const AudioPart& part, audio::DecoderOptions& options, const Frames& wanted) {
  if (part.channel > 0) options.channel = part.channel;
  options.partial = true;
  options.start_s = static_cast<double>(wanted.first) / model::kFramesPerSecond;
  if (wanted.end < kToEnd)
    options.end_s = static_cast<double>(wanted.end) / model::kFramesPerSecond;
  return audio::Decoder(part.path, options);
}

}  // namespace

Frames frames_of(const AudioPart& part, double margin_s) {
  const auto frame = [](double seconds) { return seconds * model::kFramesPerSecond; };
  const auto first = static_cast<std::int64_t>(std::floor(frame(part.start_s - margin_s)));
  Frames frames{std::max<std::int64_t>(0, first), kToEnd};
  if (part.end_s) {
    const auto end = static_cast<std::int64_t>(std::ceil(frame(*part.end_s + margin_s)));
    frames.end = std::max(end, frames.first + 1);
  }
  return frames;
}

FrameSequence select(const EmbeddedFrames& embedded, const Frames& frames, bool with_pauses) {
  FrameSequence result;
  const auto held = static_cast<std::int64_t>(embedded.pause.size());
  if (held == 0) return result;
  const std::size_t dimension = embedded.rows.size() / embedded.pause.size();
  const std::int64_t end = std::min(frames.end - embedded.first, held);
  for (std::int64_t i = frames.first - embedded.first; i < end; ++i) {
    if (embedded.pause[static_cast<std::size_t>(i)] && !with_pauses) continue;
    const float* row = embedded.rows.data() + static_cast<std::size_t>(i) * dimension;
    result.rows.insert(result.rows.end(), row, row + dimension);
    result.numbers.push_back(embedded.first + i);
  }
  return result;
}

std::vector<bool> pause_codes(const model::Model& model) {
  const model::SubstitutionTables& tables = model.substitutions();
  const auto codes = static_cast<std::size_t>(model.vocabulary());
  if (tables.empty()) return std::vector<bool>(codes);
  const auto best = tables.find("pairalign");
  const model::Substitution& table = (best == tables.end() ? tables.begin() : best)->second;
  return align::tokens_that_say_little(table.scores, codes);
}

model::FrameStream::Sink Embedder::sink() {
  return [this](const float* row) { rows_.insert(rows_.end(), row, row + stream_.columns()); };
}

EmbeddedFrames Embedder::finish(std::int64_t first) {
  stream_.finish(sink());
  std::vector<bool> pause = find_pauses();
  return {first, std::move(rows_), std::move(pause)};
}

std::vector<bool> Embedder::find_pauses() {
  const model::EncoderConfig& config = model_.info().encoder;
  const nn::Codebook codebook = {model_.codebook(), config.codes, config.dimension};
  const std::size_t block = kBlockFrames * stream_.columns();
  std::vector<bool> pause;
  for (std::size_t i = 0; i < rows_.size(); i += block) {
    const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(i);
    block_.assign(begin, begin + static_cast<std::ptrdiff_t>(std::min(block, rows_.size() - i)));
    codebook.forward(model_.weights().precision, block_, cosines_, cache_);
    for (std::size_t c = 0; c < cosines_.size(); c += pauses_.size()) {
      const int code = model::nearest_code(cosines_.data() + c, config.codes);
      pause.push_back(pauses_[static_cast<std::size_t>(code)]);
    }
  }
  return pause;
}

AudioFile::AudioFile(const AudioPart& part, audio::DecoderOptions options, const Frames& wanted)
    : decoder_(open(part, options, wanted)),
      block_(kBlockSamples),
      position_(wanted.first * kFrameSamples) {}

EmbeddedFrames AudioFile::embed(const Frames& frames, Embedder& embedder) {
  embedder.start();
  const std::int64_t first = frames.first * kFrameSamples, end = frames.end * kFrameSamples;
  while (position_ < end && fill()) {
    const std::int64_t skipped = std::max(first - position_, std::int64_t{0});
    const std::int64_t taken = std::min(end - position_, end_ - begin_);
    if (skipped < taken) {
      embedder.push({block_.data() + begin_ + skipped, static_cast<std::size_t>(taken - skipped)});
    }
    begin_ += taken;
    position_ += taken;
  }
  return embedder.finish(frames.first);
}

bool AudioFile::fill() {
  if (begin_ < end_) return true;
  begin_ = 0;
  end_ = static_cast<std::int64_t>(decoder_.read(block_));
  return end_ > 0;
}

}  // namespace pairalign::rerank
