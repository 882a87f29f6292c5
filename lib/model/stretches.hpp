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

/// With the decoder. A stretch is decoded in parts of fixed length, each of which begins a little
/// early, so that it has found its feet where its own frames begin, and sees beyond its end. The
/// string passes from one part to the next at the last place where both have written the same token
/// with the same end; if there is none, where the gap between a token of the one and a token of the
/// other is smallest. Parts that are ready are decoded side by side.
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

  static constexpr int kPartFrames = 1000;  ///< 20 s …
  static constexpr int kEarlyFrames = 100;  ///< … begun 2 s early

 private:
  struct Stretch {
    std::int64_t first_frame = 0;
    int parts = 0;  // that are queued or decoded
    std::vector<DecodedToken> string;
  };
  struct Part {
    std::size_t stretch = 0;
    std::int64_t first_frame = 0;
    int frames = 0;  // that it sees
    int until = 0;   // no token of it begins here or later
  };

  bool none_open() const { return first_open_ == stretches_.size(); }
  int ahead() const;
  void queue_part(std::size_t stretch, std::int64_t end);
  void flush();
  void forget_frames();

  const Model& model_;
  FreeDecoder decoder_;
  // Of the recording under way.
  std::vector<Stretch> stretches_;
  std::size_t first_open_ = 0;   // those from here on are open
  std::int64_t next_frame_ = 0;  // of the recording
  std::int64_t first_kept_ = 0;  // frame of the first row of frames_
  std::vector<float> frames_;    // (…, width)
  std::vector<Part> queue_;
  DecoderMemory::Cache memory_;
};

/// Continues `string` with `next`, whose tokens overlap those at its end; see above.
void append_overlapping(const std::vector<DecodedToken>& next, std::vector<DecodedToken>& string);

}  // namespace pairalign::model
