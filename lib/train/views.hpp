// Augmentation: content-preserving views of a piece of speech, which a listener would still
// understand.
//
// A view is drawn in two steps, each a pure function of a seed: waveform degradation (gain, noise,
// band-pass, equalisation, reverberation), then a warp of tempo, frequency and pitch in the front
// end. Masking is applied to the features. All times stay known: see Warp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "audio/log_mel.hpp"
#include "base/random.hpp"
#include "base/span.hpp"

namespace pairalign::train {

/// Ranges from which views are drawn; a probability of 0 switches a part off.
struct ViewConfig {
  double gain_db = 10;  ///< uniform in ± this
  double noise_probability = 0.7;
  double noise_snr_low_db = 0;  ///< signal-to-noise ratio over the piece
  double noise_snr_high_db = 25;
  double band_pass_probability = 0.3;
  double band_pass_low_hz = 400;    ///< lower edge: log-uniform in 50 Hz .. this
  double band_pass_high_hz = 2800;  ///< upper edge: log-uniform in this .. 7,500 Hz
  double equaliser_probability = 0.5;
  double equaliser_db = 8;  ///< smooth random curve over frequency, within ± this
  double reverb_probability = 0.4;
  double reverb_rt60_low_s = 0.1;
  double reverb_rt60_high_s = 0.8;
  double tempo = 0.2;       ///< factor uniform in 1 ± this
  double frequency = 0.16;  ///< factor uniform in 1 ± this
  double frequency_apart =
      0;             ///< least |log ratio| of the factors of a view and its clean recording
  double pitch = 0;  ///< factor uniform in 1 ± this
  double time_mask_probability = 0.5;
  int time_mask_frames = 12;  ///< longest masked span, log-mel frames; up to 2 spans
  double band_mask_probability = 0.5;
  int band_mask_bands = 12;  ///< widest masked band range; up to 2 ranges
};

/// Throws Error("", ...) when a view cannot be drawn with these settings.
void check(const ViewConfig& config);

/// Recordings of noise, read once; pieces of them are mixed in at a set SNR.
class NoiseBank {
 public:
  void add(std::vector<float> pcm);
  bool empty() const { return clips_.empty(); }
  /// Hash of all that `draw` depends on; 0 if empty.
  std::uint64_t fingerprint() const;
  /// `count` samples from a random clip at a random offset, looped when the clip is short.
  std::vector<float> draw(std::size_t count, Random& random) const;

 private:
  std::vector<std::vector<float>> clips_;
};

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

/// The single steps, in place, so that each can be tested and used alone.
void apply_gain(Span<float> pcm, double db);
/// Scales `noise` so that the ratio of powers is `snr_db`, and adds it. Silence is left unchanged.
void mix_noise(Span<float> pcm, Span<const float> noise, double snr_db);
/// Second-order Butterworth high-pass at `low_hz` and low-pass at `high_hz`, which must satisfy
/// 0 < low < high < 8000.
void band_pass(Span<float> pcm, double low_hz, double high_hz);

/// Draws all waveform steps and applies them to `pcm`: room, which keeps the energy, and equaliser
/// in one convolution; then noise, with the band-pass as often before it as after it; gain. White
/// noise if `noise` is empty.
void degrade(Span<float> pcm, const ViewConfig& config, const NoiseBank& noise, Random& random);

audio::Warp draw_warp(const ViewConfig& config, Random& random);
/// One that is `frequency_apart` from `other`, or the last of 16 draws.
audio::Warp draw_warp_apart(const ViewConfig& config, const audio::Warp& other, Random& random);

/// Draws spans of frames and ranges of bands and fills them with `fill`. `frames` rows of `bands`.
/// Returns, per frame, whether a time mask covers it.
std::vector<bool> mask_features(Span<float> features, int bands, float fill,
                                const ViewConfig& config, Random& random);

}  // namespace pairalign::train
