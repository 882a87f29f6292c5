// Audio files, by the readers that are linked. What is read at once is read in pieces and through a
// pipe too; and what is heard of a damaged file is what the same file gives before its error.
#include <algorithm>
#include <thread>
#include <vector>

#include <unistd.h>

#include "audio/decoder.hpp"
#include "base/error.hpp"
#include "harness.hpp"

namespace pairalign::fuzz {
namespace {

// A few bytes can stand for hours of audio; this much of it shows whatever there is to be seen.
constexpr std::size_t kMaxSamples = 1 << 21;

struct Heard {
  std::vector<float> pcm;
  bool failed = false;  // to open, or to read on
  bool faulty = false;  // something is missing
  bool too_long = false;
};

Heard read(audio::Decoder decoder, std::size_t piece) {
  Heard heard;
  std::vector<float> block(piece);
  try {
    while (const std::size_t n = decoder.read(block)) {
      heard.pcm.insert(heard.pcm.end(), block.begin(),
                       block.begin() + static_cast<std::ptrdiff_t>(n));
      heard.too_long = heard.pcm.size() > kMaxSamples;
      if (heard.too_long) return heard;
    }
    heard.faulty = !decoder.fault().empty();
  } catch (const Error&) {
    heard.failed = true;
  }
  return heard;
}

Heard read_file(const MemoryFile& file, bool partial, std::size_t piece) {
  audio::DecoderOptions options;
  options.partial = partial;
  try {
    return read(audio::Decoder(file.path(), options), piece);
  } catch (const Error&) {
    Heard none;
    none.failed = true;
    return none;
  }
}

Heard read_pipe(std::string_view bytes) {
  int ends[2];
  require(::pipe(ends) == 0, "a pipe");
  std::thread writer([&] {
    while (!bytes.empty()) {
      const ssize_t n = ::write(ends[1], bytes.data(), bytes.size());
      if (n <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    ::close(ends[1]);
  });
  audio::DecoderOptions options;
  options.partial = true;
  Heard heard;
  try {
    heard = read(audio::Decoder::from_descriptor(ends[0], "pipe", options), 1000);
  } catch (const Error&) {
    heard.failed = true;
  }
  std::vector<char> rest(1 << 16);
  while (::read(ends[0], rest.data(), rest.size()) > 0) {
  }
  writer.join();
  ::close(ends[0]);
  return heard;
}

}  // namespace
}  // namespace pairalign::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pairalign::fuzz;
  const MemoryFile file(as_text(data, size));
  const Heard partial = read_file(file, true, 4096);
  if (partial.too_long) return 0;
  const Heard pieces = read_file(file, true, 777);
  require(pieces.pcm == partial.pcm && pieces.failed == partial.failed, "pieces make the whole");
  const Heard strict = read_file(file, false, 4096);
  require(strict.failed == (partial.failed || partial.faulty), "what is missing is told");
  require(strict.failed || strict.pcm == partial.pcm, "a whole file is heard whole");
  const Heard piped = read_pipe(as_text(data, size));
  const std::size_t common = std::min(piped.pcm.size(), partial.pcm.size());
  require(std::equal(piped.pcm.begin(), piped.pcm.begin() + static_cast<std::ptrdiff_t>(common),
                     partial.pcm.begin()),
          "a pipe brings what is in the file");
  return 0;
}
