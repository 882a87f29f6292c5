#include "audio/reader.hpp"

#include <exception>

#include <fmt/format.h>

#include "audio/formats.hpp"

namespace pairalign::audio {
namespace {

constexpr const char* kRawHint =
    "headerless samples need a header first, for example: sox -t raw -r 16000 -e signed -b 16 -c 1 "
    "IN.raw OUT.wav";

// Opens with a linked library; throws UnknownFormat if none of them knows the format.
std::unique_ptr<Reader> open_native(const Recognised& found, const ByteRange& bytes) {
  switch (found.container) {
    case Container::wav:
      return open_wav(bytes.part(found.begin));
    case Container::ogg:
      return open_ogg(bytes.part(found.begin));
    case Container::mpeg:
      return open_mpeg(bytes);
    case Container::sound:
      return open_sound(without_tags_behind(bytes.part(found.begin)));
    case Container::foreign:
      break;
  }
  throw UnknownFormat(bytes.name(),
                      found.name != nullptr ? found.name : "no whole frame of MPEG audio");
}

std::string what_ffmpeg_would_read(const Recognised& found, const std::string& reason) {
  if (found.name == nullptr) {
    return fmt::format(
        "not a format that libsndfile supports, and ffmpeg, which supports more, was not found "
        "({})",
        kRawHint);
  }
  const bool codec = found.container != Container::foreign;
  return fmt::format(
      "is {}{}, which FFmpeg reads, but ffmpeg was not found; install it (Debian: apt install "
      "ffmpeg)",
      found.name, codec ? " with a codec of its own (" + reason + ")" : "");
}

}  // namespace

void check(const SampleFormat& format, const std::string& name) {
  constexpr int kMaxChannels = 64, kMinRate = 1000, kMaxRate = 1000000;
  if (format.channels < 1 || format.channels > kMaxChannels) {
    throw Error(name, fmt::format("has {} channels (at most {} are accepted)", format.channels,
                                  kMaxChannels));
  }
  if (format.rate < kMinRate || format.rate > kMaxRate) {
    throw Error(name, fmt::format("has a sample rate of {} Hz (accepted: {} to {})", format.rate,
                                  kMinRate, kMaxRate));
  }
}

std::unique_ptr<Reader> open_reader(const ByteRange& bytes, const std::string& ffmpeg) {
  const std::string& name = bytes.name();
  const Recognised found = recognise(bytes);
  if (found.text) throw Error(name, "not an audio format: it is text");
  std::exception_ptr native_failure;
  try {
    return open_native(found, bytes);
  } catch (const UnknownFormat& error) {
    if (ffmpeg.empty()) throw Error(name, what_ffmpeg_would_read(found, error.reason()));
  } catch (const Error&) {
    if (ffmpeg.empty()) throw;
    native_failure = std::current_exception();  // perhaps FFmpeg is less strict
  }
  try {
    const bool mpeg = found.container == Container::mpeg;
    return open_with_ffmpeg(bytes, ffmpeg, mpeg ? "" : fault_of_length(bytes.part(found.begin)));
  } catch (const UnknownFormat& error) {
    // libsndfile takes arbitrary bytes for a damaged file of some format without a magic number.
    if (native_failure && found.name != nullptr) std::rethrow_exception(native_failure);
    if (found.name != nullptr) {
      throw Error(name,
                  fmt::format("looks like {}, but cannot be read: {}", found.name, error.reason()));
    }
    throw Error(name, fmt::format("not a format that libsndfile or FFmpeg supports ({}; {})",
                                  error.reason(), kRawHint));
  }
}

}  // namespace pairalign::audio
