// Measurements on samples.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/span.hpp"
#include "stats/audio/figures.hpp"

namespace pairalign::stats {

/// Consecutive frames of a recording at its own rate and with its own channels: a sample is a
/// float, full scale ±1, and always finite. Any number of frames; a measurement gives the same
/// value however a recording is cut into blocks.
struct Block {
  Span<const float> interleaved;
  std::vector<Span<const float>> channels;  ///< the same samples, a row per channel

  std::size_t frames() const { return channels.empty() ? 0 : channels.front().size(); }
};

/// Takes a recording block by block, then writes its figures.
class Meter {
 public:
  virtual ~Meter() = default;
  virtual void add(const Block& block) = 0;
  virtual void finish(AudioFigures& figures) = 0;
};

/// Single samples: level, peak, clipping, offset, digital silence, and how the channels are
/// related.
///
/// Clipped samples are those in runs of three or more at full scale, of one sign: one or two may
/// reach it without clipping. Digital silence is runs of at least 20 ms in which all samples are
/// exactly 0: shorter ones occur in faint sound. Identical channels equal the first one, sample by
/// sample, and are not silent. Inverted ones have a correlation of at most -0.95 with the first,
/// which allows for lossy codecs: mixed down to mono, such a recording cancels itself.
std::unique_ptr<Meter> level_meter(const SourceInfo& source);

/// Silence, at the ends and in total. Works on spans of 10 ms. A span is silent if its level is
/// below -60 dBFS, or within 6 dB of the level that a tenth of the spans lie below (the noise in
/// the pauses) and at least 20 dB below the loudest span: so pauses count as silence in noise too,
/// and steady sound does not.
std::unique_ptr<Meter> silence_meter(const SourceInfo& source);

/// The peak of the reconstructed signal, at four times the sampling rate, by the interpolator of
/// ITU-R BS.1770-4, annex 2 (within 0.6 dB of the true peak for content below 0.9 of half the
/// rate). libebur128 measures the same at 27 ns per sample, half of all the time allowed for
/// measuring a recording; this one skips spans whose samples are too small to exceed the peak found
/// so far.
std::unique_ptr<Meter> true_peak_meter(const SourceInfo& source);

/// Bandwidth, speech and noise, from the spectra of frames.
std::unique_ptr<Meter> spectrum_meter(const SourceInfo& source);

/// A power in dB; -200 for 0.
double power_db(double power);

}  // namespace pairalign::stats
