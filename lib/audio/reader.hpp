// Readers of audio files and streams: one class for each library, behind one interface.
//
//   what                                            read by          class
//   WAV, RF64, FLAC, AIFF, AU, W64, CAF, VOC, …     libsndfile       SoundFile
//   WAV that is unfinished, of several parts,       libsndfile, as   WavFile
//     or comes from a pipe; BW64                    raw samples
//   MP3, MP2, also within WAV                       libmpg123        MpegAudio
//   Opus and Vorbis in Ogg, chained too             libopus,         OggAudio
//                                                   libvorbis
//   whatever else: AAC, ALAC, WMA, AMR, WebM, …     ffmpeg           FfmpegAudio
//
// libsndfile reads MP3 and Ogg too, but as players of the first stream do: it ends where a VBR MP3
// was guessed to end, where the second of joined files begins, at the second link of a chain, and
// says nothing. So these have readers of their own, over the libraries that libsndfile has under
// it: nothing more to install, and the samples of whole files are the same.
//
// FFmpeg is another program, found at run time, and not a library that is linked or loaded: its
// structures change with each major version, its decoders for formats of strangers are the largest
// surface for malicious files there is, which a process of its own confines, and who has no need of
// it need not install it. The price is a process per file; docs/testing.md has the figures.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "audio/byte_range.hpp"

namespace pairalign::audio {

struct SampleFormat {
  int rate = 0;  ///< Hz
  int channels = 0;
};

/// How samples are stored, as far as it is known.
struct Coding {
  std::string container = "other";  ///< wav, flac, ogg, mpeg, ...
  std::string codec = "other";      ///< pcm_s16, pcm_f32, flac, vorbis, opus, mp3, ...
  int bits = 0;                     ///< of a sample; 0 where the codec has none
  std::int64_t frames = -1;         ///< of the whole recording by its headers; -1: they do not tell
};

/// Delivers the samples of a recording as it holds them. A recording may have parts (links of a
/// chain, files joined) with formats of their own, which are read one after the other.
class Reader {
 public:
  virtual ~Reader() = default;
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Of the part under way.
  virtual SampleFormat format() const = 0;
  /// Up to `frames` frames of the part under way, interleaved, full scale ±1, into room for them;
  /// as many as a stream has had time to bring; 0 at the end of the part. Throws Error(name,
  /// reason) when nothing that follows can be read.
  virtual std::int64_t read(float* interleaved, std::int64_t frames) = 0;
  /// Moves to the next part; false at the end of the recording.
  virtual bool next_part() { return false; }

  /// Of the first part.
  virtual Coding coding() const { return {}; }
  /// What reads, as `libsndfile 1.2.0`.
  virtual std::string library() const = 0;
  /// Once all is read: audio that ought to be there and was not heard, each as a reason for an
  /// Error.
  const std::vector<std::string>& faults() const { return faults_; }
  /// What was passed over or put right, with nothing lost by it.
  const std::vector<std::string>& remarks() const { return remarks_; }

 protected:
  std::vector<std::string> faults_;
  std::vector<std::string> remarks_;
};

/// The reader for `bytes`, which their first bytes decide, not the name. `ffmpeg` is the path of
/// that program; empty: there is none. Throws Error(name, reason): no audio, or of a kind that
/// nothing here reads, which is named.
std::unique_ptr<Reader> open_reader(const ByteRange& bytes, const std::string& name,
                                    const std::string& ffmpeg);

}  // namespace pairalign::audio
