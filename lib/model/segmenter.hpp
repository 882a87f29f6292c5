// From frame-to-code similarities to a token string, frame by frame, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "tokens/record.hpp"

namespace pairalign::model {

/// A run of frames with one token; it ends where the next run begins.
struct Segment {
  tokens::Token token = 0;
  std::int64_t first_frame = 0;
};

/// The code that a frame is most similar to, the lowest id on a tie.
int nearest_code(const float* similarity, int codes);

class Segmenter {
 public:
  virtual ~Segmenter() = default;
  /// `similarity`: cosine of the next frame to each code. Appends the segments that are settled.
  virtual void push(const float* similarity, std::vector<Segment>& out) = 0;
  /// The end of the recording: appends the remaining segments.
  virtual void finish(std::vector<Segment>& out) = 0;
};

/// Nearest code per frame, consecutive duplicates removed or kept.
class NearestCodeSegmenter : public Segmenter {
 public:
  explicit NearestCodeSegmenter(int codes, bool keep_repeats = false)
      : codes_(codes), keep_repeats_(keep_repeats) {}
  void push(const float* similarity, std::vector<Segment>& out) override;
  void finish(std::vector<Segment>&) override {}

 private:
  int codes_;
  bool keep_repeats_;
  std::int64_t frame_ = 0;
  int last_ = -1;
};

/// Duration-penalised VQ (Kamper, arXiv 2202.11929): the segmentation that minimises the sum over
/// frames of 1 − cosine plus `penalty` per segment, found exactly by Viterbi.
///
/// A frame is settled once all surviving paths agree on it. Back pointers cost one bit per code and
/// frame until then; agreement comes within a few segments in practice.
class DurationPenalisedSegmenter : public Segmenter {
 public:
  /// About every five seconds.
  static constexpr std::size_t kSettleInterval = 256;

  /// `push` settles what it can at least every `settle_interval` frames; a small interval costs
  /// time and changes nothing else.
  DurationPenalisedSegmenter(int codes, double penalty,
                             std::size_t settle_interval = kSettleInterval);
  void push(const float* similarity, std::vector<Segment>& out) override;
  /// Appends the segments on whose starts all surviving paths agree by now.
  void settle(std::vector<Segment>& out);
  void finish(std::vector<Segment>& out) override;

 private:
  struct Step {
    std::vector<std::uint64_t> starts;  // bit k: the best path in code k starts its segment here
    tokens::Token previous = 0;         // the code such a segment follows
  };

  void trace_back(std::size_t steps, tokens::Token code, std::vector<Segment>& out);
  bool starts(const Step& step, int code) const {
    return (step.starts[static_cast<std::size_t>(code) / 64] >> (code % 64)) & 1U;
  }

  int codes_;
  float penalty_;
  std::size_t settle_interval_;
  std::size_t since_settled_ = 0;  // frames
  std::vector<float> cost_;        // of the best path that ends in each code, minus the best of all
  std::deque<Step> steps_;         // unsettled frames
  std::int64_t first_ = 0;         // frame of steps_[0]
};

}  // namespace pairalign::model
