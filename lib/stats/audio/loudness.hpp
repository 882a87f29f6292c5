// Loudness as broadcasters measure it.
#pragma once

#include <memory>
#include <optional>

#include "stats/audio/block.hpp"

namespace pairalign::stats {

/// Integrated loudness by ITU-R BS.1770-4 and EBU R 128, using libebur128.
class LoudnessMeter {
 public:
  LoudnessMeter(int channels, int sample_rate);
  ~LoudnessMeter();
  LoudnessMeter(LoudnessMeter&&) noexcept;

  void add(const Block& block);

  /// LUFS; nothing if the recording is shorter than the 400 ms of one block of the standard, or
  /// quieter than its gate of -70 LUFS throughout.
  std::optional<double> integrated() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pairalign::stats
