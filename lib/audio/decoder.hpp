// Audio files of any kind as a stream of 16 kHz mono samples.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/span.hpp"

namespace pairalign::audio {

/// The one rate at which everything in this library works.
inline constexpr int kSampleRate = 16000;

/// A recording that is cut short or damaged.
class Incomplete : public Error {
 public:
  using Error::Error;
};

struct DecoderOptions {
  /// 1 is the first; 0: the mean of all, in which channels that would cancel one another are
  /// inverted (mixer.hpp).
  int channel = 0;
  /// The part to read, in seconds; without an end up to that of the recording.
  double start_s = 0;
  std::optional<double> end_s;
  /// What can be read of a recording that is damaged or cut short is all that is read of it, and
  /// `fault()` says so; without this an Error does.
  bool partial = false;
  /// Path of the program ffmpeg, for the formats that the linked libraries have not; empty: none.
  std::string ffmpeg;
  /// Path of a program that is called with the path of the file, which is its standard input too,
  /// and writes audio of any kind that is read here to its standard output; empty: none.
  std::string preprocessor;
};

/// Streams whatever the readers of reader.hpp read, mixed down to mono and resampled to 16 kHz
/// (soxr, high quality), in bounded memory. Samples are floats, full scale ±1; NaN and infinities
/// become 0. All parts of a chained or joined file are read, one after the other.
class Decoder {
 public:
  /// Throws Error(path, reason): not there, a folder, no audio, a format that nobody here knows, or
  /// headerless samples, whose rate nobody can tell.
  explicit Decoder(const std::string& path, const DecoderOptions& options = {});

  /// Audio bytes from an open descriptor (not closed here), from its position on. What comes
  /// through a pipe in WAV, MP3 or Ogg is read as it comes; other formats wait for its end. `name`
  /// is the subject of errors.
  static Decoder from_descriptor(int fd, const std::string& name,
                                 const DecoderOptions& options = {});

  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  /// Fills at most `out.size()` samples and returns how many, fewer only at the end, or where the
  /// next ones of a pipe are not there yet; 0 at the end, and from then on. Throws Error(name,
  /// reason) when reading fails, and Incomplete instead of returning 0 when audio is missing.
  std::size_t read(Span<float> out);

  /// 16 kHz samples delivered so far.
  std::int64_t samples_read() const;

  /// Channels of the recording, of its first part where they differ.
  int channels() const;
  /// What reads it, as `libsndfile-1.2.0`.
  std::string library() const;
  /// Behind the end: what was passed over or put right and costs no audio.
  std::vector<std::string> remarks() const;
  /// Behind the end, with `partial`: what was not read, and why; empty: nothing.
  const std::string& fault() const;

 private:
  struct Impl;
  explicit Decoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A whole file at once.
std::vector<float> decode_file(const std::string& path, const DecoderOptions& options = {});

}  // namespace pairalign::audio
