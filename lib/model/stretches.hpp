// Strings of stretches of recordings (the whole recording, or windows that may overlap), computed
// as frames arrive.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "model/decoding.hpp"
#include "model/frame_stream.hpp"
#include "model/model.hpp"
#include "model/segmenter.hpp"

namespace pairalign::model {

/// The strings of the stretches of a recording, in order, with frames counted from the start of the
/// stretch.
using StretchStrings = std::vector<std::vector<Segment>>;

class StretchTokenizer {
 public:
  virtual ~StretchTokenizer() = default;
  /// What `take` expects for each frame.
  virtual FrameRow frame_row() const = 0;
  /// Begins a recording, discarding an unfinished one.
  virtual void start() = 0;
  /// Begins a stretch with the next frame.
  virtual void open() = 0;
  virtual void take(const float* row) = 0;
  /// Ends the stretch that was opened first among the open ones.
  virtual void close() = 0;
  /// Ends the recording, all of whose stretches must be closed.
  virtual void finish() = 0;
  /// Whether finished recordings should be tokenised now rather than wait to be batched with
  /// others.
  virtual bool full() const = 0;
  /// The settled part of the string of the stretch that was opened first.
  virtual const std::vector<Segment>& settled() = 0;
  /// Maximum number of frames from the start of a segment until it is settled.
  virtual std::int64_t delay() const = 0;
  /// The final strings so far of the current recording, beginning with the stretch that was opened
  /// first; `strings` does not return them again.
  virtual StretchStrings take_strings() = 0;
  /// The strings of each recording finished since the last call, in order. If it throws, these
  /// recordings are discarded.
  virtual std::vector<StretchStrings> strings() = 0;
};

/// Uses the code similarities of each frame and a segmenter for each stretch.
using MakeSegmenter = std::function<std::unique_ptr<Segmenter>()>;
std::unique_ptr<StretchTokenizer> segmented_stretches(MakeSegmenter make);

/// Frames put into the decoder's memory at once: 40 s, about 16 MB. A recording is always cut at
/// multiples of this.
inline constexpr std::int64_t kFramesAtOnce = 2000;

/// Uses the decoder. The string of a stretch is decoded in one walk over all of it, however long it
/// is: the attention window slides along, so frames far behind are dropped. Walks over stretches
/// that overlap or lie close together are batched, and so are those over short recordings. Throws
/// Error("", reason) for options out of range. The model must have a decoder. `live`: strings
/// advance as soon as the path is known to be settled, rather than by a safe fixed margin.
std::unique_ptr<StretchTokenizer> decoded_stretches(const Model& model,
                                                    const DecodeOptions& options,
                                                    std::int64_t frames_at_once = kFramesAtOnce,
                                                    bool live = false);

}  // namespace pairalign::model
