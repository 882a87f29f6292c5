// Finite impulse responses: rooms and equalisers, and fast convolution with them.
#pragma once

#include <cstddef>
#include <vector>

#include "base/random.hpp"
#include "base/span.hpp"

namespace pairalign::train {

/// An impulse response whose tap `delay` is at time 0.
struct Fir {
  std::vector<float> taps;
  std::size_t delay = 0;
};

/// Convolves `pcm` with `fir` in place: y[n] = Σ_k taps[k] · x[n + delay − k], samples outside
/// being zero. Overlap-add; see Oppenheim & Schafer, "Discrete-Time Signal Processing",
/// section 8.7.
void convolve(Span<float> pcm, const Fir& fir);

/// The response of `first` followed by `second`.
Fir cascade(const Fir& first, const Fir& second);

/// Linear-phase response centred on time 0 whose gain is a smooth random curve over the mel axis,
/// within ± `db`.
Fir draw_equaliser(double db, Random& random);

/// Room response by Polack's model: the direct path, then white noise that decays by 60 dB in
/// `rt60_s`, cut off after 0.4 s. The ratio of direct to reverberant energy is uniform in
/// 0 .. 12 dB, as from near to rather far from the microphone.
Fir draw_room(double rt60_s, Random& random);

}  // namespace pairalign::train
