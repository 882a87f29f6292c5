#include "model/tokenizer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/read_ahead.hpp"
#include "model/alternatives.hpp"
#include "model/frame_stream.hpp"
#include "model/segmenter.hpp"
#include "model/stretches.hpp"
#include "tokens/settings.hpp"

namespace pairalign::model {
namespace {

constexpr std::size_t kReadSamples = 1 << 15;
constexpr std::size_t kBlocksAhead = 4;
constexpr std::int64_t kLiveFrames = 5;  // encoded and decoded at once: 100 ms

double penalty_for(const std::vector<RatePoint>& curve, double rate) {
  try {
    return control_for_rate(curve, rate);
  } catch (const Error& error) {
    throw Error("rate", error.reason() + "; give a penalty instead");
  }
}

// Frames are centred on multiples of the frame period: the boundary between two frames lies half a
// period before the second.
std::uint32_t start_ms(std::uint64_t frame) {
  if (frame == 0) return 0;
  return static_cast<std::uint32_t>(frame * kFrameMilliseconds - kFrameMilliseconds / 2);
}

std::int64_t to_frames(double seconds) {
  return std::llround(seconds * kFramesPerSecond);
}

DecodeOptions decode_options_for(const Model& model, const TokenizerOptions& options) {
  DecodeOptions result = options.decode;
  result.segment_penalty = options.penalty;
  if (!options.penalty && !options.rate) return result;
  if (!model.decoder()->memory().has_path()) {
    throw Error("model " + model.id(),
                "its decoder has no Viterbi path, so rate and penalty do not apply; try an end "
                "quantile");
  }
  if (!options.penalty) {
    result.segment_penalty = penalty_for(model.info().pairalign_rate_curve, *options.rate);
  }
  return result;
}

std::unique_ptr<StretchTokenizer> make_stretches(const Model& model,
                                                 const TokenizerOptions& options) {
  switch (options.kind) {
    case TokenizerKind::pairalign:
      if (model.decoder() == nullptr) {
        throw Error("model " + model.id(), "it has no decoder; try --tokenizer vq or dpvq");
      }
      return decoded_stretches(model, decode_options_for(model, options),
                               options.live ? kLiveFrames : kFramesAtOnce, options.live);
    case TokenizerKind::dpvq: {
      const double penalty = dpvq_penalty(model, options);
      const std::size_t interval =
          options.live ? kLiveFrames : DurationPenalisedSegmenter::kSettleInterval;
      return segmented_stretches([&model, penalty, interval] {
        return std::make_unique<DurationPenalisedSegmenter>(model.vocabulary(), penalty, interval);
      });
    }
    case TokenizerKind::vq:
    case TokenizerKind::frames:
      break;
  }
  const bool keep_repeats = options.kind == TokenizerKind::frames;
  return segmented_stretches([&model, keep_repeats] {
    return std::make_unique<NearestCodeSegmenter>(model.vocabulary(), keep_repeats);
  });
}

// By TokenizerKind.
constexpr const char* kKindNames[] = {"pairalign", "vq", "dpvq", "frames"};

}  // namespace

TokenizerKind parse_tokenizer_kind(const std::string& name) {
  const auto* const found = std::find(std::begin(kKindNames), std::end(kKindNames), name);
  if (found != std::end(kKindNames)) return static_cast<TokenizerKind>(found - kKindNames);
  throw Error("",
              fmt::format("no tokenizer '{}'; there are: {}", name, fmt::join(kKindNames, ", ")));
}

std::string to_string(TokenizerKind kind) {
  return kKindNames[static_cast<int>(kind)];
}

TokenizerKind default_kind(const Model& model) {
  return model.decoder() != nullptr ? TokenizerKind::pairalign : TokenizerKind::vq;
}

double dpvq_penalty(const Model& model, const TokenizerOptions& options) {
  const std::vector<RatePoint>& curve = model.info().rate_curve;
  if (options.penalty) return *options.penalty;
  if (options.rate || curve.empty()) {
    return penalty_for(curve, options.rate.value_or(kDefaultRate));
  }
  return penalty_for(curve, std::clamp(kDefaultRate, curve.back().tokens_per_second,
                                       curve.front().tokens_per_second));
}

struct Tokenizer::Impl {
  // Each of its stretches becomes a record: the whole of it, or a window every hop.
  struct Recording {
    std::string key;
    double seconds = 0;
    double tempo = 1;               // of the warp
    std::vector<float> embeddings;  // (frames, dimension), if there are to be alternatives
    std::int64_t next_frame = 0;    // first frame not yet taken
    // How many stretches, from the front, have begun, have all their frames, and were returned by
    // `take_windows`.
    std::int64_t opened = 0, complete = 0, taken = 0;
  };

