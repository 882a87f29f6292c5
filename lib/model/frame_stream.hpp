// Samples of a recording of any length in, the encoder's output for its frames out, in bounded
// memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "audio/log_mel.hpp"
#include "base/span.hpp"
#include "model/model.hpp"

namespace pairalign::model {

/// What to compute for each frame.
enum class FrameRow {
  encoded,      ///< the output of the encoder, (width): see FrameScorer::encode
  embedding,    ///< the unit vector that codes are compared with, (dimension): FrameScorer::embed
  similarities  ///< the cosine to each code, (codes): see FrameScorer::score
};

/// About ten seconds, enough rows for the matrix products to run at full speed.
inline constexpr std::int64_t kChunkFrames = 512;

/// Encodes a recording in chunks at fixed positions, each with the context frames that it depends
/// on, so that the rows equal those of one pass over the whole. Keeps buffers: one per thread.
class FrameStream {
 public:
  /// Called for each frame in turn; the row is valid during the call.
  using Sink = std::function<void(const float* row)>;

  /// `chunk_frames`: frames encoded at once.
  FrameStream(const Model& model, FrameRow kind, std::int64_t chunk_frames = kChunkFrames);

  /// Floats per row.
  std::size_t columns() const;
  /// Begins a recording, discarding an unfinished one.
  void start();
  /// `warp`: of the whole recording, which is pushed at once; else null.
  void push(Span<const float> pcm, const Sink& sink, const audio::Warp* warp = nullptr);
  /// The end of the recording.
  void finish(const Sink& sink);

 private:
  void encode_ready(bool at_end, const Sink& sink);
  void encode(std::int64_t count, const Sink& sink);
  std::int64_t available() const;

  const Model& model_;
  FrameRow kind_;
  std::int64_t chunk_frames_;
  audio::LogMel log_mel_;
  FrameScorer scorer_;
  // Of the current recording.
  std::optional<audio::LogMelStream> stream_;
  std::vector<float> mel_;       // log-mel frames from mel_first_ on
  std::int64_t mel_first_ = 0;   // a multiple of kStride
  std::int64_t next_frame_ = 0;  // first encoder frame not yet emitted
  std::vector<float> chunk_;
};

}  // namespace pairalign::model
