#include "stats/audio/figures.hpp"

#include <fmt/format.h>

namespace pairalign::stats {
namespace {

using Value = std::optional<double>;

Value positive(double value) {
  return value > 0 ? Value(value) : std::nullopt;
}

Value bit_rate(const AudioFigures& f) {
  if (!f.seconds || *f.seconds <= 0) return std::nullopt;
  return static_cast<double>(f.source.bytes) * 8 / *f.seconds;
}

#define PAIRALIGN_VALUE(expression) \
  [](const AudioFigures& f) -> Value { return expression; }, nullptr
#define PAIRALIGN_TEXT(expression) \
  nullptr, [](const AudioFigures& f) -> const std::string* { return &(expression); }

}  // namespace

// clang-format off: a table
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

#undef PAIRALIGN_VALUE
#undef PAIRALIGN_TEXT

std::string to_text(const AudioFigure& figure, const AudioFigures& figures) {
  if (figure.text != nullptr) return *figure.text(figures);
  const Value value = figure.value(figures);
  return value ? fmt::format("{:.{}f}", *value, figure.decimals) : std::string();
}

}  // namespace pairalign::stats