  Impl(const Model& model_, const TokenizerOptions& options_)
      : model(model_),
        options(options_),
        stretches(make_stretches(model_, options_)),
        frames(model_, stretches->frame_row(), options_.live ? kLiveFrames : kChunkFrames),
        window_frames(to_frames(options_.window_s)),
        hop_frames(to_frames(options_.hop_s)) {
    if (options.alternatives > 0) embedder.emplace(model, FrameRow::embedding);
  }

  bool windowed() const { return window_frames > 0; }

  void start(const std::string& key) {
    stretches->start();
    frames.start();
    if (embedder) embedder->start();
    current = {};
    current.key = key;
    pushed = false;
    pushed_samples = 0;
    told = 0;
    if (windowed()) return;
    stretches->open();
    current.opened = 1;
  }

  void finish(double seconds) {
    for (std::int64_t i = current.complete; i < current.opened; ++i)
      stretches->close();
    current.seconds = seconds;
    finished.reserve(finished.size() + 1);  // so that both lists get the recording, or neither
    stretches->finish();
    finished.push_back(std::exchange(current, {}));
  }

  // `warp`: of a whole recording, else null.
  void hear(Span<const float> pcm, const FrameStream::Sink& rows,
            const audio::Warp* warp = nullptr) {
    if (embedder) embedder->push(pcm, embedding_sink, warp);
    frames.push(pcm, rows, warp);
  }

  void hear_end(const FrameStream::Sink& rows) {
    if (embedder) embedder->finish(embedding_sink);
    frames.finish(rows);
  }

  void take(audio::Decoder& audio) {
    std::vector<float> pcm(kReadSamples);
    while (const std::size_t n = audio.read(pcm))
      hear({pcm.data(), n}, sink);
    hear_end(sink);
  }

  void take_overlapped(audio::Decoder& audio) {
    using Block = std::vector<float>;  // of samples, or of rows
    const auto read = [&](const ReadAhead<Block>::HandOver& hand_over) {
      Block pcm(kReadSamples);
      while (const std::size_t n = audio.read(pcm))
        hand_over(Block(pcm.begin(), pcm.begin() + static_cast<std::ptrdiff_t>(n)));
    };
    const std::size_t columns = frames.columns();
    const auto encode = [&](const ReadAhead<Block>::HandOver& hand_over) {
      Block rows;
      const auto collect = [&](const float* row) { rows.insert(rows.end(), row, row + columns); };
      ReadAhead<Block> heard(kBlocksAhead, read);
      while (const std::optional<Block> pcm = heard.next()) {
        hear(*pcm, collect);
        if (!rows.empty()) hand_over(std::exchange(rows, {}));
      }
      hear_end(collect);
      hand_over(std::move(rows));
    };
    ReadAhead<Block> encoded(kBlocksAhead, encode);
    while (const std::optional<Block> rows = encoded.next()) {
      for (std::size_t i = 0; i < rows->size(); i += columns)
        take_frame(rows->data() + i);
    }
  }

  // Adds all renderings, or none.
  void add_renderings(audio::Decoder& audio, const std::string& key) {
    const auto most = static_cast<std::size_t>(kLongestRendered * audio::kSampleRate);
    std::vector<float> pcm, block(kReadSamples);
    while (const std::size_t n = audio.read(block)) {
      pcm.insert(pcm.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(n));
      if (pcm.size() > most) {
        throw Error(key, fmt::format("longer than {} s: renderings are meant for short queries",
                                     kLongestRendered));
      }
    }
    const double seconds = static_cast<double>(audio.samples_read()) / audio::kSampleRate;
    for (int i = 0; i < options.renderings; ++i) {
      start(key);
      current.tempo = kRenderings[i].tempo;
      hear(pcm, sink, &kRenderings[i]);
      hear_end(sink);
      finish(seconds);
    }
  }

  void take_frame(const float* row) {
    if (windowed()) {
      if (current.next_frame == current.complete * hop_frames + window_frames) {
        stretches->close();
        ++current.complete;
      }
      if (current.next_frame == current.opened * hop_frames) {
        stretches->open();
        ++current.opened;
      }
    }
    stretches->take(row);
    ++current.next_frame;
  }

