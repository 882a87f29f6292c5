// All recordings of a training corpus, decoded once, in a memory-mapped temporary file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audio/decoder.hpp"
#include "audio/temporary_file.hpp"
#include "base/span.hpp"

namespace pairalign::train {

/// 16 kHz mono, 16 bits per sample (115 MB per hour) on disk, so that the corpus may be larger than
/// memory: pages are loaded and evicted as pieces are drawn. First fill, then `seal`, then read.
/// Fill from one thread only; reading is const and thread-safe.
class PcmStore {
 public:
  explicit PcmStore(const std::string& scratch = "/tmp") : file_(scratch) {}

  /// Appends a recording; its index is the previous `count()`. Samples beyond ±1 are clipped.
  void add(Span<const float> pcm);
  /// The same from a decoder, in bounded memory. If the decoder throws, nothing is added.
  void add(audio::Decoder& decoder);

  void seal();

  std::size_t count() const { return starts_.size() - 1; }
  /// Samples of recording `i`.
  std::int64_t size(std::size_t i) const { return starts_[i + 1] - starts_[i]; }
  std::int64_t total_samples() const { return starts_.back(); }

  /// The position of sample `n` of all recordings laid end to end, 0 ≤ n < `total_samples()`.
  struct Position {
    std::size_t recording = 0;
    std::int64_t sample = 0;
  };
  Position locate(std::int64_t n) const;

  /// Samples [first, first + count) of recording `i` into `out`; zeros outside the recording.
  void read(std::size_t i, std::int64_t first, std::int64_t count, float* out) const;

 private:
  void append(Span<const float> pcm);

  audio::TemporaryFile file_;
  std::vector<std::int64_t> starts_ = {0};  // in samples; one more than recordings
  const std::int16_t* samples_ = nullptr;
  bool sealed_ = false;
};

}  // namespace pairalign::train
