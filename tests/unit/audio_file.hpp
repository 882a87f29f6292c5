// Samples as a file, for what reads files only.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sndfile.h>
#include <unistd.h>

#include "audio/decoder.hpp"

namespace pairalign::test {

/// A mono WAV of floats at 16 kHz, gone with this object.
struct AudioFile {
  explicit AudioFile(const std::vector<float>& pcm)
      : path((std::filesystem::temp_directory_path() /
              ("pairalign-" + std::to_string(::getpid()) + ".wav"))
                 .string()) {
    SF_INFO info{};
    info.samplerate = audio::kSampleRate;
    info.channels = 1;
    info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
    SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
    REQUIRE(file != nullptr);
    sf_write_float(file, pcm.data(), static_cast<sf_count_t>(pcm.size()));
    sf_close(file);
  }
  ~AudioFile() { std::filesystem::remove(path); }
  AudioFile(const AudioFile&) = delete;
  AudioFile& operator=(const AudioFile&) = delete;
  std::string path;
};

}  // namespace pairalign::test
