#include "audio/decoder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <soxr.h>

#include "audio/child_process.hpp"
#include "audio/reader.hpp"
#include "base/descriptor.hpp"

namespace pairalign::audio {
namespace {

// Frames that are mixed at once.
constexpr std::size_t kBlock = 2048;

// Weight of the energy before the current block.
constexpr double kMemory = 0.98;
// The mean of two equal channels keeps all of their energy, that of two uncorrelated ones half;
// less than this is cancellation, which ends at more than twice this.
constexpr double kCancelled = 0.1;
constexpr double kMuchLouder = 10;
// Less than this in a single block is such clear cancellation that no further blocks are needed.
constexpr double kGone = 0.01;

// Takes one channel, or the mean of all. The mean of a channel and its inverse, as from a balanced
// line plugged into a stereo input, is silence: a channel whose sum with another, the reference,
// would cancel nearly all of both is therefore inverted before the mean is taken. Cancellation is
// detected in blocks of fixed length with a memory of some seconds, or none if a block alone is
// beyond doubt (a plug that was pulled and put in again), so the result does not depend on the
// sizes of reads; recordings that do not cancel give the plain mean, bit for bit.
class Mixer {
 public:
  // `channel`: 1 is the first; 0: the mean.
  Mixer(int channels, int channel)
      : channels_(static_cast<std::size_t>(channels)),
        channel_(channel),
        weight_(1.0F / static_cast<float>(channels)),
        signs_(channels_, 1.0F),
        sums_{std::vector<double>(channels_), std::vector<double>(channels_)} {}

  // `frames` is kBlock except at the end of the recording.
  void mix(const float* interleaved, std::size_t frames, float* mono) {
    if (channel_ > 0) {
      for (std::size_t i = 0; i < frames; ++i)
        mono[i] = sane(interleaved[i * channels_ + static_cast<std::size_t>(channel_ - 1)]);
      return;
    }
    if (channels_ > 1) look_for_inverted(interleaved, frames);
    for (std::size_t i = 0; i < frames; ++i) {
      float sum = 0;
      for (std::size_t c = 0; c < channels_; ++c)
        sum += signs_[c] * sane(*interleaved++);
      mono[i] = sum * weight_;
    }
  }

  // Whether a channel has ever been inverted.
  bool has_inverted() const { return has_inverted_; }

 private:
  struct Sums {
    std::vector<double> energy;   // of each channel
    std::vector<double> product;  // of each channel with the reference
  };

  void look_for_inverted(const float* interleaved, std::size_t frames) {
    Sums block{std::vector<double>(channels_), std::vector<double>(channels_)};
    for (std::size_t i = 0; i < frames; ++i, interleaved += channels_) {
      const double reference = sane(interleaved[reference_]);
      for (std::size_t c = 0; c < channels_; ++c) {
        const double value = sane(interleaved[c]);
        block.energy[c] += value * value;
        block.product[c] += value * reference;
      }
    }
    bool turned = false;  // a channel, in this block
    for (std::size_t c = 0; c < channels_; ++c) {
      turned = turned || kept(block, c, signs_[c] * signs_[reference_]) < kGone;
    }
    const double memory = turned ? 0 : kMemory;
    for (std::size_t c = 0; c < channels_; ++c) {
      sums_.energy[c] = memory * sums_.energy[c] + block.energy[c];
      sums_.product[c] = memory * sums_.product[c] + block.product[c];
    }
    for (std::size_t c = 0; c < channels_; ++c) {
      const double part = kept(sums_, c, 1);
      if (part < kCancelled) signs_[c] = -signs_[reference_];
      if (part > 2 * kCancelled) signs_[c] = signs_[reference_];
      has_inverted_ = has_inverted_ || signs_[c] < 0;
    }
    choose_reference();
  }

  // The part of the energy of a channel and the reference that is left in their mean. With energies
  // a and b, and p the sum of products, the mean has (a + 2 p + b) / 4. NaN in silence, which
  // compares as neither less nor greater: nothing changes.
  double kept(const Sums& sums, std::size_t channel, float sign) const {
    const double sum = sums.energy[channel] + sums.energy[reference_];
    return (sum + 2 * sign * sums.product[channel]) / (2 * sum);
  }

  // Chooses a channel that is much louder than the current reference: a silent one is no reference.
  void choose_reference() {
    const std::vector<double>& energy = sums_.energy;
    const auto loudest =
        static_cast<std::size_t>(std::max_element(energy.begin(), energy.end()) - energy.begin());
    if (energy[loudest] <= kMuchLouder * energy[reference_]) return;
    reference_ = loudest;
    sums_ = {std::vector<double>(channels_), std::vector<double>(channels_)};
  }

