// Measurements of a recording, and checks that flag recordings worth a look.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pairalign::stats {

/// What the header of a file says.
struct SourceInfo {
  std::string container;  ///< wav, flac, ogg, mpeg, ...
  std::string codec;      ///< pcm_s16, pcm_f32, flac, vorbis, opus, mp3, ...
  int sample_rate = 0;    ///< Hz
  int channels = 0;
  int bits = 0;              ///< of a sample; 0 if the codec has none (mp3, opus, ...)
  std::int64_t frames = -1;  ///< as the header says; -1 if it does not
  std::int64_t bytes = 0;    ///< of the whole file; 0 for a stream
  std::optional<double> about_seconds =
      std::nullopt;  ///< where the header does not tell the frames
};

struct AudioFigures {
  SourceInfo source;
  /// Length of what was decoded, or from the header if no samples were read. Nothing: not known.
  std::optional<double> seconds;
  std::optional<double> header_seconds;
  /// Why the recording, or its end, could not be read; empty: it could.
  std::string fault;
  std::vector<std::string> remarks;  ///< what was skipped or corrected: see audio::Reader

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
  bool distributed;  ///< reports show its distribution
  const char* meaning;
  std::optional<double> (*value)(const AudioFigures&);
  const std::string* (*text)(const AudioFigures&);  ///< instead of `value`, for text
};

/// In the order of the columns.
const std::vector<AudioFigure>& audio_figures();

/// A value as the tables show it.
std::string to_text(const AudioFigure& figure, const AudioFigures& figures);

struct MeasureOptions {
  /// Only read the header, which takes about 50 µs for FLAC and WAV on a healthy disk.
  bool quick = false;
  /// Path of that program, for formats that the linked libraries lack; empty: there is none.
  std::string ffmpeg;
  /// Folder for what arrives through a pipe.
  std::string scratch = "/tmp";
};

/// Measures the recording that begins at the position of `fd`, in memory that does not depend on
/// its length. `name` is the subject of errors. Damaged or truncated audio is measured as far as
/// it goes, and `fault` says so; without any audio, nothing but `fault` is set.
AudioFigures measure(int fd, const std::string& name, const MeasureOptions& options);

/// One line of the table from which --flag, the manual and the JSON are made.
struct Check {
  const char* name;
  const char* unit;
  int decimals;
  bool above;                   ///< flags values above the limit, else those below
  std::optional<double> limit;  ///< nothing: off
  std::optional<double> (*value)(const AudioFigures&);
  const char* reason;  ///< why that limit
};

/// "above 0.1 s", or "above a limit in s" if it is off.
std::string limit_text(const Check& check);

struct Finding {
  std::string check;
  std::string value;
  std::string limit;
  std::string unit;  ///< of value and limit
};

class Checks {
 public:
  Checks();

  /// All checks, with their limits. Besides these, `damaged` flags recordings that cannot be read,
  /// or not to their end, and `remark` what was skipped in them or corrected; these have no limit.
  const std::vector<Check>& table() const { return checks_; }

  /// `NAME=LIMIT`, `NAME=off`. Throws Error("", reason) that names the checks.
  void set(const std::string& setting);

  /// In the order of the table.
  std::vector<Finding> findings(const AudioFigures& figures) const;

 private:
  std::vector<Check> checks_;
};

inline constexpr const char* kDamaged = "damaged";
inline constexpr const char* kRemark = "remark";

}  // namespace pairalign::stats