  // A last window that is filled by less than half a hop is left out.
  std::vector<tokens::Record> make_records(const Recording& recording,
                                           const StretchStrings& strings) const {
    std::vector<tokens::Record> records;
    std::int64_t window = recording.taken;
    for (const std::vector<Segment>& string : strings) {
      const bool complete = window < recording.complete;
      const std::int64_t first_frame = window++ * hop_frames;
      const double start_s = static_cast<double>(first_frame) / kFramesPerSecond;
      const double end_s = complete
                               ? static_cast<double>(first_frame + window_frames) / kFramesPerSecond
                               : recording.seconds;
      if (windowed() && start_s > 0 && end_s - start_s < options.hop_s / 2) continue;
      tokens::Record& record = records.emplace_back();
      record.key =
          windowed() ? tokens::with_fragment(recording.key, start_s, end_s) : recording.key;
      record.seconds = end_s - start_s;
      for (const Segment& segment : string) {
        record.tokens.push_back(segment.token);
        record.starts_ms.push_back(static_cast<std::uint32_t>(
            std::lround(recording.tempo * start_ms(segment.first_frame))));
      }
      if (!embedder) continue;
      const auto columns = static_cast<std::int64_t>(embedder->columns());
      const auto heard = static_cast<std::int64_t>(recording.embeddings.size()) / columns;
      for (std::size_t i = 0; i < string.size(); ++i) {
        const std::int64_t first = first_frame + string[i].first_frame;
        const std::int64_t end = i + 1 < string.size() ? first_frame + string[i + 1].first_frame
                                 : complete            ? first_frame + window_frames
                                                       : heard;
        const float* rows = recording.embeddings.data() + first * columns;
        const auto size = static_cast<std::size_t>((end - first) * columns);
        record.alternatives.push_back(
            likely_codes(model, string[i].token, {rows, size}, options.alternatives));
      }
    }
    return records;
  }

  const Model& model;
  TokenizerOptions options;
  std::unique_ptr<StretchTokenizer> stretches;
  FrameStream frames;
  const FrameStream::Sink sink = [this](const float* row) { take_frame(row); };
  std::optional<FrameStream> embedder;  // for alternatives
  const FrameStream::Sink embedding_sink = [this](const float* row) {
    current.embeddings.insert(current.embeddings.end(), row, row + embedder->columns());
  };
  std::int64_t window_frames, hop_frames;  // 0: the whole recording is one stretch

