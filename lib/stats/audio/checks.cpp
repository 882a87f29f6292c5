#include "stats/audio/checks.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"

namespace pairalign::stats {
namespace {

using Value = std::optional<double>;

Value percent(const Value& share) {
  return share ? Value(100 * *share) : std::nullopt;
}

Value clipped_percent(const AudioFigures& f) {
  const double samples = f.seconds.value_or(0) * f.source.sample_rate * f.source.channels;
  if (!f.clipped || samples <= 0) return std::nullopt;
  return 100 * *f.clipped / samples;
}

// Percent of half the sampling rate.
Value bandwidth_percent(const AudioFigures& f) {
  if (!f.bandwidth) return std::nullopt;
  return 200 * *f.bandwidth / f.source.sample_rate;
}

Value length_difference(const AudioFigures& f) {
  // Where only the header was read, both are the same.
  if (!f.header_seconds || !f.seconds) return std::nullopt;
  return std::abs(*f.header_seconds - *f.seconds);
}

// Nothing for recordings that are silent throughout, which `silent` reports.
Value unless_silent(const AudioFigures& f, const Value& value) {
  return f.silence && *f.silence < 1 ? value : std::nullopt;
}

#define PAIRALIGN_VALUE(expression) [](const AudioFigures& f) -> Value { return expression; }

// clang-format off: a table
std::vector<Check> default_checks() {
  return {
      {"short", "s", 3, false, false, 0.3, "shorter than a word; mostly a slip of the segmentation",
       PAIRALIGN_VALUE(f.seconds)},
      {"long", "s", 3, false, true, std::nullopt,
       "off, for lectures and meetings are long by nature; in a folder of utterances 30 finds what "
       "was not cut",
       PAIRALIGN_VALUE(f.seconds)},
      {"rate", "Hz", 0, false, false, 16000.0,
       "half of it, 8 kHz, is what models of speech hear; below, consonants are missing",
       PAIRALIGN_VALUE(f.source.sample_rate > 0 ? Value(f.source.sample_rate) : std::nullopt)},
      {"length", "s", 3, true, true, 0.1,
       "the header and what was decoded differ by more than padding of a codec explains",
       PAIRALIGN_VALUE(length_difference(f))},
      {"silent", "dBFS", 2, true, false, -50.0,
       "the largest sample is what the noise of a quiet room is in an ordinary recording",
       PAIRALIGN_VALUE(f.peak)},
      {"quiet", "LUFS", 2, true, false, -45.0,
       "20 dB below speech as it is mostly recorded (-20 to -30 LUFS); amplified, 16 bits begin to "
       "hiss",
       PAIRALIGN_VALUE(f.loudness)},
      {"clipped", "%", 4, true, true, 0.01,
       "of the samples, in runs at full scale: about where clipping of speech is heard; a peak "
       "normalised to full scale has none",
       PAIRALIGN_VALUE(clipped_percent(f))},
      {"true-peak", "dBTP", 2, true, true, std::nullopt,
       "off; 0 finds what overloads converters and codecs, as much music does; EBU R 128 wants -1",
       PAIRALIGN_VALUE(f.true_peak)},
      {"offset", "%", 3, true, true, 1.0,
       "of full scale, at -40 dB: the mark of a faulty sound card; clicks at every cut",
       PAIRALIGN_VALUE(percent(f.offset))},
      {"bandwidth", "%", 1, true, false, 54.0,
       "of half the sampling rate: the file was once sampled at half its rate or less, as "
       "telephone audio in 16 kHz",
       PAIRALIGN_VALUE(bandwidth_percent(f))},
      {"silence", "%", 2, true, true, 75.0,
       "speech with long pauses, read or in conversation, has a third to a half",
       PAIRALIGN_VALUE(unless_silent(f, percent(f.silence)))},
      {"speech", "%", 2, true, false, 5.0,
       "hardly anything stands out of the noise: steady noise, hum, a tone",
       PAIRALIGN_VALUE(percent(f.speech))},
      {"snr", "dB", 1, true, false, 10.0,
       "noise nearly as strong as speech, as in a busy street; words begin to be lost",
       PAIRALIGN_VALUE(f.snr)},
      {"lead", "s", 2, true, true, 3.0,
       "more than a breath before speech: mostly the recording began too early",
       PAIRALIGN_VALUE(unless_silent(f, f.lead))},
      {"trail", "s", 2, true, true, 3.0, "the same at the end: mostly it was stopped late",
       PAIRALIGN_VALUE(unless_silent(f, f.trail))},
      {"zeros", "%", 2, true, true, 10.0,
       "digital silence: packets lost, or a noise gate; microphones are never that silent",
       PAIRALIGN_VALUE(percent(f.zeros))},
      {"identical", "channels", 0, true, true, 0.0,
       "stereo that is mono: twice the bytes and time for nothing", PAIRALIGN_VALUE(f.identical)},
      {"inverted", "channels", 0, true, true, 0.0,
       "a channel upside down: mixed to mono, the recording cancels itself",
       PAIRALIGN_VALUE(f.inverted)},
      {"zero-channels", "channels", 0, true, true, 0.0,
       "a channel without any sound: a plug, a cable; mixed to mono, 6 dB are lost",
       PAIRALIGN_VALUE(f.zero_channels)},
      {"not-finite", "samples", 0, true, true, 0.0,
       "NaN or infinite samples: a fault of what wrote the file", PAIRALIGN_VALUE(f.not_finite)},
  };
}
// clang-format on

#undef PAIRALIGN_VALUE

}  // namespace

Checks::Checks() : checks_(default_checks()) {}

void Checks::set(const std::string& setting) {
  const std::size_t equals = std::min(setting.find('='), setting.size());
  const std::string name = setting.substr(0, equals);
  const auto check =
      std::find_if(checks_.begin(), checks_.end(), [&](const Check& c) { return c.name == name; });
  if (check == checks_.end()) {
    std::string names;
    for (const Check& c : checks_)
      names += (names.empty() ? "" : ", ") + std::string(c.name);
    throw Error("", fmt::format("'{}' is no check: {}", name, names));
  }
  const std::string text = equals < setting.size() ? setting.substr(equals + 1) : "";
  if (text == "off") {
    check->limit.reset();
    return;
  }
  double limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(limit)) {
    throw Error(
        "", fmt::format("'{}' is not CHECK=LIMIT, such as {}=1, or {}=off", setting, name, name));
  }
  check->limit = limit;
}

std::vector<Finding> Checks::findings(const AudioFigures& figures) const {
  std::vector<Finding> findings;
  if (!figures.fault.empty()) findings.push_back({kDamaged, figures.fault, "-", ""});
  for (const Check& check : checks_) {
    if (!check.limit) continue;
    const Value value = check.value(figures);
    if (!value || (check.above ? *value <= *check.limit : *value >= *check.limit)) continue;
    // A limit is printed with the digits that were given, a value with those of the check.
    findings.push_back({check.name, fmt::format("{:.{}f}", *value, check.decimals),
                        fmt::format("{:.10g}", *check.limit), check.unit});
  }
  return findings;
}

}  // namespace pairalign::stats
