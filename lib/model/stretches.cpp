#include "model/stretches.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/span.hpp"

namespace pairalign::model {
namespace {

// Frames of short recordings that are decoded together: beyond four walks, more gain little.
constexpr std::int64_t kEnoughFrames = 1000;
// Walks in a batch: enough rows for the matrix products of a step.
constexpr std::size_t kWalksAtOnce = 16;

class SegmentedStretches : public StretchTokenizer {
 public:
  explicit SegmentedStretches(MakeSegmenter make) : make_(std::move(make)) {}

  FrameRow frame_row() const override { return FrameRow::similarities; }
  void start() override {
    open_.clear();
    closed_.clear();
  }
  void open() override { open_.push_back({make_(), {}}); }
  void take(const float* row) override {
    for (Stretch& stretch : open_)
      stretch.segmenter->push(row, stretch.segments);
  }

  void close() override {
    Stretch& stretch = open_.front();
    stretch.segmenter->finish(stretch.segments);
    closed_.push_back(std::move(stretch.segments));
    open_.pop_front();
  }

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

class DecodedStretches : public StretchTokenizer {
 public:
  DecodedStretches(const Model& model, const DecodeOptions& options, std::int64_t frames_at_once,
                   bool live)
      : model_(model),
        options_(options),
        frames_at_once_(frames_at_once),
        live_(live),
        decoder_(*model.decoder(), options) {}

  FrameRow frame_row() const override { return FrameRow::encoded; }
  void start() override {
    recording_ = {};
    next_advance_ = frames_at_once_;
    settled_.clear();
    settled_raw_ = 0;
    frames_.resize(static_cast<std::size_t>(value_of(waiting_rows_)));
  }

  void open() override { recording_.stretches.emplace_back().first_frame = recording_.next_frame; }

  void take(const float* row) override {
    frames_.insert(frames_.end(), row, row + model_.info().encoder.width);
    if (++recording_.next_frame < next_advance_) return;
    recording_.settled = recording_.next_frame - ahead();
    advance_recording();
    forget_frames();
    next_advance_ += frames_at_once_;
  }

  void close() override {
    Stretch& stretch = recording_.stretches[recording_.closed++];
    stretch.frames = static_cast<int>(recording_.next_frame - stretch.first_frame);
  }

  // Only a recording of which nothing has been decoded yet waits for others.
  void finish() override {
    recording_.settled = recording_.next_frame;
    if (recording_.next_frame >= frames_at_once_) {
      advance_recording();
      keep_from(recording_.next_frame);
    }
    waiting_.push_back(std::exchange(recording_, {}));
    waiting_rows_ += waiting_.back().rows();
  }

  // A long recording has made those before it wait long enough.
  bool full() const override {
    const bool long_one = !waiting_.empty() && waiting_.back().stretches.empty();
    return long_one || waiting_rows_ >= kEnoughFrames;
  }

  const std::vector<Segment>& settled() override {
    const int string = recording_.stretches.front().string;
    if (string < 0) return settled_;
    const std::vector<DecodedToken>& written = decoder_.written(string).tokens;
    for (; settled_raw_ < written.size(); ++settled_raw_) {
      const DecodedToken& token = written[settled_raw_];
      if (settled_.empty() || settled_.back().token != token.token)
        settled_.push_back({token.token, token.first_frame});
    }
    return settled_;
  }

  // A token is written once the last frame that its predecessor may span has arrived.
  std::int64_t delay() const override {
    return frames_at_once_ + ahead() + model_.decoder()->config().longest;
  }

  StretchStrings take_strings() override { return std::exchange(recording_.strings, {}); }
  std::vector<StretchStrings> strings() override {
    std::vector<Recording> recordings = std::exchange(waiting_, {});
    waiting_rows_ = 0;
    decoder_ = FreeDecoder(*model_.decoder(), options_);
    advance(recordings, 0);
    std::vector<StretchStrings> result;
    for (Recording& recording : recordings)
      result.push_back(std::move(recording.strings));
    return result;
  }

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

  // Frames of the memory, from its anchor on, that the token and the end of a step depend on.
  int seen_ahead() const {
    const DecoderConfig& config = model_.decoder()->config();
    return std::max(config.look_ahead, config.longest);
  }

