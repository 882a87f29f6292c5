#include "model/stretches.hpp"

#include <algorithm>
#include <utility>

namespace pairalign::model {
namespace {

// Enough rows for a step's matrix products; more would only fill memory: 4,500 frames in the
// decoder's memory are about 35 MB.
constexpr std::size_t kPartsAtOnce = 16;
constexpr std::int64_t kFramesAtOnce = 4 * DecodedStretches::kPartFrames;

// The place in `next` of the same token with the same end as `last`, or −1.
std::ptrdiff_t same_end(const std::vector<DecodedToken>& next, const DecodedToken& last) {
  const auto found = std::lower_bound(
      next.begin(), next.end(), last.end_frame,
      [](const DecodedToken& token, int frame) { return token.end_frame < frame; });
  const bool same =
      found != next.end() && found->end_frame == last.end_frame && found->token == last.token;
  return same ? found - next.begin() : -1;
}

// The token of `next` that begins soonest behind `frame`.
std::vector<DecodedToken>::const_iterator first_behind(const std::vector<DecodedToken>& next,
                                                       int frame) {
  return std::lower_bound(
      next.begin(), next.end(), frame,
      [](const DecodedToken& token, int bound) { return token.first_frame < bound; });
}

}  // namespace

void append_overlapping(const std::vector<DecodedToken>& next, std::vector<DecodedToken>& string) {
  if (next.empty()) return;
  const auto pass_over = [&](std::size_t kept, std::vector<DecodedToken>::const_iterator from) {
    string.resize(kept);
    string.insert(string.end(), from, next.end());
  };
  const int overlap = next.front().first_frame;
  for (std::size_t i = string.size(); i-- > 0 && string[i].end_frame > overlap;) {
    const std::ptrdiff_t same = same_end(next, string[i]);
    if (same >= 0) return pass_over(i + 1, next.begin() + same + 1);
  }
  std::size_t kept = string.size();
  auto from = next.end();
  int smallest = std::numeric_limits<int>::max();
  for (std::size_t i = string.size(); i-- > 0;) {
    const auto candidate = first_behind(next, string[i].end_frame);
    if (candidate != next.end() && candidate->first_frame - string[i].end_frame < smallest) {
      smallest = candidate->first_frame - string[i].end_frame;
      kept = i + 1;
      from = candidate;
    }
    if (string[i].end_frame <= overlap) break;
  }
  if (string.empty()) from = next.begin();
  pass_over(kept, from);
}

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
    : model_(model), decoder_(*model.decoder(), options) {}

// Frames beyond its end that a part sees: all that a token which begins before it depends on.
int DecodedStretches::ahead() const {
  const DecoderConfig& config = model_.decoder()->config();
  return std::max(config.look_ahead, config.longest);
}

void DecodedStretches::start() {
  stretches_.clear();
  queue_.clear();
  frames_.clear();
  first_open_ = 0;
  next_frame_ = first_kept_ = 0;
}

void DecodedStretches::open() {
  stretches_.emplace_back();
  stretches_.back().first_frame = next_frame_;
}

void DecodedStretches::take(const float* row) {
  if (none_open()) {  // between windows that lie apart
    flush();
    frames_.clear();
    first_kept_ = ++next_frame_;
    return;
  }
  frames_.insert(frames_.end(), row, row + model_.info().encoder.width);
  ++next_frame_;
  for (std::size_t i = first_open_; i < stretches_.size(); ++i) {
    const Stretch& stretch = stretches_[i];
    const std::int64_t part_end = std::int64_t{stretch.parts + 1} * kPartFrames;
    if (next_frame_ - stretch.first_frame == part_end + ahead()) queue_part(i, next_frame_);
  }
}

void DecodedStretches::close() {
  const Stretch& stretch = stretches_[first_open_];
  while (std::int64_t{stretch.parts} * kPartFrames < next_frame_ - stretch.first_frame)
    queue_part(first_open_, next_frame_);
  ++first_open_;
}

// The next part of a stretch, of which there are frames up to `end`.
void DecodedStretches::queue_part(std::size_t index, std::int64_t end) {
  Stretch& stretch = stretches_[index];
  const std::int64_t start = std::int64_t{stretch.parts} * kPartFrames;
  const std::int64_t first = std::max<std::int64_t>(0, start - kEarlyFrames);
  const std::int64_t last = std::min(end - stretch.first_frame, start + kPartFrames + ahead());
  queue_.push_back({index, stretch.first_frame + first, static_cast<int>(last - first),
                    static_cast<int>(start + kPartFrames - first)});
  ++stretch.parts;
  std::int64_t frames = 0;
  for (const Part& part : queue_)
    frames += part.frames;
  if (queue_.size() >= kPartsAtOnce || frames >= kFramesAtOnce) flush();
}

// Decodes what is queued.
void DecodedStretches::flush() {
  if (queue_.empty()) return;
  const float* p = model_.parameters().data();
  const auto rows = static_cast<int>(next_frame_ - first_kept_);
  model_.decoder()->memory().forward(p, frames_.data(), rows, nn::Precision::f32, memory_);
  std::vector<DecodeSequence> sequences;
  for (const Part& part : queue_) {
    sequences.push_back(
        {static_cast<int>(part.first_frame - first_kept_), part.frames, 0, part.until});
  }
  std::vector<DecodedString> decoded = decoder_.decode(p, memory_, sequences);
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    Stretch& stretch = stretches_[queue_[i].stretch];
    const auto offset = static_cast<int>(queue_[i].first_frame - stretch.first_frame);
    for (DecodedToken& token : decoded[i].tokens) {
      token.first_frame += offset;
      token.end_frame += offset;
    }
    append_overlapping(decoded[i].tokens, stretch.string);
  }
  queue_.clear();
  forget_frames();
}

// Keeps what the parts still to come will see.
void DecodedStretches::forget_frames() {
  std::int64_t keep = next_frame_;
  for (std::size_t i = first_open_; i < stretches_.size(); ++i) {
    const std::int64_t start = std::int64_t{stretches_[i].parts} * kPartFrames - kEarlyFrames;
    keep = std::min(keep, stretches_[i].first_frame + std::max<std::int64_t>(0, start));
  }
  frames_.erase(frames_.begin(),
                frames_.begin() + (keep - first_kept_) * model_.info().encoder.width);
  first_kept_ = keep;
}

std::vector<std::vector<Segment>> DecodedStretches::finish() {
  flush();
  std::vector<std::vector<Segment>> strings;
  for (const Stretch& stretch : stretches_) {
    std::vector<Segment>& segments = strings.emplace_back();
    for (const DecodedToken& token : merge_repeats(stretch.string))
      segments.push_back({token.token, token.first_frame});
  }
  return strings;
}

}  // namespace pairalign::model