  std::size_t channels_;
  int channel_;
  float weight_;
  std::vector<float> signs_;  // of each channel
  Sums sums_;
  std::size_t reference_ = 0;
  bool has_inverted_ = false;
};

struct DeleteResampler {
  void operator()(soxr_t resampler) const { soxr_delete(resampler); }
};
using Resampler = std::unique_ptr<std::remove_pointer_t<soxr_t>, DeleteResampler>;

Resampler make_resampler(int rate, const std::string& name) {
  soxr_error_t error = nullptr;
  const soxr_io_spec_t samples = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  const soxr_runtime_spec_t one_thread = soxr_runtime_spec(1);
  Resampler resampler(soxr_create(rate, kSampleRate, 1, &error, &samples, &quality, &one_thread));
  if (error != nullptr) {
    throw Error(name, fmt::format("cannot resample from {} Hz: {}", rate, error));
  }
  return resampler;
}

}  // namespace

struct Decoder::Impl {
  std::string name;
  DecoderOptions options;
  std::shared_ptr<ChildProcess> preprocessor;  // whose output is read in place of the file
  std::unique_ptr<Reader> reader;
  SampleFormat first_format;
  bool live = false;     // read from a pipe
  bool ended = false;    // all that is wanted was read
  bool checked = false;  // missing audio was reported
  std::string fault;
  std::vector<std::string> remarks;

  // The current part of the recording.
  SampleFormat format;
  double earlier_parts_s = 0;
  std::int64_t frames_read = 0;  // of the part, including skipped ones
  std::optional<Mixer> mixer;
  std::vector<float> interleaved;  // a block of the part, filled so far
  std::size_t interleaved_frames = 0;
  bool part_ended = false;

  Resampler resampler;         // none at 16 kHz
  bool drained = false;        // the resampler at the end of the part
  std::vector<float> mono;     // a block before resampling
  std::size_t mono_begin = 0;  // [begin, end) of it is not consumed yet
  std::size_t mono_end = 0;
  std::int64_t samples_read = 0;  // at 16 kHz

  Impl(std::string subject, DecoderOptions how)
      : name(std::move(subject)), options(std::move(how)) {}

  void open(int fd) {
    ByteRange bytes = ByteRange::of_descriptor(fd, name, options.scratch);
    if (!options.preprocessor.empty()) {
      preprocessor =
          std::make_shared<ChildProcess>(std::vector<std::string>{options.preprocessor, name}, fd);
      bytes = ByteRange::of_stream(
          [child = preprocessor](void* out, std::size_t size) { return child->read(out, size); },
          name, options.scratch);
    }
    live = bytes.is_stream();
    char first = 0;
    if (bytes.read_some(0, &first, 1) == 0) {
      if (preprocessor) check_preprocessor();
      throw Error(name, preprocessor ? "its preprocessor wrote nothing" : "is empty");
    }
    reader = open_reader(bytes, options.ffmpeg);
    first_format = reader->format();
    begin_part();
  }

  // Throws Error(name, reason) if the program failed, since it may not have written everything.
  void check_preprocessor() const {
    std::vector<char> rest(1 << 16);  // what no reader wanted, e.g. tags after a WAV file
    while (preprocessor->read(rest.data(), rest.size()) > 0) {
    }
    const int status = preprocessor->wait();
    if (status == 0) return;
    std::string message = preprocessor->messages();
    message.erase(0, message.find_first_not_of('\n'));
    message = message.substr(0, message.find('\n'));
    const std::string& program = options.preprocessor;
    throw Error(name,
                fmt::format("{} failed with status {}{}{}", program.substr(program.rfind('/') + 1),
                            status, message.empty() ? "" : ": ", message));
  }

  void begin_part() {
    format = reader->format();
    check(format, name);
    if (options.channel > format.channels) {
      throw Error(name, fmt::format("has {} channel{}, and no channel {}", format.channels,
                                    format.channels == 1 ? "" : "s", options.channel));
    }
    mixer.emplace(format.channels, options.channel);
    interleaved.resize(kBlock * static_cast<std::size_t>(format.channels));
    interleaved_frames = 0;
    frames_read = 0;
    part_ended = false;
    resampler.reset();
    drained = false;
    mono.resize(kBlock);
    mono_begin = mono_end = 0;
    if (format.rate != kSampleRate) resampler = make_resampler(format.rate, name);
  }

  double position_s() const {
    return earlier_parts_s + static_cast<double>(frames_read) / format.rate;
  }

  // The frame of the current part at `seconds` of the recording.
  std::int64_t frame_at(double seconds) const {
    return std::llround((seconds - earlier_parts_s) * format.rate);
  }

