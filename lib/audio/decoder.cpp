#include "audio/decoder.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <soxr.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/container.hpp"
#include "audio/sound_file.hpp"
#include "audio/temporary_file.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace pairalign::audio {
namespace {

constexpr int kMostChannels = 64;
constexpr int kLowestRate = 1000;
constexpr int kHighestRate = 1000000;
constexpr std::size_t kBlockFrames = 8192;
constexpr float kLoudest = 1e5F;  // +100 dB: what is beyond is damage, and would overflow later

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

// The whole of a pipe, so that libsndfile can seek in it.
TemporaryFile spool(int fd, const std::string& name) {
  TemporaryFile file;
  std::vector<char> block(1 << 16);
  for (;;) {
    const ssize_t n = ::read(fd, block.data(), block.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      throw errno_error(name, "cannot read");
    }
    if (n == 0) break;
    file.append(block.data(), static_cast<std::size_t>(n));
  }
  if (::lseek(file.descriptor(), 0, SEEK_SET) < 0) throw errno_error(name, "cannot rewind");
  return file;
}

Descriptor open_for_reading(const std::string& path) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) throw errno_error(path, "cannot open");
  return fd;
}

// NaN and infinities become 0; the mean of `channels` interleaved samples per frame.
void mix_down(const float* interleaved, std::size_t frames, int channels, float* mono) {
  const float weight = 1.0F / static_cast<float>(channels);
  for (std::size_t i = 0; i < frames; ++i) {
    float sum = 0;
    for (int c = 0; c < channels; ++c) {
      const float value = *interleaved++;
      if (std::isfinite(value)) sum += std::clamp(value, -kLoudest, kLoudest);
    }
    mono[i] = sum * weight;
  }
}

}  // namespace

struct Decoder::Impl {
  std::string name;
  std::optional<SoundFile> sound;
  std::string length_fault;        // thrown when the samples have run out
  std::int64_t frames_read = 0;    // of the file, at its own rate
  std::vector<float> interleaved;  // a block of the file
  std::string read_error;          // empty: none
  bool source_ended = false;

  Resampler resampler;         // none at 16 kHz
  std::vector<float> mono;     // a block before resampling
  std::size_t mono_begin = 0;  // [begin, end) of it is not consumed yet
  std::size_t mono_end = 0;
  std::int64_t samples_read = 0;  // at 16 kHz

  explicit Impl(std::string subject) : name(std::move(subject)) {}

