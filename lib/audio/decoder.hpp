// Audio files of any kind as a stream of 16 kHz mono samples.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/span.hpp"

namespace pairalign::audio {

/// The sample rate used throughout this library.
inline constexpr int kSampleRate = 16000;

/// A sample as all audio is read: NaN and infinities become 0, values beyond +100 dB, which are
/// damage, are clipped there.
inline float sane(float value) {
  constexpr float kMaxSample = 1e5F;
  return std::isfinite(value) ? std::clamp(value, -kMaxSample, kMaxSample) : 0;
}

/// A recording that is cut short or damaged.
class Incomplete : public Error {
 public:
  using Error::Error;
};

struct DecoderOptions {
  /// 1 is the first; 0: the mean of all, where channels that would cancel others are inverted
  /// (see Mixer in decoder.cpp).
  int channel = 0;
  /// The part to read, in seconds; without an end, to the end of the recording.
  double start_s = 0;
  std::optional<double> end_s;
  /// Whether to deliver what can be read of a recording that is damaged or cut short, and report
  /// the damage in `fault()`; otherwise an Error is thrown.
  bool partial = false;
  /// Path of the ffmpeg program, for formats that the linked libraries do not read; empty: none.
  std::string ffmpeg;
  /// Path of a program that is called with the path of the file, which is also its standard input,
  /// and writes audio of any format that is read here to its standard output; empty: none.
  std::string preprocessor;
  /// Folder for what arrives through a pipe, or from that program.
  std::string scratch = "/tmp";
};

/// Streams what the readers of reader.hpp read, mixed down to mono and resampled to 16 kHz (soxr,
/// high quality), in bounded memory. Samples are floats, full scale ±1; NaN and infinities become
/// 0. All parts of a chained or joined file are read, one after the other.
class Decoder {
 public:
  /// Throws Error(path, reason) if the file does not exist, is a folder, holds no audio, has an
  /// unknown format, or consists of headerless samples, whose rate is not known.
  explicit Decoder(const std::string& path, const DecoderOptions& options = {});

  /// Decodes from an open descriptor (not closed here), from its position on. WAV, MP3 and Ogg from
  /// a pipe are decoded as they arrive; other formats wait for its end. `name` is the subject of
  /// errors.
  static Decoder from_descriptor(int fd, const std::string& name,
                                 const DecoderOptions& options = {});

  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  /// Delivers at most `out.size()` samples and returns how many, fewer only at the end or when a
  /// pipe has no more yet; 0 at the end, and from then on. Throws Error(name, reason) when reading
  /// fails, and Incomplete instead of returning 0 when audio is missing.
  std::size_t read(Span<float> out);

  /// 16 kHz samples delivered so far.
  std::int64_t samples_read() const;

  /// Channels of the recording; of its first part if they differ.
  int channels() const;
  /// The library that decodes, e.g. `libsndfile-1.2.0`.
  std::string library() const;
  /// At the end: what was skipped or corrected without loss of audio.
  std::vector<std::string> remarks() const;
  /// At the end, with `partial`: what was not read, and why; empty: nothing.
  const std::string& fault() const;

 private:
  struct Impl;
  explicit Decoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A whole file at once.
std::vector<float> decode_file(const std::string& path, const DecoderOptions& options = {});

}  // namespace pairalign::audio