  Recording current;    // unfinished
  bool pushed = false;  // the samples of `current` are pushed
  std::int64_t pushed_samples = 0;
  std::size_t told = 0;             // tokens of `current` that `push` has returned
  std::vector<Recording> finished;  // whose records are still to be made
};

Tokenizer::Tokenizer(const Model& model, const TokenizerOptions& options) {
  if (!(std::min(options.window_s, options.hop_s) >= 0) ||
      !std::isfinite(options.window_s + options.hop_s))
    throw Error("", "window and hop must be numbers of seconds, not negative");
  if ((options.window_s > 0) != (options.hop_s > 0)) {
    throw Error("", "window and hop go together: a record of --window seconds every --hop seconds");
  }
  const double frame_s = 1 / kFramesPerSecond;
  if (options.window_s > 0 && (options.window_s < frame_s || options.hop_s < frame_s)) {
    throw Error("", fmt::format("window and hop must be at least one frame, {} s", frame_s));
  }
  if (options.penalty && !(*options.penalty >= 0))
    throw Error("", "the penalty must not be negative");
  if (options.renderings < 1 || options.renderings > kMaxRenderings) {
    throw Error("", fmt::format("there must be 1 to {} renderings", kMaxRenderings));
  }
  if (options.renderings > 1 && options.window_s > 0) {
    throw Error("", "renderings and windows cannot be combined");
  }
  if (options.alternatives < 0 || options.alternatives > kMaxAlternatives) {
    throw Error("", fmt::format("there must be at most {} alternatives", kMaxAlternatives));
  }
  impl_ = std::make_unique<Impl>(model, options);
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;

tokens::Header Tokenizer::header() const {
  const TokenizerOptions& own = impl_->options;
  tokens::Header header{impl_->model.id(), to_string(own.kind), impl_->model.vocabulary()};
  const bool controlled = own.kind == TokenizerKind::pairalign || own.kind == TokenizerKind::dpvq;
  const bool usual_rate = own.kind == TokenizerKind::dpvq && own.rate == kDefaultRate;
  if (own.penalty && controlled) {
    tokens::set_setting(header, "penalty", *own.penalty);
  } else if (own.rate && controlled && !usual_rate) {
    tokens::set_setting(header, "rate", *own.rate);
  }
  const DecodeOptions usual;
  const auto set_unusual = [&](const char* name, double value, double usual_value) {
    if (own.kind == TokenizerKind::pairalign && value != usual_value) {
      tokens::set_setting(header, name, value);
    }
  };
  set_unusual("end-quantile", own.decode.end_quantile, usual.end_quantile);
  set_unusual("repetition-penalty", own.decode.repetition_penalty, usual.repetition_penalty);
  set_unusual("cap", own.decode.cap, usual.cap);
  if (own.window_s > 0) {
    tokens::set_setting(header, "window", own.window_s);
    if (own.hop_s != own.window_s) tokens::set_setting(header, "hop", own.hop_s);
  }
  return header;
}

std::vector<tokens::Record> Tokenizer::tokenize(audio::Decoder& audio, const std::string& key) {
  add(audio, key);
  return std::move(finish().back().records);
}

void Tokenizer::add(audio::Decoder& audio, const std::string& key) {
  if (impl_->options.renderings > 1) {
    impl_->add_renderings(audio, key);
    return;
  }
  impl_->start(key);
  if (impl_->options.overlapped) {
    impl_->take_overlapped(audio);
  } else {
    impl_->take(audio);
  }
  impl_->finish(static_cast<double>(audio.samples_read()) / audio::kSampleRate);
}

bool Tokenizer::full() const {
  return impl_->stretches->full();
}

void Tokenizer::begin(const std::string& key) {
  if (impl_->options.renderings > 1)
    throw Error("", "pushed samples cannot have several renderings");
  impl_->start(key);
  impl_->pushed = true;
}

std::vector<LiveToken> Tokenizer::push(Span<const float> samples) {
  if (!impl_->pushed) throw Error("", "samples were pushed before a recording was begun");
  std::vector<float> pcm(samples.begin(), samples.end());
  std::transform(pcm.begin(), pcm.end(), pcm.begin(), audio::sane);
  impl_->hear(pcm, impl_->sink);
  impl_->pushed_samples += static_cast<std::int64_t>(samples.size());
  std::vector<LiveToken> result;
  if (impl_->windowed()) return result;
  const std::vector<Segment>& settled = impl_->stretches->settled();
  for (std::size_t i = impl_->told; i < settled.size(); ++i)
    result.push_back({settled[i].token, start_ms(settled[i].first_frame)});
  impl_->told = settled.size();
  return result;
}

std::vector<tokens::Record> Tokenizer::take_windows() {
  if (!impl_->pushed || !impl_->windowed()) return {};
  const StretchStrings strings = impl_->stretches->take_strings();
  std::vector<tokens::Record> records = impl_->make_records(impl_->current, strings);
  impl_->current.taken += static_cast<std::int64_t>(strings.size());
  return records;
}

double Tokenizer::latency() const {
  if (impl_->options.kind == TokenizerKind::dpvq) return 0;
  // A frame can be encoded once the features around it are available, and is encoded with the last
  // frame of its chunk.
  const std::int64_t chunk = impl_->options.live ? kLiveFrames : kChunkFrames;
  const std::int64_t encoded = chunk + impl_->model.encoder().context() + 1;
  return static_cast<double>(encoded + impl_->stretches->delay()) / kFramesPerSecond;
}

std::vector<TokenizedRecording> Tokenizer::finish() {
  if (std::exchange(impl_->pushed, false)) {
    impl_->hear_end(impl_->sink);
    impl_->finish(static_cast<double>(impl_->pushed_samples) / audio::kSampleRate);
  }
  const std::vector<Impl::Recording> recordings = std::exchange(impl_->finished, {});
  const std::vector<StretchStrings> strings = impl_->stretches->strings();
  std::vector<TokenizedRecording> result;
  const auto renderings = static_cast<std::size_t>(impl_->options.renderings);
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    if (i % renderings == 0) result.push_back({recordings[i].seconds, {}});
    for (tokens::Record& record : impl_->make_records(recordings[i], strings[i]))
      result.back().records.push_back(std::move(record));
  }
  return result;
}

}  // namespace pairalign::model
