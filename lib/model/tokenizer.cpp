#include "model/tokenizer.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

#include <fmt/format.h>

#include "base/error.hpp"
#include "model/segmenter.hpp"

namespace pairalign::model {
namespace {

// Encoder frames per forward pass: about ten seconds, enough rows for the matrix products to run at
// full speed. A recording is always cut at multiples of it, so its string does not depend on
// anything else.
constexpr std::int64_t kChunkFrames = 512;
constexpr std::size_t kReadSamples = 1 << 15;

double penalty_for(const Model& model, const TokenizerOptions& options) {
  if (options.penalty) return *options.penalty;
  const std::vector<RatePoint>& curve = model.info().rate_curve;
  // The rate falls as the penalty rises; between two measured points both are taken as straight in
  // log-rate, which the curves are to within a percent.
  for (std::size_t i = 0; i + 1 < curve.size(); ++i) {
    const RatePoint &a = curve[i], &b = curve[i + 1];
    if (options.rate > a.tokens_per_second || options.rate < b.tokens_per_second) continue;
    const double span = std::log(a.tokens_per_second / b.tokens_per_second);
    const double part = span > 0 ? std::log(a.tokens_per_second / options.rate) / span : 0;
    return a.penalty + part * (b.penalty - a.penalty);
  }
  if (curve.empty())
    throw Error("rate", "this model carries no rate curve; give a penalty instead");
  throw Error("rate", fmt::format("{} tokens/s is outside what this model was measured at, {:.1f} "
                                  ".. {:.1f}; give a penalty instead",
                                  options.rate, curve.back().tokens_per_second,
                                  curve.front().tokens_per_second));
}

}  // namespace

TokenizerKind parse_tokenizer_kind(const std::string& name) {
  if (name == "vq") return TokenizerKind::vq;
  if (name == "dpvq") return TokenizerKind::dpvq;
  throw Error("", "no tokenizer '" + name + "'; there are: vq, dpvq");
}

std::string to_string(TokenizerKind kind) {
  return kind == TokenizerKind::vq ? "vq" : "dpvq";
}

// One stretch of a recording whose frames become one record: the whole, or a window.
struct Stretch {
  std::int64_t first_frame = 0;
  std::unique_ptr<Segmenter> segmenter;
  std::vector<Segment> segments;
};

struct Tokenizer::Impl {
  Impl(const Model& model_, const TokenizerOptions& options_)
      : model(model_),
        options(options_),
        penalty(options_.kind == TokenizerKind::dpvq ? penalty_for(model_, options_) : 0),
        log_mel(model_.info().features),
        scorer(model_) {}

  std::unique_ptr<Segmenter> make_segmenter() const {
    if (options.kind == TokenizerKind::vq) {
      return std::make_unique<NearestCodeSegmenter>(model.vocabulary());
    }
    return std::make_unique<DurationPenalisedSegmenter>(model.vocabulary(), penalty);
  }

  std::int64_t frames(double seconds) const { return std::llround(seconds * kFramesPerSecond); }

  void start(const std::string& key) {
    record_key = key;
    records.clear();
    open.clear();
    mel.clear();
    mel_first = next_frame = next_window = 0;
    if (options.window_s == 0) open.push_back({0, make_segmenter(), {}});
  }

  void encode_ready(bool at_end);
  void encode(std::int64_t count);
  void take_frame(const float* similarity);
  void close(Stretch& stretch, double seconds);

  const Model& model;
  TokenizerOptions options;
  double penalty;
  audio::LogMel log_mel;
  FrameScorer scorer;

