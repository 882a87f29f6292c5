// The frames of an audio file at its own rate and with its own channels. The measurements use the
// readers of lib/audio only through this.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/span.hpp"

namespace pairalign::stats {

/// What the header of a file says.
struct SourceInfo {
  std::string container;  ///< wav, flac, ogg, mpeg, ...
  std::string codec;      ///< pcm_s16, pcm_f32, flac, vorbis, opus, mp3, ...
  int sample_rate = 0;    ///< Hz
  int channels = 0;
  int bits = 0;              ///< of a sample; 0 if the codec has none (mp3, opus, ...)
  std::int64_t frames = -1;  ///< as the header says; -1 if it does not
  std::int64_t bytes = 0;    ///< of the whole file
};

class FrameSource {
 public:
  /// `ffmpeg`: path of that program, for formats that the linked libraries lack; empty: none.
  /// Throws Error(path, reason), as audio::Decoder does.
  explicit FrameSource(const std::string& path, const std::string& ffmpeg = {});
  /// Audio bytes from an open descriptor (not closed here); `name` is the subject of errors.
  static FrameSource from_descriptor(int fd, const std::string& name,
                                     const std::string& ffmpeg = {});
  ~FrameSource();
  FrameSource& operator=(FrameSource&&) noexcept;
  FrameSource(FrameSource&&) noexcept;

  const SourceInfo& info() const;
  /// Fills whole frames of `interleaved` and returns how many; 0 at the end. Throws Error(path,
  /// reason) there if the file is damaged or truncated; the frames before that are delivered.
  std::size_t read(Span<float> interleaved);

 private:
  struct Impl;
  explicit FrameSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pairalign::stats
