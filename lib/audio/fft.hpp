// FFT of real signals, by kissfft.
#pragma once

#include <complex>
#include <memory>

namespace pairalign::audio {

/// A plan for one length. A plan holds scratch memory, so one thread at a time may use it.
class RealFft {
 public:
  /// `points` must be even and positive; powers of two are fast.
  explicit RealFft(int points);
  ~RealFft();
  RealFft(RealFft&&) noexcept;

  /// The calling thread's own plan for `points`, made at its first use.
  static RealFft& of_this_thread(int points);

  /// `points` samples in, `points / 2 + 1` bins out.
  void forward(const float* samples, std::complex<float>* bins);
  /// The inverse, not scaled: inverse(forward(x)) is points · x.
  void inverse(const std::complex<float>* bins, float* samples);

 private:
  struct Plans;
  std::unique_ptr<Plans> plans_;
};

}  // namespace pairalign::audio
