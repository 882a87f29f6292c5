// Strings of stretches of recordings (the whole recording, or windows that may overlap), computed
// as frames arrive.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/span.hpp"
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
class SegmentedStretches : public StretchTokenizer {
 public:
  using MakeSegmenter = std::function<std::unique_ptr<Segmenter>()>;
  explicit SegmentedStretches(MakeSegmenter make) : make_(std::move(make)) {}

  FrameRow frame_row() const override { return FrameRow::similarities; }
  void start() override {
    open_.clear();
    closed_.clear();
  }
  void open() override { open_.push_back({make_(), {}}); }
  void take(const float* row) override;
  void close() override;
  void finish() override { finished_.push_back(take_strings()); }
  bool full() const override { return true; }
  const std::vector<Segment>& settled() override { return open_.front().segments; }
  std::int64_t delay() const override { return 0; }
  StretchStrings take_strings() override { return std::exchange(closed_, {}); }
  std::vector<StretchStrings> strings() override { return std::exchange(finished_, {}); }

 private:
  struct Stretch {
    std::unique_ptr<Segmenter> segmenter;
    std::vector<Segment> segments;
  };

  MakeSegmenter make_;
  std::deque<Stretch> open_;
  StretchStrings closed_;
  std::vector<StretchStrings> finished_;
};

/// Uses the decoder. The string of a stretch is decoded in one walk over all of it, however long it
/// is: the attention window slides along, so frames far behind are dropped. Walks over stretches
/// that overlap or lie close together are batched, and so are those over short recordings.
class DecodedStretches : public StretchTokenizer {
 public:
  /// Frames put into the decoder's memory at once: 40 s, about 16 MB. A recording is always cut at
  /// multiples of this.
  static constexpr std::int64_t kFramesAtOnce = 2000;

  /// Throws Error("", reason) for options out of range. The model must have a decoder. `live`:
  /// strings advance as soon as the path is known to be settled, rather than by a safe fixed
  /// margin.
  DecodedStretches(const Model& model, const DecodeOptions& options,
                   std::int64_t frames_at_once = kFramesAtOnce, bool live = false);

  FrameRow frame_row() const override { return FrameRow::encoded; }
  void start() override;
  void open() override;
  void take(const float* row) override;
  void close() override;
  void finish() override;
  bool full() const override;
  const std::vector<Segment>& settled() override;
  std::int64_t delay() const override;
  StretchStrings take_strings() override { return std::exchange(recording_.strings, {}); }
  std::vector<StretchStrings> strings() override;

 private:
  struct Stretch {
    std::int64_t first_frame = 0;
    int frames = -1;  // −1 while it is open
    int string = -1;  // its number in the decoder; −1: not begun yet
    bool finished = false;

    bool closed() const { return frames >= 0; }
  };

  struct Recording {
    std::deque<Stretch> stretches;  // those that are not finished
    std::size_t closed = 0;         // how many stretches at the front are closed
    std::int64_t first_kept = 0;    // frame of its first row in frames_
    std::int64_t next_frame = 0;
    std::int64_t settled = 0;  // frames that nothing still to come can change
    StretchStrings strings;    // of finished stretches

    std::int64_t rows() const { return next_frame - first_kept; }
  };

  // A stretch in a batch with those of other recordings.
  struct Walk {
    Recording* recording = nullptr;
    Stretch* stretch = nullptr;
    std::int64_t first_row = 0;  // of the recording in the decoder's memory
  };

  int seen_ahead() const;
  int ahead() const;
  void advance_recording();
  void advance(Span<Recording> recordings, std::int64_t first_row);
  void advance_walks(Span<const Walk> walks);
  void forget_frames();
  void keep_from(std::int64_t frame);
  std::ptrdiff_t value_of(std::int64_t row) const { return row * model_.info().encoder.width; }

  const Model& model_;
  DecodeOptions options_;
  std::int64_t frames_at_once_;
  bool live_;
  FreeDecoder decoder_;
  std::vector<Recording> waiting_;  // finished
  std::int64_t waiting_rows_ = 0;   // rows of frames_ that belong to them
  Recording recording_;             // the current one
  std::int64_t next_advance_ = 0;   // at this many frames of it
  std::vector<float> frames_;       // (…, width): of those waiting, then of the current one
  DecoderMemory::Cache memory_;
  std::vector<Segment> settled_;  // of the current string
  std::size_t settled_raw_ = 0;   // raw tokens that they cover
};

}  // namespace pairalign::model
