// Joins recordings into one long one, for measures that need more audio in one piece than a corpus
// of utterances has. Writes headerless PCM, 16 bits, 16 kHz, mono.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "audio/decoder.hpp"
#include "cli/program.hpp"
#include "pcm16.hpp"

namespace pairalign {
namespace {

struct Options {
  double seconds = 600;
  bool counted = false;
  std::vector<std::string> paths;
};

cli::ExitStatus join(const Options& options, cli::Context& context) {
  const bool all = options.seconds == 0;
  auto wanted = static_cast<std::size_t>(options.seconds * audio::kSampleRate);
  for (const std::string& path : options.paths) {
    if (wanted == 0 && !all) break;
    std::vector<float> pcm = audio::decode_file(path);
    if (!all) pcm.resize(std::min(pcm.size(), wanted));
    wanted -= std::min(pcm.size(), wanted);
    if (options.counted) context.out.write(std::to_string(pcm.size()) + '\n');
    context.out.write(to_pcm16(pcm));
  }
  if (wanted > 0) throw Error("--seconds", "the recordings end before that");
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  Options options;
  return cli::run(
      argc, argv,
      cli::Tool{"join_audio", "",
                "Joins recordings, in the order given, and writes 16-bit PCM at 16 kHz."},
      [&](CLI::App& app) {
        app.add_option("--seconds", options.seconds, "Length of the whole; 0: all there is")
            ->type_name("S");
        app.add_flag("--counted", options.counted,
                     "Before each recording a line with the number of its samples");
        cli::add_paths(app, "PATH", options.paths, "Recordings");
      },
      [&](cli::Context& context) { return join(options, context); });
}
