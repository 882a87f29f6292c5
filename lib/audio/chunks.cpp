#include "audio/chunks.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/error.hpp"

namespace pairalign::audio {
namespace {

// Writers that cannot seek back to fill in the length leave the greatest value they can: 2^32 − 1
// (ffmpeg), or close to 2^31 (sox).
constexpr std::int64_t kOpenLength = 0x7fff0000;
constexpr std::int64_t kGreatestLength = std::int64_t{1} << 60;
constexpr int kMostChunks = 4096;
constexpr std::int64_t kChunkHead = 8;
constexpr std::int64_t kSphereHead = 1024;

// A few bytes of the file at a time; zeros behind its end.
class Window {
 public:
  Window(const ByteRange& file, const std::string& name) : file_(file), name_(name) {}

  // Moves to `offset` from the start of the file; false when not even a chunk's head is there.
  bool move_to(std::int64_t offset) {
    bytes_ = {};
    const std::int64_t n = file_.read(offset, bytes_.data(), bytes_.size());
    if (n < 0) throw errno_error(name_, "cannot read");
    return n >= kChunkHead;
  }
  std::string_view id() const { return {bytes_.data(), 4}; }
  std::int64_t number(std::size_t at, std::size_t length, bool big_endian) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t from = at + (big_endian ? i : length - 1 - i);
      value = value << 8 | static_cast<unsigned char>(bytes_[from]);
    }
    return static_cast<std::int64_t>(value);
  }

 private:
  const ByteRange& file_;
  const std::string& name_;
  std::array<char, 24> bytes_{};  // as far as the data length in an RF64 `ds64` chunk
};

// Where the header says that the audio lies: offsets from the start of the file.
struct Audio {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

// Walks the chunks (name, length, body padded to even) of a RIFF or IFF file of `size` bytes to the
// one that holds the audio. RF64 keeps lengths of 4 GB and more in a chunk of its own before that.
std::optional<Audio> find_chunk(Window& window, std::string_view wanted, bool big_endian,
                                std::int64_t size) {
  std::int64_t long_length = -1;
  std::int64_t offset = 12;
  for (int n = 0; n < kMostChunks && window.move_to(offset); ++n) {
    std::int64_t length = window.number(4, 4, big_endian);
    if (window.id() == "ds64") long_length = window.number(16, 8, big_endian);
    offset += 8;
    if (window.id() == wanted) {
      const bool in_ds64 = length == 0xffffffff && long_length >= 0;
      if (in_ds64) length = long_length;
      if (length > kGreatestLength || (length >= kOpenLength && !in_ds64)) return std::nullopt;
      return Audio{offset, offset + length};
    }
    offset += length + length % 2;
  }
  // An AIFF file without samples may do without the chunk; half a chunk's head is another matter.
  if (size - offset > 0 && size - offset < kChunkHead) return Audio{offset, offset + kChunkHead};
  return std::nullopt;
}

// Chunks with lengths of 64 bits.
struct LongChunks {
  std::int64_t first;  // offset
  std::int64_t name;   // bytes
  bool big_endian;
  bool with_head;        // lengths count name and length too
  std::int64_t padding;  // chunks begin at its multiples
};
constexpr LongChunks kCaf{8, 4, true, false, 1};
constexpr LongChunks kWave64{40, 16, false, true, 8};

std::optional<Audio> find_long_chunk(Window& window, const LongChunks& kind, std::int64_t size) {
  const std::int64_t head = kind.name + 8;
  std::int64_t offset = kind.first;
  for (int n = 0; n < kMostChunks && window.move_to(offset) && offset + head <= size; ++n) {
    std::int64_t length = window.number(static_cast<std::size_t>(kind.name), 8, kind.big_endian);
    if (kind.with_head) length -= head;
    if (length < 0 || length > kGreatestLength) return std::nullopt;  // left open
    if (window.id() == "data") return Audio{offset + head, offset + head + length};
    offset += (head + length + kind.padding - 1) / kind.padding * kind.padding;
  }
  return Audio{offset, offset + head};
}

// NIST SPHERE: a header of lines, `NAME -TYPE VALUE`, and the samples.
std::optional<Audio> find_in_sphere(const ByteRange& file, const std::string& name) {
  std::string head(kSphereHead, '\0');
  const std::int64_t n = file.read(0, head.data(), kSphereHead);
  if (n < 0) throw errno_error(name, "cannot read");
  std::istringstream lines(head);
  std::string word, type, value;
  std::int64_t begin = 0, frames = -1, channels = 1, bytes = 2;
  lines >> word >> begin;
  while (lines >> word && word != "end_head") {
    lines >> type >> value;
    // Compressed, which libsndfile does not read.
    if (word == "sample_coding" && value.find(',') != value.npos) return std::nullopt;
    std::int64_t* const number = word == "sample_count"     ? &frames
                                 : word == "channel_count"  ? &channels
                                 : word == "sample_n_bytes" ? &bytes
                                                            : nullptr;
    if (number != nullptr) *number = std::strtoll(value.c_str(), nullptr, 10);
  }
  const auto sensible = [](std::int64_t x) { return x >= 0 && x < kOpenLength; };
  if (!sensible(begin) || !sensible(frames) || channels > 64 || !sensible(channels) || bytes > 8 ||
      !sensible(bytes)) {
    return std::nullopt;
  }
  return Audio{begin, begin + frames * channels * bytes};
}

std::optional<Audio> find_in_au(const Window& window) {
  const std::int64_t begin = window.number(4, 4, true);
  const std::int64_t length = window.number(8, 4, true);
  if (length >= kOpenLength) return std::nullopt;
  return Audio{begin, begin + length};
}

}  // namespace

std::string fault_of_length(const ByteRange& file, const std::string& name) {
  Window window(file, name);
  if (!window.move_to(0)) return {};
  const std::int64_t size = file.size();
  const bool riff = window.id() == "RIFF";
  const std::int64_t end_of_riff = kChunkHead + window.number(4, 4, false);

  std::optional<Audio> audio;
  if (riff || window.id() == "RF64") {
    audio = find_chunk(window, "data", false, size);
  } else if (window.id() == "FORM") {
    audio = find_chunk(window, "SSND", true, size);
  } else if (window.id() == ".snd") {
    audio = find_in_au(window);
  } else if (window.id() == "caff") {
    audio = find_long_chunk(window, kCaf, size);
  } else if (window.id() == "NIST") {
    audio = find_in_sphere(file, name);
  } else if (window.id() == "riff") {
    audio = find_long_chunk(window, kWave64, size);
  }
  if (!audio) return {};

  if (audio->end > size) {
    return fmt::format("cut short: {} bytes are missing at its end", audio->end - size);
  }
  if (riff && audio->begin == audio->end && end_of_riff < size) {
    return fmt::format("unfinished: its header promises no audio, but {} bytes follow",
                       size - audio->begin);
  }
  return {};
}

}  // namespace pairalign::audio
