#include "train/corpus.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/hash.hpp"

namespace pairalign::train {
namespace {

constexpr float kFullScale = 32768.0F;
constexpr std::size_t kBlock = 1 << 16;  // samples

std::int16_t to_int16(float sample) {
  const float scaled = std::nearbyint(sample * kFullScale);
  return static_cast<std::int16_t>(std::clamp(scaled, -kFullScale, kFullScale - 1));
}

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

void PcmStore::add(Span<const float> pcm) {
  Expects(!sealed_);
  std::vector<std::int16_t> block;
  while (!pcm.empty()) {
    const std::size_t count = std::min<std::size_t>(pcm.size(), kBlock);
    block.resize(count);
    std::transform(pcm.begin(), pcm.begin() + static_cast<std::ptrdiff_t>(count), block.begin(),
                   to_int16);
    file_.append(block.data(), count * sizeof(std::int16_t));
    pcm = pcm.subspan(count);
  }
  starts_.push_back(static_cast<std::int64_t>(file_.size() / sizeof(std::int16_t)));
}

void PcmStore::seal() {
  samples_ = static_cast<const std::int16_t*>(file_.map());
  sealed_ = true;
}

CropPlace PcmStore::draw_place(std::int64_t samples, Random& random) const {
  Expects(total_samples() > 0);
  const auto target =
      static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(total_samples())));
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), target);
  const auto recording = static_cast<std::size_t>(next - starts_.begin()) - 1;
  const std::int64_t latest = std::max<std::int64_t>(0, size(recording) - samples);
  return {recording, std::clamp<std::int64_t>(target - *(next - 1) - samples / 2, 0, latest)};
}

void PcmStore::read(std::size_t i, std::int64_t first, std::int64_t count, float* out) const {
  Expects(sealed_ && i < this->count() && count >= 0);
  const std::int64_t begin = std::clamp<std::int64_t>(-first, 0, count);
  const std::int64_t end = std::clamp<std::int64_t>(size(i) - first, begin, count);
  std::fill(out, out + begin, 0.0F);
  for (std::int64_t k = begin; k < end; ++k) {
    out[k] = static_cast<float>(samples_[starts_[i] + first + k]) * (1 / kFullScale);
  }
  std::fill(out + end, out + count, 0.0F);
}

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
