#include <algorithm>
#include <cmath>
#include <memory>
#include <new>

#include <ebur128.h>
#include <fmt/format.h>

#include "audio/reader.hpp"
#include "base/error.hpp"
#include "stats/audio/figures.hpp"
#include "stats/audio/meters.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kBlockFrames = 8192;
constexpr float kLoudest = 1e5F;  // +100 dB: anything louder is damage, and would overflow

/// Integrated loudness by ITU-R BS.1770-4 and EBU R 128. There is none if the recording is shorter
/// than the 400 ms of one block of the standard, or quieter than its gate of -70 LUFS throughout.
class LoudnessMeter : public Meter {
 public:
  explicit LoudnessMeter(const SourceInfo& source)
      // In histogram mode, memory does not grow with the recording.
      : state_(ebur128_init(static_cast<unsigned>(source.channels),
                            static_cast<unsigned long>(source.sample_rate),
                            EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM)) {
    if (state_ == nullptr) throw std::bad_alloc();
  }

  void add(const Block& block) override {
    if (ebur128_add_frames_float(state_.get(), block.interleaved.data(), block.frames()) !=
        EBUR128_SUCCESS) {
      throw std::bad_alloc();
    }
  }

  void finish(AudioFigures& figures) override {
    double loudness = 0;
    if (ebur128_loudness_global(state_.get(), &loudness) != EBUR128_SUCCESS) return;
    if (std::isfinite(loudness)) figures.loudness = loudness;
  }

 private:
  struct Destroy {
    void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
  };
  std::unique_ptr<ebur128_state, Destroy> state_;
};

/// Every measurement that looks at samples.
class Meters {
 public:
  explicit Meters(const SourceInfo& source)
      : sample_rate_(source.sample_rate),
        channels_(static_cast<std::size_t>(source.channels)),
        interleaved_(kBlockFrames * channels_),
        apart_(channels_ > 1 ? interleaved_.size() : 0),
        meters_{level_meter(source), std::make_unique<LoudnessMeter>(source),
                true_peak_meter(source), silence_meter(source), spectrum_meter(source)} {}

  /// Room for kBlockFrames frames, interleaved.
  float* buffer() { return interleaved_.data(); }

  /// Measures what was written into the buffer.
  void add(std::int64_t frames) {
    frames_ += frames;
    const Block block = make_block(static_cast<std::size_t>(frames));
    for (const auto& meter : meters_)
      meter->add(block);
  }

  double seconds() const { return static_cast<double>(frames_) / sample_rate_; }

  void finish(AudioFigures& figures) {
    figures.seconds = seconds();
    figures.not_finite = static_cast<double>(not_finite_);
    if (frames_ == 0) return;
    for (const auto& meter : meters_)
      meter->finish(figures);
  }

 private:
  Block make_block(std::size_t frames) {
    const Span<float> samples(interleaved_.data(), frames * channels_);
    make_finite(samples);
    if (channels_ == 1) return {samples, {samples}};
    Block block{samples, {}};
    for (std::size_t c = 0; c < channels_; ++c) {
      float* row = apart_.data() + c * kBlockFrames;
      for (std::size_t i = 0; i < frames; ++i)
        row[i] = interleaved_[i * channels_ + c];
      block.channels.emplace_back(row, frames);
    }
    return block;
  }

  void make_finite(Span<float> samples) {
    for (float& value : samples) {
      if (std::fabs(value) <= kLoudest) continue;
      not_finite_ += !std::isfinite(value);
      value = std::isfinite(value) ? std::clamp(value, -kLoudest, kLoudest) : 0.0F;
    }
  }

  int sample_rate_;
  std::size_t channels_;
  std::vector<float> interleaved_;
  std::vector<float> apart_;
  std::int64_t frames_ = 0;
  std::int64_t not_finite_ = 0;
  const std::unique_ptr<Meter> meters_[5];
};

std::unique_ptr<audio::Reader> open(int fd, const std::string& name, const MeasureOptions& options,
                                    SourceInfo& source) {
  const audio::ByteRange bytes = audio::ByteRange::of_descriptor(fd, name, options.scratch);
  const std::int64_t size = bytes.is_stream() ? 0 : bytes.size();
  source.bytes = size;
  if (!bytes.is_stream() && size == 0) throw Error(name, "is empty");
  std::unique_ptr<audio::Reader> reader = audio::open_reader(bytes, options.ffmpeg);
  const auto [rate, channels] = reader->format();
  const auto [container, codec, bits, frames, about_seconds] = reader->coding();
  audio::check({rate, channels}, name);
  source = {container, codec, rate, channels, bits, frames, size, about_seconds};
  return reader;
}

// Feeds the whole recording to `meters`. A part in another format cannot be measured with the
// others. Returns the number of parts.
int measure_samples(audio::Reader& reader, const SourceInfo& source, Meters& meters) {
  int parts = 0;
  do {
    ++parts;
    const auto [rate, channels] = reader.format();
    if (rate != source.sample_rate || channels != source.channels) {
      throw Error("", fmt::format("measured only up to {:.2f} s, where a part of {} Hz and {} "
                                  "channels begins",
                                  meters.seconds(), rate, channels));
    }
    for (std::int64_t n = 0; (n = reader.read(meters.buffer(), kBlockFrames)) > 0;)
      meters.add(n);
  } while (reader.next_part());
  if (!reader.faults().empty()) {
    throw Error("", fmt::format("{}", fmt::join(reader.faults(), "; ")));
  }
  return parts;
}

}  // namespace

AudioFigures measure(int fd, const std::string& name, const MeasureOptions& options) {
  AudioFigures figures;
  const SourceInfo& source = figures.source;
  std::unique_ptr<audio::Reader> reader;
  try {
    reader = open(fd, name, options, figures.source);
  } catch (const Error& error) {
    figures.fault = error.reason();
    return figures;
  }
  if (source.frames >= 0) {
    figures.header_seconds = static_cast<double>(source.frames) / source.sample_rate;
  }
  figures.seconds = figures.header_seconds ? figures.header_seconds : source.about_seconds;
  if (options.quick) return figures;
  Meters meters(source);
  try {
    // The header of one part does not tell the length of all.
    if (measure_samples(*reader, source, meters) > 1) figures.header_seconds.reset();
  } catch (const Error& error) {
    figures.fault = error.reason();
  }
  figures.remarks = reader->remarks();
  meters.finish(figures);
  return figures;
}

}  // namespace pairalign::stats