  void open(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) throw errno_error(name, "cannot read");
    if (S_ISDIR(status.st_mode)) throw Error(name, "is a directory");
    if (S_ISREG(status.st_mode)) {
      open_file(fd, status.st_size);
    } else {
      const TemporaryFile copy = spool(fd, name);
      open_file(copy.descriptor(), static_cast<std::int64_t>(copy.size()));
    }
  }

  // The part of a regular file from its position on; `fd` is not needed afterwards.
  void open_file(int fd, std::int64_t size) {
    const std::int64_t start = ::lseek(fd, 0, SEEK_CUR);
    if (size <= start) throw Error(name, "is empty");
    const SF_INFO& info = sound.emplace(ByteRange(fd, start, size, name), name).info();
    if (info.channels < 1 || info.channels > kMostChannels) {
      throw Error(name, fmt::format("has {} channels (at most {} are accepted)", info.channels,
                                    kMostChannels));
    }
    if (info.samplerate < kLowestRate || info.samplerate > kHighestRate) {
      throw Error(name, fmt::format("has a sample rate of {} Hz (accepted: {} to {})",
                                    info.samplerate, kLowestRate, kHighestRate));
    }
    length_fault = fault_of_length(sound->bytes(), name);
    interleaved.resize(kBlockFrames * static_cast<std::size_t>(info.channels));
    if (info.samplerate != kSampleRate) {
      resampler = make_resampler(info.samplerate, name);
      mono.resize(kBlockFrames);
    }
  }

  // Called when libsndfile delivers no more: is that where the file promised to end?
  void check_end() const {
    if (!read_error.empty()) {
      throw Error(name, fmt::format("damaged or cut short after {:.2f} s: {}", seconds(frames_read),
                                    read_error));
    }
    if (!length_fault.empty()) throw Error(name, length_fault);
    const SF_INFO& info = sound->info();
    const int container = info.format & SF_FORMAT_TYPEMASK;
    if (info.frames == SF_COUNT_MAX) {
      // libsndfile finds the length of an Ogg stream on its last page, unless that is not whole.
      if (container == SF_FORMAT_OGG) {
        throw Error(name, fmt::format("cut short in the middle of an Ogg page, after {:.2f} s",
                                      seconds(frames_read)));
      }
    } else if (frames_read < info.frames && container != SF_FORMAT_MPEG) {
      // An MPEG file has no length, only libsndfile's guess.
      throw Error(name, fmt::format("damaged or cut short: ends after {:.2f} s of {:.2f} s",
                                    seconds(frames_read), seconds(info.frames)));
    }
  }

  double seconds(std::int64_t frames) const {
    return static_cast<double>(frames) / sound->info().samplerate;
  }

  std::size_t end_source() {
    source_ended = true;
    check_end();
    return 0;
  }

  // At most a block of mono samples at the rate of the file; 0 at its end.
  std::size_t read_source(Span<float> out) {
    if (source_ended) return 0;
    if (!read_error.empty()) return end_source();
    const std::size_t wanted = std::min<std::size_t>(out.size(), kBlockFrames);
    const std::int64_t n = sound->read(interleaved.data(), static_cast<std::int64_t>(wanted));
    read_error = sound->error();  // the next call would forget it
    if (n <= 0) return end_source();
    frames_read += n;
    mix_down(interleaved.data(), static_cast<std::size_t>(n), sound->info().channels, out.data());
    return static_cast<std::size_t>(n);
  }

  // Like read_source, at 16 kHz: 0 once the file has ended and the filter is drained.
  std::size_t read_resampled(Span<float> out) {
    for (;;) {
      if (mono_begin == mono_end) {
        mono_begin = 0;
        mono_end = read_source(mono);
      }
      const bool drain = mono_begin == mono_end;
      std::size_t taken = 0, produced = 0;
      const soxr_error_t error =
          soxr_process(resampler.get(), drain ? nullptr : mono.data() + mono_begin,
                       mono_end - mono_begin, &taken, out.data(), out.size(), &produced);
      if (error != nullptr) throw Error(name, fmt::format("cannot resample: {}", error));
      mono_begin += taken;
      if (produced > 0 || drain) return produced;
    }
  }

  std::size_t read(Span<float> out) {
    std::size_t filled = 0;
    while (filled < out.size()) {
      const Span<float> rest = out.subspan(filled);
      const std::size_t n = resampler ? read_resampled(rest) : read_source(rest);
      if (n == 0) break;
      filled += n;
    }
    samples_read += static_cast<std::int64_t>(filled);
    return filled;
  }
};

Decoder::Decoder(const std::string& path) : impl_(std::make_unique<Impl>(path)) {
  impl_->open(open_for_reading(path).get());
}

Decoder Decoder::from_descriptor(int fd, const std::string& name) {
  auto impl = std::make_unique<Impl>(name);
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

std::vector<float> decode_file(const std::string& path) {
  constexpr std::size_t kGrowth = 1 << 16;
  Decoder decoder(path);
  std::vector<float> pcm;
  for (;;) {
    const std::size_t before = pcm.size();
    pcm.resize(before + kGrowth);
    const std::size_t n = decoder.read(Span<float>(pcm).subspan(before));
    pcm.resize(before + n);
    if (n == 0) return pcm;
  }
}

}  // namespace pairalign::audio
