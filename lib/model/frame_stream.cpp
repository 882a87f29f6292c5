#include "model/frame_stream.hpp"

#include <algorithm>

namespace pairalign::model {

FrameStream::FrameStream(const Model& model, FrameRow kind, std::int64_t chunk_frames)
    : model_(model),
      kind_(kind),
      chunk_frames_(chunk_frames),
      log_mel_(model.info().features),
      scorer_(model) {
  start();
}

std::size_t FrameStream::columns() const {
  const EncoderConfig& config = model_.info().encoder;
  return static_cast<std::size_t>(kind_ == FrameRow::encoded     ? config.width
                                  : kind_ == FrameRow::embedding ? config.dimension
                                                                 : config.codes);
}

void FrameStream::start() {
  stream_.emplace(log_mel_);
  mel_.clear();
  mel_first_ = next_frame_ = 0;
}

void FrameStream::push(Span<const float> pcm, const Sink& sink, const audio::Warp* warp) {
  if (warp == nullptr) {
    stream_->push(pcm, mel_);
  } else {
    mel_ = log_mel_.compute(pcm, *warp);
  }
  encode_ready(false, sink);
}

void FrameStream::finish(const Sink& sink) {
  stream_->finish(mel_);
  encode_ready(true, sink);
}

// One past the last log-mel frame.
std::int64_t FrameStream::available() const {
  return mel_first_ + static_cast<std::int64_t>(mel_.size()) / model_.info().encoder.bands;
}

// Encodes whole chunks as soon as the frames after them that they depend on are available.
void FrameStream::encode_ready(bool at_end, const Sink& sink) {
  const std::int64_t encodable = (available() + kStride - 1) / kStride;
  while (encodable >= next_frame_ + chunk_frames_ + model_.encoder().context()) {
    encode(chunk_frames_, sink);
  }
  while (at_end && encodable > next_frame_) {
    encode(std::min(chunk_frames_, encodable - next_frame_), sink);
  }
}

// Encodes `count` frames from next_frame_ on, with their context, and drops the features that no
// later chunk needs.
void FrameStream::encode(std::int64_t count, const Sink& sink) {
  const std::int64_t context = model_.encoder().context(), bands = model_.info().encoder.bands;
  const std::int64_t first = std::max<std::int64_t>(0, next_frame_ - context);
  const std::int64_t last = std::min(available(), (next_frame_ + count + context) * kStride);
  chunk_.assign(mel_.begin() + (first * kStride - mel_first_) * bands,
                mel_.begin() + (last - mel_first_) * bands);
  const std::vector<float>& rows = kind_ == FrameRow::encoded     ? scorer_.encode(chunk_)
                                   : kind_ == FrameRow::embedding ? scorer_.embed(chunk_)
                                                                  : scorer_.score(chunk_);
  const auto row_size = static_cast<std::int64_t>(columns());
  for (std::int64_t i = 0; i < count; ++i)
    sink(rows.data() + (next_frame_ - first + i) * row_size);
  next_frame_ += count;

  const std::int64_t keep = std::max<std::int64_t>(0, next_frame_ - context) * kStride;
  mel_.erase(mel_.begin(), mel_.begin() + (keep - mel_first_) * bands);
  mel_first_ = keep;
}

}  // namespace pairalign::model
