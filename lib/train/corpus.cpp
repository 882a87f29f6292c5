#include "train/corpus.hpp"

#include <algorithm>
#include <optional>

#include "base/hash.hpp"

namespace pairalign::train {
namespace {

// Decodes in groups, with no more files in memory than keep the threads busy. `take` also receives
// the index of the path.
void for_each_decoded(const std::vector<std::string>& paths, const audio::DecoderOptions& options,
                      ThreadPool& pool, const ReadProgress& progress,
                      const std::function<void(std::size_t, std::vector<float>)>& take) {
  const std::size_t group = 8 * static_cast<std::size_t>(pool.threads());
  for (std::size_t start = 0; start < paths.size(); start += group) {
    const std::size_t count = std::min(group, paths.size() - start);
    std::vector<std::vector<float>> decoded(count);
    std::vector<std::optional<Error>> failures(count);
    pool.parallel_for(count, [&](std::size_t i) {
      try {
        decoded[i] = audio::decode_file(paths[start + i], options);
      } catch (const Error& error) {
        failures[i] = error;
      }
    });
    for (std::size_t i = 0; i < count; ++i) {
      if (!failures[i] && !decoded[i].empty()) take(start + i, std::move(decoded[i]));
      progress(start + i + 1, failures[i] ? &*failures[i] : nullptr);
    }
  }
}

}  // namespace

Recordings read_recordings(const std::vector<std::string>& paths,
                           const audio::DecoderOptions& options, ThreadPool& pool,
                           const ReadProgress& progress) {
  Recordings recordings{PcmStore(options.scratch), {}};
  for_each_decoded(paths, options, pool, progress, [&](std::size_t path, std::vector<float> pcm) {
    recordings.store.add(pcm);
    recordings.paths.push_back(path);
  });
  recordings.store.seal();
  return recordings;
}

NoiseBank read_noise(const std::vector<std::string>& paths, const audio::DecoderOptions& options,
                     ThreadPool& pool, const ReadProgress& progress) {
  NoiseBank bank;
  for_each_decoded(paths, options, pool, progress,
                   [&](std::size_t, std::vector<float> pcm) { bank.add(std::move(pcm)); });
  return bank;
}

CropPlace draw_place(const PcmStore& store, std::int64_t samples, Random& random) {
  const std::int64_t target =
      static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(store.total_samples())));
  const PcmStore::Position at = store.locate(target);
  const std::int64_t latest = std::max<std::int64_t>(0, store.size(at.recording) - samples);
  return {at.recording, std::clamp<std::int64_t>(at.sample - samples / 2, 0, latest)};
}

Split split_paths(const std::vector<std::string>& paths, double validation_share) {
  Split split;
  for (const std::string& path : paths) {
    const std::string name = path.substr(path.rfind('/') + 1);
    const double u = static_cast<double>(hash64(name.data(), name.size()) >> 11) * 0x1.0p-53;
    (u < validation_share ? split.validation : split.training).push_back(path);
  }
  return split;
}

}  // namespace pairalign::train
