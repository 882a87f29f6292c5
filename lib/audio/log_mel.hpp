// Log-mel features: 80 bands, 25 ms Hann windows, one frame every 10 ms.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "audio/decoder.hpp"
#include "base/span.hpp"

namespace pairalign::audio {

/// Settings of the front end; kept in model files, because a model only fits its own features.
struct LogMelConfig {
  int bands = 80;
  int window = 400;   ///< samples
  int hop = 160;      ///< samples
  int fft = 512;      ///< points; the window is zero-padded to it
  float low_hz = 20;  ///< lower edge of the first triangle (HTK mel scale)
  float high_hz = 7600;
  float floor = 1e-6F;  ///< added to the mel power (of samples in ±1) before the natural logarithm
  /// Normalisation by constants, never by statistics of the recording: a query cut out of a
  /// recording must get the features that its frames have in context.
  float mean = -4.0F;
  float scale = 4.0F;  ///< feature = (log(power + floor) − mean) / scale

  /// The feature of a band whose mel power is `power`, and of digital silence.
  float feature(float power) const { return (std::log(power + floor) - mean) / scale; }
  float silence() const { return feature(0); }

  int frames(std::int64_t samples) const { return static_cast<int>((samples + hop - 1) / hop); }
};

/// A change of tempo and of the frequency axis, made in the front end, so that it is exact and free
/// and its time map is known: frame i is centred on sample `i · hop · tempo`.
struct Warp {
  double tempo = 1;  ///< > 1: fewer frames, faster speech
  /// > 1: band centres move up by this factor (vocal tract length); near `high_hz` by less, so that
  /// the upper edge stays where it is.
  double frequency = 1;
  /// > 1: the fine structure of the spectrum, including harmonics, is taken from band centres that
  /// are higher by this additional factor; the envelope, which the vocal tract shapes, is kept.
  double pitch = 1;
};

/// Computes features. Const after construction and safe to share between threads.
class LogMel {
 public:
  /// Throws Error("features", ...) when the settings contradict one another.
  explicit LogMel(const LogMelConfig& config = {});

  const LogMelConfig& config() const { return config_; }

  /// The value of a band in digital silence, used for padding outside a recording.
  float silence() const { return config_.silence(); }

  /// Frames [first, first + count) of `pcm` into `out` (count × bands, row-major). Frame i is
  /// centred on sample i · hop; samples outside `pcm` are zero. `first` may be negative.
  void compute(Span<const float> pcm, std::int64_t first, std::int64_t count,
               Span<float> out) const;

  /// All frames of `pcm` under a warp: ceil(size / (hop · tempo)) rows.
  std::vector<float> compute(Span<const float> pcm, const Warp& warp = {}) const;

 private:
  // Triangles of peak 1 over the power spectrum; each covers few bins, so only those are stored.
  struct Filterbank {
    Filterbank(const LogMelConfig& config, double factor);

    struct Band {
      int first_bin = 0;
      int bins = 0;
      std::size_t first_weight = 0;
    };
    std::vector<Band> bands;
    std::vector<float> weights;
  };
  struct Scratch;

  void analyse(Span<const float> pcm, std::int64_t centre, Scratch& scratch) const;
  void apply(const Filterbank& bank, const Scratch& scratch, float* row) const;

  LogMelConfig config_;
  std::vector<float> window_;  // periodic Hann
  Filterbank filterbank_;
};

/// The same features from a stream, in bounded memory and bit-equal to `LogMel::compute` over the
/// whole recording however the samples arrive.
class LogMelStream {
 public:
  /// `features` must outlive the stream.
  explicit LogMelStream(const LogMel& features);

  /// Takes samples; appends the frames that are complete to `out` (rows of `bands`).
  void push(Span<const float> pcm, std::vector<float>& out);
  /// Ends the recording: appends the last frames.
  void finish(std::vector<float>& out);

 private:
  void emit_until(std::int64_t end_frame, std::vector<float>& out);

  const LogMel& features_;
  std::vector<float> buffer_;
  std::int64_t buffer_start_ = 0;  // sample index of buffer_[0]
  std::int64_t total_ = 0;
  std::int64_t next_frame_ = 0;
};

}  // namespace pairalign::audio
