// Strings of stretches of a recording, the whole or windows that may overlap, while its frames go
// by.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "model/decoding.hpp"
#include "model/frame_stream.hpp"
#include "model/model.hpp"
#include "model/segmenter.hpp"

namespace pairalign::model {

class StretchTokenizer {
 public:
  virtual ~StretchTokenizer() = default;
  /// What it wants of each frame.
  virtual FrameRow frame_row() const = 0;
  /// A recording begins; what was under way is forgotten.
  virtual void start() = 0;
  /// A stretch begins with the next frame.
  virtual void open() = 0;
  virtual void take(const float* row) = 0;
  /// Of the stretches that are open, the one that opened first ends here.
  virtual void close() = 0;
  /// The end of the recording, all of whose stretches are closed: their strings, in order, frames
  /// counted from the start of the stretch.
  virtual std::vector<std::vector<Segment>> finish() = 0;
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
  std::vector<std::vector<Segment>> finish() override;

 private:
  struct Stretch {
    std::unique_ptr<Segmenter> segmenter;
    std::vector<Segment> segments;
  };

  MakeSegmenter make_;
  std::deque<Stretch> open_;
  std::vector<std::vector<Segment>> strings_;
};

/// With the decoder. The string of a stretch is one walk over all of it, however long it is: its
/// attention slides along, so frames far behind are forgotten. Walks over stretches that overlap or
/// lie close go side by side.
class DecodedStretches : public StretchTokenizer {
 public:
  /// Throws Error("", reason) for options out of range. The model must have a decoder.
  DecodedStretches(const Model& model, const DecodeOptions& options);

  FrameRow frame_row() const override { return FrameRow::encoded; }
  void start() override;
  void open() override;
  void take(const float* row) override;
  void close() override;
  std::vector<std::vector<Segment>> finish() override;

 private:
  struct Stretch {
    std::int64_t first_frame = 0;
    int frames = 0;   // when closed
    int string = -1;  // under way in the decoder; −1: not yet, or no longer
  };

  int ahead() const;
  void advance(std::int64_t settled);
  DecodeReach reach(const Stretch& stretch, bool closed, std::int64_t settled) const;
  void finish_string(const Stretch& stretch);
  void forget_frames(std::int64_t settled);

  const Model& model_;
  DecodeOptions options_;
  FreeDecoder decoder_;
  // Of the recording under way.
  std::deque<Stretch> stretches_;  // those that are not finished
  std::size_t closed_ = 0;         // of stretches_, those at the front that are closed
  std::int64_t next_frame_ = 0;    // of the recording
  std::int64_t next_advance_ = 0;  // when that many frames are there
  std::int64_t first_kept_ = 0;    // frame of the first row of frames_
  std::vector<float> frames_;      // (…, width)
  std::vector<std::vector<Segment>> strings_;
  DecoderMemory::Cache memory_;
};

}  // namespace pairalign::model
