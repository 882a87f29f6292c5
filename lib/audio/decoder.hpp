// Audio files of any kind as a stream of 16 kHz mono samples.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/span.hpp"

namespace pairalign::audio {

/// The one rate at which everything in this library works.
inline constexpr int kSampleRate = 16000;

/// Streams whatever libsndfile reads, mixed down to mono (mean of the channels) and resampled to
/// 16 kHz (soxr, high quality), in bounded memory. Samples are floats, full scale ±1; NaN and
/// infinities become 0. A file that ends before its header says is an Error at that point of
/// `read`.
class Decoder {
 public:
  /// Throws Error(path, reason): not there, a folder, no audio, a format libsndfile does not know,
  /// or headerless RAW, whose rate nobody can tell.
  explicit Decoder(const std::string& path);

  /// Audio bytes from an open descriptor (not closed here), from its position on; copied to a
  /// temporary file first when it cannot seek, as a pipe cannot. `name` is the subject of errors.
  static Decoder from_descriptor(int fd, const std::string& name);

  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  /// Fills at most `out.size()` samples and returns how many; 0 at the end, and from then on.
  std::size_t read(Span<float> out);

  /// 16 kHz samples delivered so far.
  std::int64_t samples_read() const;

 private:
  struct Impl;
  explicit Decoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A whole file at once.
std::vector<float> decode_file(const std::string& path);

}  // namespace pairalign::audio
