// A whole tool: its tool_main, called in a folder with files of every kind it takes.
//
// An input is lines of arguments, an empty line, and the bytes of the file `input`. The same bytes
// are on standard input, but for slashes, which become '_' there and in the arguments: a list of
// paths, or an option that names a file to write, must not lead out of the folder.
//
// FUZZ_ARGUMENTS, where the build defines it, come before those of the input.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <stdio_ext.h>
#include <unistd.h>

#include "archive/writer.hpp"
#include "base/file.hpp"
#include "cli/program.hpp"
#include "harness.hpp"
#include "small_model.hpp"

namespace pairalign::fuzz {
namespace {

constexpr const char* kStrings =
    "#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=16\n"
    "a.wav\t1.00\t1 2 3 4 5 6\t0 80 160 240 320 400\n"
    "b.wav\t2.00\t1 2 3 4 5 7 8 9\n"
    "c.wav\t-\t\n";

constexpr const char* kRecipe =
    R"({"encoder": {"width": 8, "blocks": 1, "dimension": 4, "codes": 16},
        "decoder": {"width": 8, "layers": 1, "heads": 2, "pointer_width": 4},
        "geometric": {"crops": 2, "crop_seconds": 0.3, "piece_low_seconds": 0.1,
                      "piece_high_seconds": 0.2},
        "fixed_teacher": {"crops": 2, "crop_seconds": 0.3, "piece_low_seconds": 0.1,
                          "piece_high_seconds": 0.2},
        "ema_teacher": {"crops": 2, "crop_seconds": 0.3, "piece_low_seconds": 0.1,
                        "piece_high_seconds": 0.2}})";

// Half a second of a swelling tone, 16-bit mono WAV at 16 kHz.
std::string tone() {
  constexpr std::uint32_t kSamples = 8000, kRate = 16000;
  std::string bytes = "RIFF....WAVEfmt ";
  const auto put = [&bytes](std::uint32_t value, std::size_t size) {
    bytes.append(reinterpret_cast<const char*>(&value), size);
  };
  put(16, 4), put(1, 2), put(1, 2), put(kRate, 4), put(2 * kRate, 4), put(2, 2), put(16, 2);
  bytes += "data";
  put(2 * kSamples, 4);
  for (std::uint32_t i = 0; i < kSamples; ++i)
    put((i * i / 64) % 8192, 2);
  const auto size = static_cast<std::uint32_t>(bytes.size() - 8);
  std::memcpy(bytes.data() + 4, &size, sizeof size);
  return bytes;
}

// What every run finds in its folder.
class Surroundings {
 public:
  Surroundings() {
    require(::chdir(scratch_.path().c_str()) == 0, "a scratch folder");
    ::setenv("PAIRALIGN_MODEL", "model", 1);
    ::setenv("TMPDIR", ".", 1);
    small_model(true).save("model");
    {
      archive::ArchiveWriter writer("a.pai", {"0123456789abcdef", "vq", 16});
      for (const char* key : {"a.wav", "b.wav#t=0.00,1.00"})
        writer.add({key, 1, {1, 2, 3, 4, 5, 6}, {}});
      writer.commit();
    }
    for (const char* name : {"model", "a.pai/manifest", "a.pai/segment-000001"})
      files_.emplace_back(name, read_file(name));
    files_.emplace_back("b.pai/manifest", files_[1].second);
    files_.emplace_back("b.pai/segment-000001", files_[2].second);
    files_.emplace_back("strings.tsv", kStrings);
    files_.emplace_back("recipe", kRecipe);
    files_.emplace_back("audio/tone.wav", tone());
  }

  void restore() const {
    scratch_.empty();
    for (const auto& [name, bytes] : files_)
      write_file("./" + name, bytes);
  }

 private:
  ScratchFolder scratch_;
  std::vector<std::pair<std::string, std::string>> files_;
};

std::string without_slashes(std::string_view text) {
  std::string result(text);
  std::replace(result.begin(), result.end(), '/', '_');
  return result;
}

// Where standard input begins to come from, and where standard output goes: a tool closes it.
void connect(const MemoryFile& input) {
  require(::dup2(input.descriptor(), STDIN_FILENO) == STDIN_FILENO, "a standard input");
  ::__fpurge(stdin);
  std::clearerr(stdin);
  const int nowhere = ::open("/dev/null", O_WRONLY);
  require(nowhere >= 0, "a standard output");
  if (nowhere == STDOUT_FILENO) return;
  ::dup2(nowhere, STDOUT_FILENO);
  ::close(nowhere);
}

std::vector<std::string> arguments(std::string_view lines) {
  std::vector<std::string> list = {PAIRALIGN_TOOL};
#ifdef FUZZ_ARGUMENTS
  for (const char* argument : {FUZZ_ARGUMENTS})
    list.emplace_back(argument);
#endif
  std::istringstream stream(without_slashes(lines));
  for (std::string line; std::getline(stream, line);)
    list.push_back(line.substr(0, line.find('\0')));
  return list;
}

}  // namespace
}  // namespace pairalign::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pairalign::fuzz;
  static const Surroundings surroundings;
  surroundings.restore();
  const std::string_view input = as_text(data, size);
  const std::size_t gap = std::min(input.find("\n\n"), input.size());
  const std::string_view body = input.substr(std::min(gap + 2, input.size()));
  write_file("./input", body);
  const MemoryFile standard_input(without_slashes(body));
  connect(standard_input);

  std::vector<std::string> list = arguments(input.substr(0, gap));
  std::vector<char*> argv;
  for (std::string& argument : list)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  const int status = pairalign::cli::tool_main(static_cast<int>(list.size()), argv.data());
  require(status >= 0 && status <= 2, "a tool ends with 0, 1 or 2");
  return 0;
}
