#include "train/pcm_store.hpp"

#include <algorithm>
#include <cmath>

namespace pairalign::train {
namespace {

constexpr float kFullScale = 32768.0F;
constexpr std::size_t kBlock = 1 << 16;  // samples

std::int16_t to_int16(float sample) {
  const float scaled = std::nearbyint(sample * kFullScale);
  return static_cast<std::int16_t>(std::clamp(scaled, -kFullScale, kFullScale - 1));
}

}  // namespace

void PcmStore::append(Span<const float> pcm) {
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
}

void PcmStore::add(Span<const float> pcm) {
  append(pcm);
  starts_.push_back(static_cast<std::int64_t>(file_.size() / sizeof(std::int16_t)));
}

void PcmStore::add(audio::Decoder& decoder) {
  const std::size_t before = file_.size();
  std::vector<float> block(kBlock);
  try {
    while (const std::size_t n = decoder.read(block))
      append(Span<const float>(block).first(n));
  } catch (...) {
    file_.truncate(before);
    throw;
  }
  add(Span<const float>());  // all samples are in: close the recording
}

void PcmStore::seal() {
  samples_ = static_cast<const std::int16_t*>(file_.map());
  sealed_ = true;
}

PcmStore::Position PcmStore::locate(std::int64_t n) const {
  Expects(n >= 0 && n < total_samples());
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), n);
  return {static_cast<std::size_t>(next - starts_.begin()) - 1, n - *(next - 1)};
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

}  // namespace pairalign::train
