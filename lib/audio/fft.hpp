// FFT of real signals, by kissfft.
#pragma once

#include <complex>
#include <memory>

struct kiss_fftr_state;

namespace pairalign::audio {

/// A plan for one length. A plan holds scratch memory, so one thread at a time may use it.
class RealFft {
 public:
  /// `points` must be even and positive; powers of two are fast.
  explicit RealFft(int points);

  /// The calling thread's own plan for `points`, made at its first use.
  static RealFft& of_this_thread(int points);

  /// `points` samples in, `points / 2 + 1` bins out.
  void forward(const float* samples, std::complex<float>* bins);
  /// The inverse, not scaled: inverse(forward(x)) is points · x.
  void inverse(const std::complex<float>* bins, float* samples);

 private:
  using Plan = std::unique_ptr<kiss_fftr_state, void (*)(kiss_fftr_state*)>;
  static Plan make_plan(int points, bool inverse);

  Plan forward_, inverse_;
};

}  // namespace pairalign::audio
