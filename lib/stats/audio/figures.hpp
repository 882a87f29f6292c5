// What is measured of a recording.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stats/audio/frame_source.hpp"

namespace pairalign::stats {

struct AudioFigures {
  SourceInfo source;
  /// Of what was decoded; by the header where no sample was looked at. Nothing: not known.
  std::optional<double> seconds;
  std::optional<double> header_seconds;
  /// Why the recording, or its end, could not be read; empty: it could.
  std::string fault;

  // Measured on samples; nothing where none was looked at.
  std::optional<double> rms;        ///< dBFS, of a square wave at full scale 0
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

/// A column of the tables, a member of the JSON: one line in the documentation.
struct AudioFigure {
  const char* name;
  const char* unit;
  int decimals;
  bool measured;     ///< on samples, not by the header
  bool distributed;  ///< reports show how recordings differ in it
  const char* meaning;
  std::optional<double> (*value)(const AudioFigures&);
  const std::string* (*text)(const AudioFigures&);  ///< instead of `value`, for words
};

/// In the order of the columns.
const std::vector<AudioFigure>& audio_figures();
/// nullptr: there is none.
const AudioFigure* find_figure(const std::string& name);

/// A value as the tables show it.
std::string to_text(const AudioFigure& figure, const AudioFigures& figures);

/// What the header says, without decoding anything; FLAC and WAV of a healthy disk take some 50 µs.
AudioFigures read_header(const FrameSource& source);

/// Decodes all of it, in memory that does not depend on its length. What is damaged or cut short
/// is measured as far as it goes, and `fault` says so.
AudioFigures measure(FrameSource source);

}  // namespace pairalign::stats
