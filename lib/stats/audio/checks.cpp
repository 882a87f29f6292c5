#include "stats/audio/checks.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"
#include "tokens/text.hpp"

namespace pairalign::stats {
namespace {

using Value = std::optional<double>;
constexpr Value kOff = std::nullopt;

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
      {"short", "s", 3, false, 0.3, PAIRALIGN_VALUE(f.seconds),
       "shorter than a word; usually a segmentation error"},
      {"long", "s", 3, true, kOff, PAIRALIGN_VALUE(f.seconds),
       "off, since lectures and meetings are long; in a folder of utterances, 30 finds what was "
       "not segmented"},
      {"rate", "Hz", 0, false, 16000.0,
       PAIRALIGN_VALUE(f.source.sample_rate > 0 ? Value(f.source.sample_rate) : std::nullopt),
       "speech models use frequencies up to half this rate, 8 kHz; below, consonants lack energy"},
      {"length", "s", 3, true, 0.1, PAIRALIGN_VALUE(length_difference(f)),
       "the header and the decoded length differ by more than codec padding explains"},
      {"silent", "dBFS", 2, false, -50.0, PAIRALIGN_VALUE(f.peak),
       "even the largest sample is no louder than the noise of a quiet room usually is"},
      {"quiet", "LUFS", 2, false, -45.0, PAIRALIGN_VALUE(f.loudness),
       "20 dB below the usual level of recorded speech (-20 to -30 LUFS); amplified, 16-bit audio "
       "begins to hiss"},
      {"clipped", "%", 4, true, 0.01, PAIRALIGN_VALUE(clipped_percent(f)),
       "of the samples, in runs at full scale: about where clipping of speech becomes audible; a "
       "peak normalised to full scale does not count"},
      {"true-peak", "dBTP", 2, true, kOff, PAIRALIGN_VALUE(f.true_peak),
       "off; 0 finds what overloads converters and codecs, as much music does; EBU R 128 allows "
       "-1"},
      {"offset", "%", 3, true, 1.0, PAIRALIGN_VALUE(percent(f.offset)),
       "of full scale, or -40 dB: typical of a faulty sound card; every cut clicks"},
      {"bandwidth", "%", 1, false, 54.0, PAIRALIGN_VALUE(bandwidth_percent(f)),
       "of half the sampling rate: the audio was once sampled at half this rate or less, such as "
       "telephone audio in a 16 kHz file"},
      {"silence", "%", 2, true, 75.0, PAIRALIGN_VALUE(unless_silent(f, percent(f.silence))),
       "read or conversational speech with long pauses is a third to a half silence"},
      {"speech", "%", 2, false, 5.0, PAIRALIGN_VALUE(percent(f.speech)),
       "hardly anything stands out from the noise: steady noise, hum, a tone"},
      {"snr", "dB", 1, false, 10.0, PAIRALIGN_VALUE(f.snr),
       "noise nearly as strong as the speech, as in a busy street; words begin to be lost"},
      {"lead", "s", 2, true, 3.0, PAIRALIGN_VALUE(unless_silent(f, f.lead)),
       "longer than a breath before speech: the recording probably began too early"},
      {"trail", "s", 2, true, 3.0, PAIRALIGN_VALUE(unless_silent(f, f.trail)),
       "the same at the end: it was probably stopped late"},
      {"zeros", "%", 2, true, 10.0, PAIRALIGN_VALUE(percent(f.zeros)),
       "digital silence: lost packets or a noise gate; microphones are never that silent"},
      {"identical", "channels", 0, true, 0.0, PAIRALIGN_VALUE(f.identical),
       "mono stored as stereo: twice the bytes and time for nothing"},
      {"inverted", "channels", 0, true, 0.0, PAIRALIGN_VALUE(f.inverted),
       "a channel of inverted polarity: mixed to mono, the recording cancels itself"},
      {"zero-channels", "channels", 0, true, 0.0, PAIRALIGN_VALUE(f.zero_channels),
       "a channel without any signal, as from a bad cable; mixed to mono, 6 dB are lost"},
      {"not-finite", "samples", 0, true, 0.0, PAIRALIGN_VALUE(f.not_finite),
       "NaN or infinite samples: a fault of the program that wrote the file"},
  };
}
// clang-format on

#undef PAIRALIGN_VALUE

}  // namespace

std::string limit_text(const Check& check) {
  const char* side = check.above ? "above" : "below";
  return check.limit ? fmt::format("{} {:.10g} {}", side, *check.limit, check.unit)
                     : fmt::format("{} a limit in {}", side, check.unit);
}

Checks::Checks() : checks_(default_checks()) {}

void Checks::set(const std::string& setting) {
  const std::size_t equals = std::min(setting.find('='), setting.size());
  const std::string name = setting.substr(0, equals);
  const auto check =
      std::find_if(checks_.begin(), checks_.end(), [&](const Check& c) { return c.name == name; });
  if (check == checks_.end()) {
    std::vector<const char*> names;
    for (const Check& c : checks_)
      names.push_back(c.name);
    throw Error("",
                fmt::format("unknown check '{}'; the checks are {}", name, fmt::join(names, ", ")));
  }
  const std::string text = equals < setting.size() ? setting.substr(equals + 1) : "";
  double limit = 0;
  if (text == "off") {
    check->limit.reset();
  } else if (tokens::parse_whole(text, limit) && std::isfinite(limit)) {
    check->limit = limit;
  } else {
    throw Error(
        "", fmt::format("'{}' is not CHECK=LIMIT, such as {}=1, or {}=off", setting, name, name));
  }
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
