// Audio files made by the tests that read them.
#pragma once

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sndfile.h>
#include <stdlib.h>

#include "audio/decoder.hpp"
#include "base/error.hpp"

namespace pairalign::test {

inline constexpr double kPi = 3.14159265358979323846;
inline constexpr int kWav = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
inline constexpr int kFloatWav = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
inline constexpr int kRf64 = SF_FORMAT_RF64 | SF_FORMAT_PCM_16;
inline constexpr int kFlac = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
inline constexpr int kAiff = SF_FORMAT_AIFF | SF_FORMAT_PCM_16;
inline constexpr int kAu = SF_FORMAT_AU | SF_FORMAT_PCM_16;
inline constexpr int kCaf = SF_FORMAT_CAF | SF_FORMAT_PCM_16;
inline constexpr int kWave64 = SF_FORMAT_W64 | SF_FORMAT_PCM_16;
inline constexpr int kSphere = SF_FORMAT_NIST | SF_FORMAT_PCM_16;
inline constexpr int kVorbis = SF_FORMAT_OGG | SF_FORMAT_VORBIS;
inline constexpr int kOpus = SF_FORMAT_OGG | SF_FORMAT_OPUS;
inline constexpr int kMp3 = SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;

// A folder that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pairalign.XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline void write_audio(const std::string& path, int format, int rate, int channels,
                        const std::vector<float>& interleaved) {
  SF_INFO info{};
  info.format = format;
  info.samplerate = rate;
  info.channels = channels;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  REQUIRE_MESSAGE(file != nullptr, sf_strerror(nullptr));
  const auto size = static_cast<sf_count_t>(interleaved.size());
  REQUIRE(sf_write_float(file, interleaved.data(), size) == size);
  sf_close(file);
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A tone; channel c has amplitude 0.1 · (c + 1), but all have the same phase.
inline std::vector<float> tone(double hz, int rate, int channels, std::size_t frames) {
  std::vector<float> pcm;
  for (std::size_t i = 0; i < frames; ++i) {
    const double value = std::sin(2 * kPi * hz * static_cast<double>(i) / rate);
    for (int c = 0; c < channels; ++c)
      pcm.push_back(static_cast<float>(0.1 * (c + 1) * value));
  }
  return pcm;
}

inline std::string reason_of_failure(const std::string& path) {
  try {
    audio::decode_file(path);
  } catch (const Error& error) {
    CHECK(error.subject() == path);
    return error.reason();
  }
  return "no error";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What is left of a recording.
inline std::vector<float> read_all(audio::Decoder& decoder) {
  std::vector<float> pcm, block(3000);
  while (const std::size_t n = decoder.read(block))
    pcm.insert(pcm.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(n));
  return pcm;
}

}  // namespace pairalign::test