  // Unless some are left, reads a block of the part, up to the end of what is wanted, and mixes it
  // into `mono`; shorter than a block only at the end of the part, nothing past it.
  void fill_mono() {
    if (mono_begin < mono_end) return;
    const auto channels = static_cast<std::size_t>(format.channels);
    const std::int64_t first = frame_at(options.start_s);
    const std::int64_t end =
        options.end_s ? frame_at(*options.end_s) : std::numeric_limits<std::int64_t>::max();
    while (interleaved_frames < kBlock && !part_ended) {
      const auto room = static_cast<std::int64_t>(kBlock - interleaved_frames);
      const bool pass_over = frames_read < first;
      const std::int64_t wanted =
          std::min({room, end - frames_read, pass_over ? first - frames_read : room});
      const std::int64_t n =
          wanted > 0 ? reader->read(interleaved.data() + interleaved_frames * channels, wanted) : 0;
      part_ended = n <= 0;
      frames_read += n;
      if (!pass_over) interleaved_frames += static_cast<std::size_t>(n);
    }
    mixer->mix(interleaved.data(), interleaved_frames, mono.data());
    mono_begin = 0;
    mono_end = std::exchange(interleaved_frames, 0);
  }

  // 0 once the part has ended and the filter is drained.
  std::size_t read_resampled(Span<float> out) {
    while (!drained) {
      fill_mono();
      const bool drain = mono_begin == mono_end;
      std::size_t taken = 0, produced = 0;
      const soxr_error_t error =
          soxr_process(resampler.get(), drain ? nullptr : mono.data() + mono_begin,
                       mono_end - mono_begin, &taken, out.data(), out.size(), &produced);
      if (error != nullptr) throw Error(name, fmt::format("cannot resample: {}", error));
      mono_begin += taken;
      if (produced > 0) return produced;
      drained = drain;
    }
    return 0;
  }

  std::size_t read_plain(Span<float> out) {
    fill_mono();
    const std::size_t n = std::min(out.size(), mono_end - mono_begin);
    std::copy_n(mono.begin() + static_cast<std::ptrdiff_t>(mono_begin), n, out.begin());
    mono_begin += n;
    return n;
  }

  bool next_part() {
    if (mixer->has_inverted()) {
      remarks.push_back(
          "has channels that are inverted copies of one another; they were flipped before mixing");
    }
    const double end_s = position_s();
    if (options.end_s && end_s + 0.5 / format.rate >= *options.end_s) return false;
    if (!reader->next_part()) return false;
    earlier_parts_s = end_s;
    begin_part();
    return true;
  }

  std::size_t read(Span<float> out) {
    std::size_t filled = 0;
    try {
      while (filled < out.size() && !ended) {
        const Span<float> rest = out.subspan(filled);
        const std::size_t n = resampler ? read_resampled(rest) : read_plain(rest);
        filled += n;
        if (n == 0) ended = !next_part();
        if (live && filled > 0) break;
      }
      if (ended && filled == 0) end();
    } catch (const Error& error) {
      ended = checked = true;
      if (!options.partial || samples_read + static_cast<std::int64_t>(filled) == 0) throw;
      if (fault.empty()) fault = error.reason();
    }
    samples_read += static_cast<std::int64_t>(filled);
    return filled;
  }

  // After the last sample: throws if audio is missing.
  void end() {
    if (std::exchange(checked, true)) return;
    remarks.insert(remarks.end(), reader->remarks().begin(), reader->remarks().end());
    for (const std::string& text : reader->faults())
      fault += (fault.empty() ? "" : "; ") + text;
    if (preprocessor && !options.end_s) check_preprocessor();
    if (!fault.empty()) throw Incomplete(name, fault);
    if (samples_read == 0 && options.start_s > 0) {
      throw Error(name, fmt::format("ends after {:.2f} s, before the part that begins at {:.2f} s",
                                    position_s(), options.start_s));
    }
  }
};

Decoder::Decoder(const std::string& path, const DecoderOptions& options)
    : impl_(std::make_unique<Impl>(path, options)) {
  impl_->open(open_for_reading(path).get());
}

Decoder Decoder::from_descriptor(int fd, const std::string& name, const DecoderOptions& options) {
  auto impl = std::make_unique<Impl>(name, options);
  impl->open(fd);
  return Decoder(std::move(impl));
}

Decoder::Decoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

std::size_t Decoder::read(Span<float> out) {
  return impl_->read(out);
}

std::int64_t Decoder::samples_read() const {
  return impl_->samples_read;
}

int Decoder::channels() const {
  return impl_->first_format.channels;
}

std::string Decoder::library() const {
  return impl_->reader->library();
}

std::vector<std::string> Decoder::remarks() const {
  return impl_->remarks;
}

const std::string& Decoder::fault() const {
  return impl_->fault;
}

std::vector<float> decode_file(const std::string& path, const DecoderOptions& options) {
  Decoder decoder(path, options);
  std::vector<float> pcm, block(1 << 16);
  while (const std::size_t n = decoder.read(block))
    pcm.insert(pcm.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(n));
  return pcm;
}

}  // namespace pairalign::audio
