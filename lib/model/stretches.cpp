#include "model/stretches.hpp"

#include <algorithm>
#include <utility>

namespace pairalign::model {
namespace {

// Frames that the decoder's memory is filled with at once: 40 s, about 16 MB. A recording is always
// cut at multiples of it.
constexpr std::int64_t kFramesAtOnce = 2000;
// Walks that go side by side: enough rows for the matrix products of a step.
constexpr std::size_t kWalksAtOnce = 16;

}  // namespace

void SegmentedStretches::start() {
  open_.clear();
  strings_.clear();
}

void SegmentedStretches::open() {
  open_.push_back({make_(), {}});
}

void SegmentedStretches::take(const float* row) {
  for (Stretch& stretch : open_)
    stretch.segmenter->push(row, stretch.segments);
}

void SegmentedStretches::close() {
  Stretch& stretch = open_.front();
  stretch.segmenter->finish(stretch.segments);
  strings_.push_back(std::move(stretch.segments));
  open_.pop_front();
}

std::vector<std::vector<Segment>> SegmentedStretches::finish() {
  return std::move(strings_);
}

DecodedStretches::DecodedStretches(const Model& model, const DecodeOptions& options)
    : model_(model), options_(options), decoder_(*model.decoder(), options) {}

// Frames behind its start that the token and the end of a step depend on.
int DecodedStretches::ahead() const {
  const Decoder& decoder = *model_.decoder();
  return std::max(decoder.config().look_ahead, decoder.config().longest) +
         decoder.memory().context(options_.segment_penalty);
}

void DecodedStretches::start() {
  decoder_ = FreeDecoder(*model_.decoder(), options_);
  stretches_.clear();
  frames_.clear();
  strings_.clear();
  closed_ = 0;
  next_frame_ = first_kept_ = 0;
  next_advance_ = kFramesAtOnce;
}

void DecodedStretches::open() {
  stretches_.push_back({next_frame_, 0, -1});
}

void DecodedStretches::take(const float* row) {
  frames_.insert(frames_.end(), row, row + model_.info().encoder.width);
  if (++next_frame_ < next_advance_) return;
  advance(next_frame_ - ahead());
  next_advance_ += kFramesAtOnce;
}

void DecodedStretches::close() {
  Stretch& stretch = stretches_[closed_++];
  stretch.frames = static_cast<int>(next_frame_ - stretch.first_frame);
}

std::vector<std::vector<Segment>> DecodedStretches::finish() {
  advance(next_frame_);
  return std::move(strings_);
}

// All walks up to frame `settled`, which nothing changes that is still to come.
void DecodedStretches::advance(std::int64_t settled) {
  const nn::Weights w = model_.weights();
  const auto rows = static_cast<int>(next_frame_ - first_kept_);
  model_.decoder()->memory().forward(w, frames_.data(), rows, memory_, options_.segment_penalty);
  std::vector<DecodeReach> reaches;
  std::size_t finished = 0;
  for (std::size_t first = 0; first < stretches_.size(); first += kWalksAtOnce) {
    const std::size_t last = std::min(stretches_.size(), first + kWalksAtOnce);
    reaches.clear();
    for (std::size_t i = first; i < last; ++i) {
      if (stretches_[i].string < 0) stretches_[i].string = decoder_.begin();
      reaches.push_back(reach(stretches_[i], i < closed_, settled));
    }
    decoder_.advance(w, memory_, reaches);
    for (; finished < std::min(last, closed_); ++finished) {
      const Stretch& stretch = stretches_[finished];
      if (stretch.first_frame + stretch.frames > settled) break;
      finish_string(stretch);
    }
  }
  stretches_.erase(stretches_.begin(), stretches_.begin() + static_cast<std::ptrdiff_t>(finished));
  closed_ -= finished;
  forget_frames(settled);
}

DecodeReach DecodedStretches::reach(const Stretch& stretch, bool closed,
                                    std::int64_t settled) const {
  DecodeReach result;
  result.string = stretch.string;
  result.first_frame = static_cast<int>(stretch.first_frame - first_kept_);
  result.frames = closed ? stretch.frames : static_cast<int>(next_frame_ - stretch.first_frame);
  result.until = static_cast<int>(settled - stretch.first_frame);
  return result;
}

void DecodedStretches::finish_string(const Stretch& stretch) {
  std::vector<Segment>& segments = strings_.emplace_back();
  for (const DecodedToken& token : merge_repeats(decoder_.end(stretch.string).tokens))
    segments.push_back({token.token, token.first_frame});
}

// Keeps what steps still to come will see, and the context of its path.
void DecodedStretches::forget_frames(std::int64_t settled) {
  std::int64_t seen = next_frame_;
  if (!stretches_.empty()) {
    seen = std::max(stretches_.front().first_frame, settled - model_.decoder()->config().look_back);
  }
  const std::int64_t keep =
      std::clamp(seen - model_.decoder()->memory().context(options_.segment_penalty), first_kept_,
                 next_frame_);
  frames_.erase(frames_.begin(),
                frames_.begin() + (keep - first_kept_) * model_.info().encoder.width);
  first_kept_ = keep;
}

}  // namespace pairalign::model
