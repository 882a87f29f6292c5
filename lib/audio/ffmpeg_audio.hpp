// Any format that FFmpeg reads, through its program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audio/child_process.hpp"
#include "audio/reader.hpp"

namespace pairalign::audio {

/// Runs ffmpeg in a process of its own, which decodes the audio stream that it considers best and
/// writes floats in AU format. It opens no other file and no network connection. Its portable code
/// is used (`-cpuflags 0`), so that samples do not depend on the processor. What it reports as an
/// error, and an end before the duration declared in the file, are faults.
class FfmpegAudio : public Reader {
 public:
  /// `program` is its path. Throws UnknownFormat(name, reason) when it finds no audio. Waits for
  /// the end of a stream: most of these formats cannot be read without seeking back.
  /// `length_fault`: what is known to be wrong with the file, in case FFmpeg does not notice.
  FfmpegAudio(const ByteRange& bytes, const std::string& program, std::string length_fault);

  SampleFormat format() const override { return format_; }
  Coding coding() const override;
  std::int64_t read(float* interleaved, std::int64_t frames) override;
  std::string library() const override { return "ffmpeg"; }

 private:
  std::size_t read_all(unsigned char* out, std::size_t size);
  void read_header();
  void check_end();

  std::string name_;
  std::string length_fault_;
  ChildProcess child_;
  SampleFormat format_;
  std::int64_t frames_read_ = 0;
  std::vector<unsigned char> block_;
  bool ended_ = false;
};

/// What is needed from the messages of ffmpeg with `-loglevel level+info`.
struct FfmpegMessages {
  std::vector<std::string> errors;
  /// Duration declared in the file, in seconds, if it holds nothing but one audio stream and the
  /// duration is not an estimate.
  std::optional<double> duration_s;
  int audio_streams = 0;
};
FfmpegMessages parse_ffmpeg_messages(const std::string& text);

}  // namespace pairalign::audio
