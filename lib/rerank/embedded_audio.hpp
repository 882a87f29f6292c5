// Parts of recordings as embeddings of their frames. Not part of the public interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "audio/decoder.hpp"
#include "model/frame_stream.hpp"
#include "model/model.hpp"
#include "nn/layers.hpp"
#include "rerank/rerank.hpp"

namespace pairalign::rerank {

/// Frames [first, end) of a file.
struct Frames {
  std::int64_t first = 0, end = 0;
};

/// The end of a part that extends to the end of its file: further than any.
inline constexpr std::int64_t kToEnd = std::int64_t{1} << 40;

/// The frames of a part of a file and of `margin_s` on either side; at least one.
Frames frames_of(const AudioPart& part, double margin_s);

/// Embeddings of consecutive frames.
struct EmbeddedFrames {
  std::int64_t first = 0;   ///< number of the first frame in its file
  std::vector<float> rows;  ///< (frames, dimension)
  std::vector<bool> pause;  ///< (frames): whether the nearest code is one of pauses and noise
};

/// Some frames of a file, in order.
struct FrameSequence {
  std::vector<float> rows;            ///< (frames, dimension)
  std::vector<std::int64_t> numbers;  ///< of the frames, in the file
};

/// Those of `frames` that `embedded` holds. `with_pauses`: also those of pauses and noise.
FrameSequence select(const EmbeddedFrames& embedded, const Frames& frames, bool with_pauses);

/// For each code, whether it is one of pauses and noise, by the model's substitution scores; none
/// if it has no such scores.
std::vector<bool> pause_codes(const model::Model& model);

/// Keeps buffers: one per thread.
class Embedder {
 public:
  /// `pauses`: see pause_codes; must outlive it.
  Embedder(const model::Model& model, const std::vector<bool>& pauses)
      : model_(model), pauses_(pauses), stream_(model, model::FrameRow::embedding) {}

  /// Frames on either side of a frame that its embedding depends on.
  std::int64_t context() const { return model_.encoder().context(); }

  // A stretch of a file: begin, samples, end.
  void start() {
    stream_.start();
    rows_.clear();
  }
  void push(Span<const float> pcm) { stream_.push(pcm, sink()); }
  EmbeddedFrames finish(std::int64_t first);

 private:
  model::FrameStream::Sink sink();
  std::vector<bool> find_pauses();

  const model::Model& model_;
  const std::vector<bool>& pauses_;
  model::FrameStream stream_;
  std::vector<float> rows_, block_, cosines_;
  nn::Codebook::Cache cache_;
};

/// A file that is read once, from its start to its end.
class AudioFile {
 public:
  /// `wanted`: from the first frame that will be asked for to the last.
  AudioFile(const AudioPart& part, audio::DecoderOptions options, const Frames& wanted);

  /// `frames` begin no earlier than the end of those asked for before. Fewer if the file ends
  /// before.
  EmbeddedFrames embed(const Frames& frames, Embedder& embedder);

  /// What could not be read, and why; empty: nothing.
  const std::string& fault() const { return decoder_.fault(); }

 private:
  bool fill();

  audio::Decoder decoder_;
  std::vector<float> block_;
  std::int64_t begin_ = 0, end_ = 0;  // of what is left in the block
  std::int64_t position_;             // of block_[begin_] in the file, in samples
};

}  // namespace pairalign::rerank
