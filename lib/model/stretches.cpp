#include "model/stretches.hpp"

#include <algorithm>
#include <utility>

namespace pairalign::model {
namespace {

// Frames of short recordings that are decoded together: beyond four walks, more gain little.
constexpr std::int64_t kEnoughFrames = 1000;
// Walks in a batch: enough rows for the matrix products of a step.
constexpr std::size_t kWalksAtOnce = 16;

}  // namespace

void SegmentedStretches::take(const float* row) {
  for (Stretch& stretch : open_)
    stretch.segmenter->push(row, stretch.segments);
}

void SegmentedStretches::close() {
  Stretch& stretch = open_.front();
  stretch.segmenter->finish(stretch.segments);
  closed_.push_back(std::move(stretch.segments));
  open_.pop_front();
}

DecodedStretches::DecodedStretches(const Model& model, const DecodeOptions& options,
                                   std::int64_t frames_at_once, bool live)
    : model_(model),
      options_(options),
      frames_at_once_(frames_at_once),
      live_(live),
      decoder_(*model.decoder(), options) {}

// Frames of the memory, from its anchor on, that the token and the end of a step depend on.
int DecodedStretches::seen_ahead() const {
  const DecoderConfig& config = model_.decoder()->config();
  return std::max(config.look_ahead, config.longest);
}

// The same in frames of the recording: adds those that the runs of the memory depend on.
int DecodedStretches::ahead() const {
  return seen_ahead() + model_.decoder()->memory().context(options_.segment_penalty);
}

void DecodedStretches::start() {
  recording_ = {};
  next_advance_ = frames_at_once_;
  settled_.clear();
  settled_raw_ = 0;
  frames_.resize(static_cast<std::size_t>(value_of(waiting_rows_)));
}

void DecodedStretches::open() {
  recording_.stretches.emplace_back().first_frame = recording_.next_frame;
}

void DecodedStretches::take(const float* row) {
  frames_.insert(frames_.end(), row, row + model_.info().encoder.width);
  if (++recording_.next_frame < next_advance_) return;
  recording_.settled = recording_.next_frame - ahead();
  advance_recording();
  forget_frames();
  next_advance_ += frames_at_once_;
}

void DecodedStretches::close() {
  Stretch& stretch = recording_.stretches[recording_.closed++];
  stretch.frames = static_cast<int>(recording_.next_frame - stretch.first_frame);
}

// Only a recording of which nothing has been decoded yet waits for others.
void DecodedStretches::finish() {
  recording_.settled = recording_.next_frame;
  if (recording_.next_frame >= frames_at_once_) {
    advance_recording();
    keep_from(recording_.next_frame);
  }
  waiting_.push_back(std::exchange(recording_, {}));
  waiting_rows_ += waiting_.back().rows();
}

// A long recording has made those before it wait long enough.
bool DecodedStretches::full() const {
  const bool long_one = !waiting_.empty() && waiting_.back().stretches.empty();
  return long_one || waiting_rows_ >= kEnoughFrames;
}

const std::vector<Segment>& DecodedStretches::settled() {
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
std::int64_t DecodedStretches::delay() const {
  return frames_at_once_ + ahead() + model_.decoder()->config().longest;
}

std::vector<StretchStrings> DecodedStretches::strings() {
  std::vector<Recording> recordings = std::exchange(waiting_, {});
  waiting_rows_ = 0;
  decoder_ = FreeDecoder(*model_.decoder(), options_);
  advance(recordings, 0);
  std::vector<StretchStrings> result;
  for (Recording& recording : recordings)
    result.push_back(std::move(recording.strings));
  return result;
}

// Advances the current recording by itself: those waiting have no walk in progress.
void DecodedStretches::advance_recording() {
  if (next_advance_ == frames_at_once_) decoder_ = FreeDecoder(*model_.decoder(), options_);
  advance({&recording_, 1}, waiting_rows_);
}

// Advances all walks over some recordings, whose rows lie one after another from `first_row` on, as
// far as they are settled.
void DecodedStretches::advance(Span<Recording> recordings, std::int64_t first_row) {
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

void DecodedStretches::advance_walks(Span<const Walk> walks) {
  std::vector<DecodeReach> reaches;
  for (const auto& [recording, stretch, first_row] : walks) {
    if (stretch->string < 0) stretch->string = decoder_.begin();
    DecodeReach& reach = reaches.emplace_back();
    reach.string = stretch->string;
    reach.first_frame = static_cast<int>(first_row + stretch->first_frame - recording->first_kept);
    reach.frames = stretch->closed()
                       ? stretch->frames
                       : static_cast<int>(recording->next_frame - stretch->first_frame);
    reach.until = static_cast<int>(recording->settled - stretch->first_frame);
  }
  decoder_.advance(model_.weights(), memory_, reaches);
  for (const auto& [recording, stretch, first_row] : walks) {
    if (!stretch->closed() || stretch->first_frame + stretch->frames > recording->settled) continue;
    std::vector<Segment>& segments = recording->strings.emplace_back();
    for (const DecodedToken& token : merge_repeats(decoder_.end(stretch->string).tokens))
      segments.push_back({token.token, token.first_frame});
    stretch->finished = true;
  }
}

// Keeps the frames that later steps will see, and the context of their path.
void DecodedStretches::forget_frames() {
  const Decoder& decoder = *model_.decoder();
  std::int64_t seen = recording_.next_frame;
  if (!recording_.stretches.empty()) {
    seen = std::max(recording_.stretches.front().first_frame,
                    recording_.settled - decoder.config().look_back);
  }
  keep_from(std::clamp(seen - decoder.memory().context(options_.segment_penalty),
                       recording_.first_kept, recording_.next_frame));
}

void DecodedStretches::keep_from(std::int64_t frame) {
  const auto first = frames_.begin() + value_of(waiting_rows_);
  frames_.erase(first, first + value_of(frame - recording_.first_kept));
  recording_.first_kept = frame;
}

}  // namespace pairalign::model
