// The recordings that a run learns from, and the pieces drawn from them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "audio/decoder.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/thread_pool.hpp"
#include "train/pcm_store.hpp"
#include "train/views.hpp"

namespace pairalign::train {

/// Where a crop begins: `recording` of a store, at sample `first`.
struct CropPlace {
  std::size_t recording = 0;
  std::int64_t first = 0;
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

/// A place for a crop of `samples`: recordings are drawn in proportion to their length, so that
/// every second of the corpus is equally likely; a recording shorter than the crop is taken from
/// its start.
CropPlace draw_place(const PcmStore& store, std::int64_t samples, Random& random);

/// Splits `paths` into training files and a share held out for validation, by a hash of each file's
/// name, so that the split does not change when files are added or the corpus is moved.
struct Split {
  std::vector<std::string> training, validation;
};
Split split_paths(const std::vector<std::string>& paths, double validation_share);

}  // namespace pairalign::train
