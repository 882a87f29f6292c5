// Strings of stretches of recordings, the whole or windows that may overlap, while their frames go
// by.
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

/// The strings of the stretches of a recording, in order, frames counted from the start of the
/// stretch.
using StretchStrings = std::vector<std::vector<Segment>>;

class StretchTokenizer {
 public:
  virtual ~StretchTokenizer() = default;
  /// What it wants of each frame.
  virtual FrameRow frame_row() const = 0;
  /// A recording begins; one under way is forgotten.
  virtual void start() = 0;
  /// A stretch begins with the next frame.
  virtual void open() = 0;
  virtual void take(const float* row) = 0;
  /// Of the stretches that are open, the one that opened first ends here.
  virtual void close() = 0;
  /// The end of the recording, all of whose stretches are closed.
  virtual void finish() = 0;
  /// Whether recordings that are finished should not wait for others to be tokenised with.
  virtual bool full() const = 0;
  /// What is settled of the string of the stretch that opened first.
  virtual const std::vector<Segment>& settled() = 0;
  /// Frames that must have come behind a segment's first for it to be settled, at most.
  virtual std::int64_t delay() const = 0;
  /// Of the recording under way, the strings that nothing will change any more, from the stretch
  /// that opened first on; `strings` does not give them again.
  virtual StretchStrings take_strings() = 0;
  /// Of each recording finished since the last call, in order. When it throws, they are forgotten.
  virtual std::vector<StretchStrings> strings() = 0;
};

/// With the code similarities of each frame and a segmenter for each stretch.
class SegmentedStretches : public StretchTokenizer {
 public:
  using MakeSegmenter = std::function<std::unique_ptr<Segmenter>()>;
  explicit SegmentedStretches(MakeSegmenter make) : make_(std::move(make)) {}

  FrameRow frame_row() const override { return FrameRow::similarities; }
  void start() override;
  void open() override;
  void take(const float* row) override;
  void close() override;
  void finish() override;
  bool full() const override { return true; }
  const std::vector<Segment>& settled() override { return open_.front().segments; }
  std::int64_t delay() const override { return 0; }
  StretchStrings take_strings() override { return std::exchange(closed_, {}); }
  std::vector<StretchStrings> strings() override;

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

/// With the decoder. The string of a stretch is one walk over all of it, however long it is: its
/// attention slides along, so frames far behind are forgotten. Walks over stretches that overlap or
/// lie close go side by side, and so do those over recordings that are short.
class DecodedStretches : public StretchTokenizer {
 public:
  /// Frames that the decoder's memory is filled with at once: 40 s, about 16 MB. A recording is
  /// always cut at multiples of it.
  static constexpr std::int64_t kFramesAtOnce = 2000;

  /// Throws Error("", reason) for options out of range. The model must have a decoder. `live`:
  /// strings go on as soon as the path is settled, rather than where it surely is.
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
    int string = -1;  // under way in the decoder; −1: not yet
    bool finished = false;
  };

  struct Recording {
    std::deque<Stretch> stretches;  // those that are not finished
    std::size_t closed = 0;         // of stretches, those at the front that are closed
    std::int64_t first_kept = 0;    // frame of its first row in frames_
    std::int64_t next_frame = 0;
    std::int64_t settled = 0;  // frames that nothing changes that is still to come
    StretchStrings strings;    // of finished stretches

    std::int64_t rows() const { return next_frame - first_kept; }
  };

  // A stretch beside those of other recordings.
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
  static DecodeReach reach(const Walk& walk);
  void finish_string(const Walk& walk);
  void forget_frames();
  void keep_from(std::int64_t frame);
  std::ptrdiff_t value_of(std::int64_t row) const { return row * model_.info().encoder.width; }

  const Model& model_;
  DecodeOptions options_;
  std::int64_t frames_at_once_;
  bool live_;
  FreeDecoder decoder_;
  std::vector<Recording> waiting_;  // finished
  std::int64_t waiting_rows_ = 0;   // of frames_, theirs
  Recording recording_;             // under way
  std::int64_t next_advance_ = 0;   // when it has that many frames
  std::vector<float> frames_;       // (…, width): of those waiting, then of the one under way
  DecoderMemory::Cache memory_;
  std::vector<Segment> settled_;  // of the string under way
  std::size_t settled_raw_ = 0;   // tokens written that they stand for
};

}  // namespace pairalign::model
