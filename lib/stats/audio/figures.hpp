// Measurements of a recording.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stats/audio/frame_source.hpp"

namespace pairalign::stats {

struct AudioFigures {
  SourceInfo source;
  /// Length of what was decoded, or from the header if no samples were read. Nothing: not known.
  std::optional<double> seconds;
  std::optional<double> header_seconds;
  /// Why the recording, or its end, could not be read; empty: it could.
  std::string fault;

  // Measured on samples; nothing if none were read.
  std::optional<double> rms;        ///< dBFS; a full-scale square wave has 0
  std::optional<double> loudness;   ///< LUFS
  std::optional<double> peak;       ///< dBFS
  std::optional<double> true_peak;  ///< dBTP
  std::optional<double> clipped;    ///< samples
  std::optional<double> offset;     ///< share of full scale
  std::optional<double> bandwidth;  ///< Hz
  std::optional<double> silence;    ///< share
  std::optional<double> speech;     ///< share
  std::optional<double> snr;        ///< dB
  std::optional<double> lead;       ///< s
  std::optional<double> trail;      ///< s
  std::optional<double> zeros;      ///< share
  std::optional<double> identical, inverted, zero_channels;  ///< channels
  std::optional<double> not_finite;                          ///< samples
};

/// A column of the tables, a member of the JSON, a line in the documentation.
struct AudioFigure {
  const char* name;
  const char* unit;
  int decimals;
  bool measured;     ///< on samples, not from the header
  bool distributed;  ///< reports show its distribution
  const char* meaning;
  std::optional<double> (*value)(const AudioFigures&);
  const std::string* (*text)(const AudioFigures&);  ///< instead of `value`, for text
};

/// In the order of the columns.
const std::vector<AudioFigure>& audio_figures();
/// nullptr: there is none.
const AudioFigure* find_figure(const std::string& name);

/// A value as the tables show it.
std::string to_text(const AudioFigure& figure, const AudioFigures& figures);

/// What the header says, without decoding; FLAC and WAV on a healthy disk take about 50 µs.
AudioFigures read_header(const FrameSource& source);

/// Decodes the whole recording, in memory that does not depend on its length. Damaged or truncated
/// audio is measured as far as it goes, and `fault` says so.
AudioFigures measure(FrameSource source);

}  // namespace pairalign::stats
