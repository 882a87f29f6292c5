#include "stats/audio/loudness.hpp"

#include <cmath>
#include <new>

#include <ebur128.h>

namespace pairalign::stats {

struct LoudnessMeter::State {
  ebur128_state* ebur128;
  ~State() { ebur128_destroy(&ebur128); }
};

LoudnessMeter::LoudnessMeter(int channels, int sample_rate) {
  // In histogram mode, memory does not grow with the recording.
  ebur128_state* state =
      ebur128_init(static_cast<unsigned>(channels), static_cast<unsigned long>(sample_rate),
                   EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM);
  if (state == nullptr) throw std::bad_alloc();
  state_.reset(new State{state});
}
LoudnessMeter::~LoudnessMeter() = default;
LoudnessMeter::LoudnessMeter(LoudnessMeter&&) noexcept = default;

void LoudnessMeter::add(const Block& block) {
  if (ebur128_add_frames_float(state_->ebur128, block.interleaved.data(), block.frames()) !=
      EBUR128_SUCCESS) {
    throw std::bad_alloc();
  }
}

std::optional<double> LoudnessMeter::integrated() const {
  double loudness = 0;
  if (ebur128_loudness_global(state_->ebur128, &loudness) != EBUR128_SUCCESS) return std::nullopt;
  if (!std::isfinite(loudness)) return std::nullopt;
  return loudness;
}

}  // namespace pairalign::stats