  // Of the recording under way.
  std::string record_key;
  std::vector<tokens::Record> records;
  std::deque<Stretch> open;
  std::vector<float> mel;        // log-mel frames from mel_first on
  std::int64_t mel_first = 0;    // a multiple of kStride
  std::int64_t next_frame = 0;   // first encoder frame not yet taken
  std::int64_t next_window = 0;  // first frame of the window to open next
  std::vector<float> chunk;
  std::vector<float> pcm = std::vector<float>(kReadSamples);
};

Tokenizer::Tokenizer(const Model& model, const TokenizerOptions& options) {
  if (options.window_s < 0 || options.hop_s < 0) throw Error("", "window and hop are not negative");
  if ((options.window_s > 0) != (options.hop_s > 0)) {
    throw Error("", "window and hop go together: a record of --window seconds every --hop seconds");
  }
  const double frame_s = 1 / kFramesPerSecond;
  if (options.window_s > 0 && (options.window_s < frame_s || options.hop_s < frame_s)) {
    throw Error("", fmt::format("window and hop are at least one frame, {} s", frame_s));
  }
  if (options.penalty && !(*options.penalty >= 0)) throw Error("", "the penalty is not negative");
  impl_ = std::make_unique<Impl>(model, options);
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;

tokens::Header Tokenizer::header() const {
  return {impl_->model.id(), to_string(impl_->options.kind), impl_->model.vocabulary()};
}

std::vector<tokens::Record> Tokenizer::tokenize(audio::Decoder& audio, const std::string& key) {
  Impl& impl = *impl_;
  impl.start(key);
  audio::LogMelStream stream(impl.log_mel);
  while (const std::size_t n = audio.read(impl.pcm)) {
    stream.push({impl.pcm.data(), n}, impl.mel);
    impl.encode_ready(false);
  }
  stream.finish(impl.mel);
  impl.encode_ready(true);
  const double seconds = static_cast<double>(audio.samples_read()) / audio::kSampleRate;
  for (Stretch& stretch : impl.open)
    impl.close(stretch, seconds);
  return std::move(impl.records);
}

// Encodes whole chunks as soon as the frames after them, which they look at, are there.
void Tokenizer::Impl::encode_ready(bool at_end) {
  const std::int64_t context = model.encoder().context();
  const int bands = model.info().encoder.bands;
  for (;;) {
    const std::int64_t available = mel_first + static_cast<std::int64_t>(mel.size()) / bands;
    const std::int64_t encodable = (available + kStride - 1) / kStride;
    if (encodable >= next_frame + kChunkFrames + context) {
      encode(kChunkFrames);
    } else if (at_end && encodable > next_frame) {
      encode(std::min(kChunkFrames, encodable - next_frame));
    } else {
      return;
    }
  }
}

// Encodes `count` frames from next_frame on, within their context, and drops what no later chunk
// will look at.
void Tokenizer::Impl::encode(std::int64_t count) {
  const std::int64_t context = model.encoder().context();
  const std::int64_t bands = model.info().encoder.bands;
  const std::int64_t available = mel_first + static_cast<std::int64_t>(mel.size()) / bands;
  const std::int64_t first = std::max<std::int64_t>(0, next_frame - context);
  const std::int64_t last =  // log-mel frame behind the last
      std::min(available, (next_frame + count + context) * kStride);
  chunk.assign(mel.begin() + (first * kStride - mel_first) * bands,
               mel.begin() + (last - mel_first) * bands);
  const float* similarity = scorer.score(chunk).data() +
                            (next_frame - first) * static_cast<std::int64_t>(model.vocabulary());
  for (std::int64_t i = 0; i < count; ++i)
    take_frame(similarity + i * model.vocabulary());

  const std::int64_t keep = std::max<std::int64_t>(0, next_frame - context) * kStride;
  mel.erase(mel.begin(), mel.begin() + (keep - mel_first) * bands);
  mel_first = keep;
}

void Tokenizer::Impl::take_frame(const float* similarity) {
  if (options.window_s > 0) {
    if (next_frame == next_window) {
      open.push_back({next_frame, make_segmenter(), {}});
      next_window += std::max<std::int64_t>(1, frames(options.hop_s));
    }
    const std::int64_t length = frames(options.window_s);
    while (!open.empty() && next_frame == open.front().first_frame + length) {
      close(open.front(), static_cast<double>(next_frame) / kFramesPerSecond);
      open.pop_front();
    }
  }
  for (Stretch& stretch : open)
    stretch.segmenter->push(similarity, stretch.segments);
  ++next_frame;
}

// `seconds`: where the stretch ends in the recording.
void Tokenizer::Impl::close(Stretch& stretch, double seconds) {
  const double start = static_cast<double>(stretch.first_frame) / kFramesPerSecond;
  const bool windowed = options.window_s > 0;
  if (windowed && stretch.first_frame > 0 && seconds - start < options.hop_s / 2) return;
  stretch.segmenter->finish(stretch.segments);
  tokens::Record record;
  record.key = windowed ? tokens::with_fragment(record_key, start, seconds) : record_key;
  record.seconds = windowed ? seconds - start : seconds;
  for (const Segment& segment : stretch.segments) {
    record.tokens.push_back(segment.token);
    record.starts_ms.push_back(
        static_cast<std::uint32_t>(segment.first_frame * kFrameMilliseconds));
  }
  records.push_back(std::move(record));
}

}  // namespace pairalign::model
