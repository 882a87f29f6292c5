// The recordings that a run learns from, decoded once, in a memory-mapped temporary file, and the
// pieces drawn from them.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "audio/decoder.hpp"
#include "audio/temporary_file.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "train/views.hpp"

namespace pairalign::train {

inline std::int64_t to_samples(double seconds) {
  return std::llround(seconds * audio::kSampleRate);
}

/// Where a crop begins: `recording` of a store, at sample `first`.
struct CropPlace {
  std::size_t recording = 0;
  std::int64_t first = 0;
};

/// 16 kHz mono, 16 bits per sample (115 MB per hour) on disk, so that the corpus may be larger than
/// memory: pages are loaded and evicted as pieces are drawn. First fill, then `seal`, then read.
/// Fill from one thread only; reading is const and thread-safe.
class PcmStore {
 public:
  explicit PcmStore(const std::string& scratch = "/tmp") : file_(scratch) {}

  /// Appends a recording; its index is the previous `count()`. Samples beyond ±1 are clipped.
  void add(Span<const float> pcm);
  void seal();

  std::size_t count() const { return starts_.size() - 1; }
  /// Samples of recording `i`.
  std::int64_t size(std::size_t i) const { return starts_[i + 1] - starts_[i]; }
  std::int64_t total_samples() const { return starts_.back(); }
  double seconds() const { return static_cast<double>(total_samples()) / audio::kSampleRate; }

  /// A place for a crop of `samples`: recordings are drawn in proportion to their length, so that
  /// every second of the corpus is equally likely; a recording shorter than the crop is taken from
  /// its start.
  CropPlace draw_place(std::int64_t samples, Random& random) const;

  /// Samples [first, first + count) of recording `i` into `out`; zeros outside the recording.
  void read(std::size_t i, std::int64_t first, std::int64_t count, float* out) const;

 private:
  audio::TemporaryFile file_;
  std::vector<std::int64_t> starts_ = {0};  // in samples; one more than recordings
  const std::int16_t* samples_ = nullptr;
  bool sealed_ = false;
};

/// Called after each file: how many are done, and its failure (null if it was read).
using ReadProgress = std::function<void(std::size_t done, const Error* failure)>;

struct Recordings {
  PcmStore store;
  std::vector<std::size_t>
      paths;  ///< of each recording, the index among the paths it was read from
};

/// Decodes `paths`, several at once, into one sealed store, in the order of `paths` whatever the
/// number of threads. Files that cannot be read are reported and skipped; empty ones are skipped.
Recordings read_recordings(const std::vector<std::string>& paths,
                           const audio::DecoderOptions& options, ThreadPool& pool,
                           const ReadProgress& progress);

/// The same for noise clips, kept in memory.
NoiseBank read_noise(const std::vector<std::string>& paths, const audio::DecoderOptions& options,
                     ThreadPool& pool, const ReadProgress& progress);

/// Splits `paths` into training files and a share held out for validation, by a hash of each file's
/// name, so that the split does not change when files are added or the corpus is moved.
struct Split {
  std::vector<std::string> training, validation;
};
Split split_paths(const std::vector<std::string>& paths, double validation_share);

}  // namespace pairalign::train
