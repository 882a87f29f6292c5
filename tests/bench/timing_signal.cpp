// The signal with known onsets of the unit tests, for the evaluation of token times. Writes
// headerless PCM, 16 bits, 16 kHz, mono, or the onsets.
#include "../unit/timing_signal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/program.hpp"
#include "pcm16.hpp"

int main(int argc, char** argv) {
  using namespace pairalign;
  double seconds = 60;
  bool onsets = false;
  return cli::run(
      argc, argv,
      cli::Tool{"timing_signal", "",
                "Writes a signal of vowels, hisses, bursts and pauses as 16-bit PCM at 16 kHz."},
      [&](CLI::App& app) {
        app.add_option("--seconds", seconds, "Length of the signal")->type_name("S");
        app.add_flag("--onsets", onsets,
                     "Write the moments at which its sounds begin, in milliseconds, one a line");
      },
      [&](cli::Context& context) {
        const test::TimingSignal signal = test::make_timing_signal(seconds, 1);
        if (!onsets) {
          context.out.write(to_pcm16(signal.pcm));
          return cli::kDone;
        }
        for (const double onset : signal.onsets_s)
          context.out.write(fmt::format("{:.3f}\n", 1000 * onset));
        return cli::kDone;
      });
}
