#include "stats/audio/figures.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"
#include "tokens/text.hpp"

namespace pairalign::stats {
namespace {

using Value = std::optional<double>;
constexpr Value kOff = std::nullopt;

Value positive(double value) {
  return value > 0 ? Value(value) : std::nullopt;
}

Value bit_rate(const AudioFigures& f) {
  if (!f.seconds || *f.seconds <= 0) return std::nullopt;
  return static_cast<double>(f.source.bytes) * 8 / *f.seconds;
}

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

#define PAIRALIGN_NUMBER(expression) [](const AudioFigures& f) -> Value { return expression; }
#define PAIRALIGN_VALUE(expression) PAIRALIGN_NUMBER(expression), nullptr
#define PAIRALIGN_TEXT(expression) \
  nullptr, [](const AudioFigures& f) -> const std::string* { return &(expression); }

// clang-format off: tables
std::vector<Check> default_checks() {
  return {
      {"short", "s", 3, false, 0.3, PAIRALIGN_NUMBER(f.seconds),
       "shorter than a word; usually a segmentation error"},
      {"long", "s", 3, true, kOff, PAIRALIGN_NUMBER(f.seconds),
       "off, since lectures and meetings are long; in a folder of utterances, 30 finds what was "
       "not segmented"},
      {"rate", "Hz", 0, false, 16000.0,
       PAIRALIGN_NUMBER(f.source.sample_rate > 0 ? Value(f.source.sample_rate) : std::nullopt),
       "speech models use frequencies up to half this rate, 8 kHz; below, consonants lack energy"},
      {"length", "s", 3, true, 0.1, PAIRALIGN_NUMBER(length_difference(f)),
       "the header and the decoded length differ by more than codec padding explains"},
      {"silent", "dBFS", 2, false, -50.0, PAIRALIGN_NUMBER(f.peak),
       "even the largest sample is no louder than the noise of a quiet room usually is"},
      {"quiet", "LUFS", 2, false, -45.0, PAIRALIGN_NUMBER(f.loudness),
       "20 dB below the usual level of recorded speech (-20 to -30 LUFS); amplified, 16-bit audio "
       "begins to hiss"},
      {"clipped", "%", 4, true, 0.01, PAIRALIGN_NUMBER(clipped_percent(f)),
       "of the samples, in runs at full scale: about where clipping of speech becomes audible; a "
       "peak normalised to full scale does not count"},
      {"true-peak", "dBTP", 2, true, kOff, PAIRALIGN_NUMBER(f.true_peak),
       "off; 0 finds what overloads converters and codecs, as much music does; EBU R 128 allows "
       "-1"},
      {"offset", "%", 3, true, 1.0, PAIRALIGN_NUMBER(percent(f.offset)),
       "of full scale, or -40 dB: typical of a faulty sound card; every cut clicks"},
      {"bandwidth", "%", 1, false, 60.0, PAIRALIGN_NUMBER(bandwidth_percent(f)),
       "of half the sampling rate: the audio was once sampled at half this rate or less, such as "
       "telephone audio in a 16 kHz file"},
      {"silence", "%", 2, true, 75.0, PAIRALIGN_NUMBER(unless_silent(f, percent(f.silence))),
       "read or conversational speech with long pauses is a third to a half silence"},
      {"speech", "%", 2, false, 5.0, PAIRALIGN_NUMBER(percent(f.speech)),
       "hardly anything stands out from the noise: steady noise, hum, a tone"},
      {"snr", "dB", 1, false, 10.0, PAIRALIGN_NUMBER(f.snr),
       "noise nearly as strong as the speech, as in a busy street; words begin to be lost"},
      {"lead", "s", 2, true, 3.0, PAIRALIGN_NUMBER(unless_silent(f, f.lead)),
       "longer than a breath before speech: the recording probably began too early"},
      {"trail", "s", 2, true, 3.0, PAIRALIGN_NUMBER(unless_silent(f, f.trail)),
       "the same at the end: it was probably stopped late"},
      {"zeros", "%", 2, true, 10.0, PAIRALIGN_NUMBER(percent(f.zeros)),
       "digital silence: lost packets or a noise gate; microphones are never that silent"},
      {"identical", "channels", 0, true, 0.0, PAIRALIGN_NUMBER(f.identical),
       "mono stored as stereo: twice the bytes and time for nothing"},
      {"inverted", "channels", 0, true, 0.0, PAIRALIGN_NUMBER(f.inverted),
       "a channel of inverted polarity: mixed to mono, the recording cancels itself"},
      {"zero-channels", "channels", 0, true, 0.0, PAIRALIGN_NUMBER(f.zero_channels),
       "a channel without any signal, as from a bad cable; mixed to mono, 6 dB are lost"},
      {"not-finite", "samples", 0, true, 0.0, PAIRALIGN_NUMBER(f.not_finite),
       "NaN or infinite samples: a fault of the program that wrote the file"},
  };
}

}  // namespace

const std::vector<AudioFigure>& audio_figures() {
  static const std::vector<AudioFigure> kFigures = {
      {"container", "", 0, false, "File format: wav, flac, ogg, mpeg, ...",
       PAIRALIGN_TEXT(f.source.container)},
      {"codec", "", 0, false, "Encoding of the samples: pcm_s16, flac, opus, ...",
       PAIRALIGN_TEXT(f.source.codec)},
      {"rate", "Hz", 0, false, "Sampling rate", PAIRALIGN_VALUE(positive(f.source.sample_rate))},
      {"channels", "", 0, false, "Number of channels",
       PAIRALIGN_VALUE(positive(f.source.channels))},
      {"bits", "", 0, false, "Bits per sample; none for codecs without a fixed number",
       PAIRALIGN_VALUE(positive(f.source.bits))},
      {"seconds", "s", 3, true, "Decoded length; with --quick, the length by the header",
       PAIRALIGN_VALUE(f.seconds)},
      {"bytes", "", 0, false, "Size of the file",
       PAIRALIGN_VALUE(static_cast<double>(f.source.bytes))},
      {"bit_rate", "bit/s", 0, false, "Size divided by length", PAIRALIGN_VALUE(bit_rate(f))},
      {"header_seconds", "s", 3, false, "Length by the header; none if it does not state one",
       PAIRALIGN_VALUE(f.header_seconds)},
      {"rms", "dBFS", 2, true, "Level: mean power of all channels; a sine at full scale has -3.01",
       PAIRALIGN_VALUE(f.rms)},
      {"loudness", "LUFS", 2, true,
       "Integrated loudness (ITU-R BS.1770-4, EBU R 128); none below 0.4 s or -70 LUFS",
       PAIRALIGN_VALUE(f.loudness)},
      {"peak", "dBFS", 2, true, "Largest sample", PAIRALIGN_VALUE(f.peak)},
      {"true_peak", "dBTP", 2, false, "Peak between samples, at four times the rate (BS.1770-4)",
       PAIRALIGN_VALUE(f.true_peak)},
      {"clipped", "samples", 0, false, "Samples in runs of three or more at full scale",
       PAIRALIGN_VALUE(f.clipped)},
      {"offset", "", 5, false, "DC offset: the largest mean of a channel, relative to full scale",
       PAIRALIGN_VALUE(f.offset)},
      {"bandwidth", "Hz", 0, true,
       "Highest frequency within 60 dB of the maximum of the mean spectrum; up to 250 Hz too high",
       PAIRALIGN_VALUE(f.bandwidth)},
      {"silence", "share", 4, true,
       "Spans of 10 ms below -60 dBFS, or in pauses at least 20 dB below the loudest span",
       PAIRALIGN_VALUE(f.silence)},
      {"speech", "share", 4, true,
       "Frames of 32 ms at least 6 dB above the noise between 300 and 3,400 Hz",
       PAIRALIGN_VALUE(f.speech)},
      {"snr", "dB", 1, true, "Signal-to-noise ratio, estimated", PAIRALIGN_VALUE(f.snr)},
      {"lead", "s", 2, false, "Silence at the beginning", PAIRALIGN_VALUE(f.lead)},
      {"trail", "s", 2, false, "Silence at the end", PAIRALIGN_VALUE(f.trail)},
      {"zeros", "share", 4, false, "Digital silence: runs of zero samples of 20 ms or more",
       PAIRALIGN_VALUE(f.zeros)},
      {"identical", "channels", 0, false, "Channels equal to the first",
       PAIRALIGN_VALUE(f.identical)},
      {"inverted", "channels", 0, false, "Channels whose polarity is opposite to that of the first",
       PAIRALIGN_VALUE(f.inverted)},
      {"zero_channels", "channels", 0, false, "Channels of digital silence",
       PAIRALIGN_VALUE(f.zero_channels)},
      {"not_finite", "samples", 0, false, "Samples that are NaN or infinite; counted as 0",
       PAIRALIGN_VALUE(f.not_finite)},
      {"fault", "", 0, false, "Why the recording, or its end, could not be read",
       PAIRALIGN_TEXT(f.fault)},
  };
  return kFigures;
}
// clang-format on

#undef PAIRALIGN_NUMBER
#undef PAIRALIGN_VALUE
#undef PAIRALIGN_TEXT

std::string to_text(const AudioFigure& figure, const AudioFigures& figures) {
  if (figure.text != nullptr) return *figure.text(figures);
  const Value value = figure.value(figures);
  return value ? fmt::format("{:.{}f}", *value, figure.decimals) : std::string();
}

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
  for (const std::string& remark : figures.remarks)
    findings.push_back({kRemark, remark, "-", ""});
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
