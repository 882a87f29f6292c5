// Readers of audio files and streams: one for each library, behind one interface.
//
//   what                                            read by          in
//   WAV, RF64, FLAC, AIFF, AU, W64, CAF, VOC, …     libsndfile       sound_file.cpp
//   WAV that is unfinished, of several parts,       libsndfile, as   wav_file.cpp
//     or comes from a pipe; BW64                    raw samples
//   MP3, MP2, also within WAV                       libmpg123        mpeg_audio.cpp
//   Opus and Vorbis in Ogg, chained too             libopus,         ogg_audio.cpp
//                                                   libvorbis
//   anything else: AAC, ALAC, WMA, AMR, WebM, …     ffmpeg           ffmpeg_audio.cpp
//
// libsndfile reads MP3 and Ogg too, but only the first stream: it ends at the estimated end of a
// VBR MP3, at the second of joined files, and at the second link of a chain, without reporting it.
// So these formats have their own readers, over the libraries that libsndfile itself uses: nothing
// more to install, and the samples of whole files are the same.
//
// FFmpeg is a separate program, found at run time, rather than a library that is linked or loaded:
// its structures change with each major version, its decoders for uncommon formats are the largest
// attack surface for malicious files, which a separate process confines, and users who do not need
// it need not install it. The cost is a process per file; docs/testing.md has the measurements.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/byte_range.hpp"

namespace pairalign::audio {

struct SampleFormat {
  int rate = 0;  ///< Hz
  int channels = 0;
};

/// Throws Error(name, reason) for a rate or a number of channels that no recording has.
void check(const SampleFormat& format, const std::string& name);

/// How samples are stored, as far as known.
struct Coding {
  std::string container = "other";  ///< wav, flac, ogg, mpeg, ...
  std::string codec = "other";      ///< pcm_s16, pcm_f32, flac, vorbis, opus, mp3, ...
  int bits = 0;                     ///< of a sample; 0 where the codec has none
  std::int64_t frames = -1;         ///< of the whole recording by its headers; -1: not stated
  /// Where headers say how long the recording is, but not to the frame.
  std::optional<double> about_seconds = std::nullopt;
};

/// Delivers the samples of a recording at its own rate and channels. A recording may have parts
/// (links of a chain, joined files) with their own formats, which are read one after the other.
class Reader {
 public:
  virtual ~Reader() = default;
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Of the current part.
  virtual SampleFormat format() const = 0;
  /// Reads up to `frames` frames of the current part, interleaved, full scale ±1, into a buffer
  /// large enough for them; of a stream, those that have arrived; 0 at the end of the part. Throws
  /// Error(name, reason) when nothing that follows can be read.
  virtual std::int64_t read(float* interleaved, std::int64_t frames) = 0;
  /// Moves to the next part; false at the end of the recording.
  virtual bool next_part() { return false; }

  /// Of the first part.
  virtual Coding coding() const { return {}; }
  /// The library used, e.g. `libsndfile-1.2.0`.
  virtual std::string library() const = 0;
  /// After the end: audio that is missing or could not be decoded, each phrased as the reason of an
  /// Error.
  const std::vector<std::string>& faults() const { return faults_; }
  /// What was skipped or corrected without loss of audio.
  const std::vector<std::string>& remarks() const { return remarks_; }

 protected:
  std::vector<std::string> faults_;
  std::vector<std::string> remarks_;
};

/// The reader for `bytes`, chosen by their first bytes, not by the name. `ffmpeg` is the path of
/// that program; empty: there is none. Throws Error(name, reason) if there is no audio, or if
/// nothing here reads its format, which is named.
std::unique_ptr<Reader> open_reader(const ByteRange& bytes, const std::string& ffmpeg);

}  // namespace pairalign::audio
