// Any format that FFmpeg reads, through its program.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <sstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "audio/child_process.hpp"
#include "audio/formats.hpp"

namespace pairalign::audio {
namespace {

constexpr std::size_t kAuHeader = 24;
constexpr std::int64_t kAuFloat = 6;
constexpr std::int64_t kMaxFrames = 4096;  // of a block
// Because of encoder delay and a partly filled last frame, the duration in a container differs from
// what is decoded by less than this.
constexpr double kTolerance = 0.25;

std::vector<std::string> command(const std::string& program, const ByteRange& bytes) {
  const std::int64_t begin = bytes.file().offset, end = begin + bytes.size();
  std::istringstream words(fmt::format(
      "-hide_banner -nostdin -nostats -loglevel level+info -cpuflags 0 -threads 1 "
      "-protocol_whitelist file,subfile -i {}/dev/fd/3 -vn -sn -dn -c:a pcm_f32be -f au pipe:1",
      begin == 0 ? "file:" : fmt::format("subfile,,start,{},end,{},,:", begin, end)));
  std::vector<std::string> arguments{program};
  arguments.insert(arguments.end(), std::istream_iterator<std::string>(words), {});
  return arguments;
}

// Seconds of "HH:MM:SS.ss".
std::optional<double> parse_clock(std::string_view text) {
  int hours = 0, minutes = 0;
  double seconds = 0;
  const std::string copy(text.substr(0, 16));
  if (std::sscanf(copy.c_str(), "%d:%d:%lf", &hours, &minutes, &seconds) != 3) return std::nullopt;
  return 3600.0 * hours + 60.0 * minutes + seconds;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string summary_of(const FfmpegMessages& messages, int status) {
  if (messages.errors.empty()) return fmt::format("ffmpeg ended with status {}", status);
  return "ffmpeg: " + messages.errors.front();
}

// Runs ffmpeg in a process of its own, which decodes the audio stream that it considers best and
// writes floats in AU format. It opens no other file and no network connection. Its portable code
// is used (`-cpuflags 0`), so that samples do not depend on the processor. What it reports as an
// error, and an end before the duration declared in the file, are faults.
class FfmpegAudio : public Reader {
 public:
  FfmpegAudio(const ByteRange& bytes, const std::string& program, std::string length_fault)
      : name_(bytes.name()),
        length_fault_(std::move(length_fault)),
        child_(command(program, bytes), bytes.file().fd) {
    read_header();
  }

  SampleFormat format() const override { return format_; }
  // The words after these marks in the messages so far, which ffmpeg writes before any samples.
  Coding coding() const override {
    const std::string& text = child_.messages();
    const auto word_behind = [&](const std::string& mark) -> std::string {
      const std::size_t at = text.find(mark);
      if (at == std::string::npos) return "other";
      const std::size_t begin = at + mark.size();
      return text.substr(begin, text.find_first_of(", \n", begin) - begin);
    };
    return {word_behind("Input #0, "), word_behind(": Audio: "), 0, -1,
            parse_ffmpeg_messages(text).duration_s};
  }
  std::int64_t read(float* interleaved, std::int64_t frames) override {
    if (ended_) return 0;
    const auto channels = static_cast<std::size_t>(format_.channels);
    const std::size_t frame_bytes = channels * sizeof(float);
    block_.resize(static_cast<std::size_t>(std::min(frames, kMaxFrames)) * frame_bytes);
    const std::size_t samples = read_all(block_.data(), block_.size()) / frame_bytes * channels;
    for (std::size_t i = 0; i < samples; ++i) {
      const auto bits =
          static_cast<std::uint32_t>(big_endian(block_.data() + i * sizeof(float), sizeof(float)));
      std::memcpy(interleaved + i, &bits, sizeof(float));
    }
    if (samples == 0) {
      ended_ = true;
      check_end();
    }
    frames_read_ += static_cast<std::int64_t>(samples / channels);
    return static_cast<std::int64_t>(samples / channels);
  }
  std::string library() const override { return "ffmpeg"; }

 private:
  std::size_t read_all(unsigned char* out, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t n = child_.read(out + done, size - done);
      if (n < 0) throw errno_error(name_, "cannot read what ffmpeg writes");
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  // ".snd", u32 bytes in front of the samples, u32 bytes of samples, u32 encoding, u32 rate, u32
  // channels.
  void read_header() {
    unsigned char head[kAuHeader] = {};
    if (read_all(head, kAuHeader) < kAuHeader) {
      const int status = child_.wait();
      const FfmpegMessages messages = parse_ffmpeg_messages(child_.messages());
      const bool silent =
          messages.audio_streams == 0 && contains(child_.messages(), "does not contain any stream");
      throw UnknownFormat(name_, silent ? "it holds no audio" : summary_of(messages, status));
    }
    const auto begin = static_cast<std::size_t>(big_endian(head + 4, 4));
    format_ = {static_cast<int>(big_endian(head + 16, 4)),
               static_cast<int>(big_endian(head + 20, 4))};
    if (!begins(head, ".snd") || big_endian(head + 12, 4) != kAuFloat || begin < kAuHeader ||
        format_.rate <= 0 || format_.channels <= 0) {
      throw Error(name_, "ffmpeg wrote something other than the requested format");
    }
    std::vector<unsigned char> annotation(std::min<std::size_t>(begin - kAuHeader, 1 << 16));
    read_all(annotation.data(), annotation.size());
  }

  void check_end() {
    const int status = child_.wait();
    const FfmpegMessages messages = parse_ffmpeg_messages(child_.messages());
    const double heard_s = static_cast<double>(frames_read_) / format_.rate;
    if (status != 0 || !messages.errors.empty()) {
      faults_.push_back(fmt::format("damaged or cut short: {:.2f} s were read; {}", heard_s,
                                    summary_of(messages, status)));
    } else if (messages.duration_s && heard_s + kTolerance < *messages.duration_s) {
      faults_.push_back(fmt::format("damaged or cut short: ends after {:.2f} s of {:.2f} s",
                                    heard_s, *messages.duration_s));
    } else if (!length_fault_.empty()) {
      faults_.push_back(length_fault_);
    }
    if (messages.audio_streams > 1) {
      remarks_.push_back(fmt::format("holds {} streams of audio, of which ffmpeg chose one",
                                     messages.audio_streams));
    }
  }

  std::string name_;
  std::string length_fault_;
  ChildProcess child_;
  SampleFormat format_;
  std::int64_t frames_read_ = 0;
  std::vector<unsigned char> block_;
  bool ended_ = false;
};

}  // namespace

FfmpegMessages parse_ffmpeg_messages(const std::string& text) {
  constexpr std::string_view kDuration = "Duration: ";
  FfmpegMessages result;
  bool exact = true, input = true;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    for (const std::string_view level : {"[error] ", "[fatal] "}) {
      const std::size_t at = line.find(level);
      // Of files joined end to end: the timestamps begin anew, and nothing is lost.
      if (at == std::string::npos || contains(line, "invalid, non monotonically")) continue;
      result.errors.push_back(line.substr(at + level.size()));
    }
    if (contains(line, "[info] Stream mapping:")) input = false;
    if (contains(line, "Estimating duration from bitrate")) exact = false;
    if (!input) continue;
    const std::size_t at = line.find(kDuration);
    if (at != std::string::npos && !result.duration_s) {
      result.duration_s = parse_clock(std::string_view(line).substr(at + kDuration.size()));
    }
    const bool stream = contains(line, "  Stream #");
    if (stream && contains(line, ": Audio: ")) ++result.audio_streams;
    if (stream && contains(line, ": Video: ") && !contains(line, "attached pic")) exact = false;
  }
  if (!exact || result.audio_streams != 1) result.duration_s.reset();
  return result;
}

std::unique_ptr<Reader> open_with_ffmpeg(const ByteRange& bytes, const std::string& program,
                                         std::string length_fault) {
  return std::make_unique<FfmpegAudio>(bytes, program, std::move(length_fault));
}

}  // namespace pairalign::audio