  // The same in frames of the recording: adds those that the runs of the memory depend on.
  int ahead() const {
    return seen_ahead() + model_.decoder()->memory().context(options_.segment_penalty);
  }

  // Advances the current recording by itself: those waiting have no walk in progress.
  void advance_recording() {
    if (next_advance_ == frames_at_once_) decoder_ = FreeDecoder(*model_.decoder(), options_);
    advance({&recording_, 1}, waiting_rows_);
  }

  // Advances all walks over some recordings, whose rows lie one after another from `first_row` on,
  // as far as they are settled.
  void advance(Span<Recording> recordings, std::int64_t first_row) {
    std::vector<int> lengths;
    std::vector<Walk> walks;
    std::int64_t rows = 0;
    for (Recording& recording : recordings) {
      for (Stretch& stretch : recording.stretches)
        walks.push_back({&recording, &stretch, rows});
      lengths.push_back(static_cast<int>(recording.rows()));
      rows += recording.rows();
    }
    model_.decoder()->memory().forward(model_.weights(), frames_.data() + value_of(first_row),
                                       lengths, memory_, options_.segment_penalty);
    if (live_ && !recordings.empty()) {
      Recording& last = recordings[recordings.size() - 1];
      last.settled = std::max(last.settled, last.first_kept + memory_.settled_rows - seen_ahead());
    }
    for (std::size_t first = 0; first < walks.size(); first += kWalksAtOnce)
      advance_walks({&walks[first], std::min(kWalksAtOnce, walks.size() - first)});
    for (Recording& recording : recordings) {
      while (!recording.stretches.empty() && recording.stretches.front().finished) {
        recording.stretches.pop_front();
        --recording.closed;
      }
    }
  }

  void advance_walks(Span<const Walk> walks) {
    std::vector<DecodeReach> reaches;
    for (const auto& [recording, stretch, first_row] : walks) {
      if (stretch->string < 0) stretch->string = decoder_.begin();
      DecodeReach& reach = reaches.emplace_back();
      reach.string = stretch->string;
      reach.first_frame =
          static_cast<int>(first_row + stretch->first_frame - recording->first_kept);
      reach.frames = stretch->closed()
                         ? stretch->frames
                         : static_cast<int>(recording->next_frame - stretch->first_frame);
      reach.until = static_cast<int>(recording->settled - stretch->first_frame);
    }
    decoder_.advance(model_.weights(), memory_, reaches);
    for (const auto& [recording, stretch, first_row] : walks) {
      if (!stretch->closed() || stretch->first_frame + stretch->frames > recording->settled)
        continue;
      std::vector<Segment>& segments = recording->strings.emplace_back();
      for (const DecodedToken& token : merge_repeats(decoder_.end(stretch->string).tokens))
        segments.push_back({token.token, token.first_frame});
      stretch->finished = true;
    }
  }

  // Keeps the frames that later steps will see, and the context of their path.
  void forget_frames() {
    const Decoder& decoder = *model_.decoder();
    std::int64_t seen = recording_.next_frame;
    if (!recording_.stretches.empty()) {
      seen = std::max(recording_.stretches.front().first_frame,
                      recording_.settled - decoder.config().look_back);
    }
    keep_from(std::clamp(seen - decoder.memory().context(options_.segment_penalty),
                         recording_.first_kept, recording_.next_frame));
  }

  void keep_from(std::int64_t frame) {
    const auto first = frames_.begin() + value_of(waiting_rows_);
    frames_.erase(first, first + value_of(frame - recording_.first_kept));
    recording_.first_kept = frame;
  }

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

}  // namespace

std::unique_ptr<StretchTokenizer> segmented_stretches(MakeSegmenter make) {
  return std::make_unique<SegmentedStretches>(std::move(make));
}

std::unique_ptr<StretchTokenizer> decoded_stretches(const Model& model,
                                                    const DecodeOptions& options,
                                                    std::int64_t frames_at_once, bool live) {
  return std::make_unique<DecodedStretches>(model, options, frames_at_once, live);
}

}  // namespace pairalign::model
