#include "audio/chunks.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "audio/bytes.hpp"
#include "audio/ogg_audio.hpp"
#include "base/error.hpp"

namespace pairalign::audio {
namespace {

constexpr std::int64_t kSphereHead = 1024;

// A few bytes of the file at a time; zeros past its end.
class Window {
 public:
  Window(const ByteRange& file, const std::string& name) : file_(file), name_(name) {}

  // Moves to `offset` from the start of the file; false if not even a chunk header is there.
  bool move_to(std::int64_t offset) {
    bytes_ = {};
    const std::int64_t n = file_.read(offset, bytes_.data(), bytes_.size());
    if (n < 0) throw errno_error(name_, "cannot read");
    return n >= kChunkHead;
  }
  std::string_view text(std::size_t at, std::size_t length) const {
    return {bytes_.data() + at, length};
  }
  std::string_view id() const { return text(0, 4); }
  std::int64_t big(std::size_t at, std::size_t length) const {
    return big_endian(bytes_.data() + at, length);
  }
  std::int64_t little(std::size_t at, std::size_t length) const {
    return little_endian(bytes_.data() + at, length);
  }
  std::int64_t number(std::size_t at, std::size_t length, bool big_endian) const {
    return big_endian ? big(at, length) : little(at, length);
  }
  const ByteRange& file() const { return file_; }
  const std::string& name() const { return name_; }

 private:
  const ByteRange& file_;
  const std::string& name_;
  std::array<char, 64> bytes_{};
};

// Where the audio lies according to the header: offsets from the start of the file. Nothing: the
// header leaves that open.
struct Audio {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool reaches_end = false;  // nothing else follows it in files of this kind
};
using Found = std::optional<Audio>;

Found with_length(std::int64_t begin, std::int64_t length) {
  if (length < 0 || length >= kOpenLength) return std::nullopt;
  return Audio{begin, begin + length};
}

// Walks the chunks (name, length, body padded to even) of a RIFF or IFF file to the one that holds
// the audio. RF64 keeps lengths of 4 GB and more in a separate chunk before that.
Found find_chunk(Window& window, std::string_view wanted, bool big_endian) {
  std::int64_t long_length = -1;
  std::int64_t offset = 12;
  for (int n = 0; n < kMaxChunks && window.move_to(offset); ++n) {
    std::int64_t length = window.number(4, 4, big_endian);
    if (window.id() == "ds64") long_length = window.little(16, 8);
    offset += kChunkHead;
    if (window.id() == wanted) {
      const bool in_ds64 = length == 0xffffffff && long_length >= 0;
      if (!in_ds64) return with_length(offset, length);
      if (long_length > kMaxLength || long_length == 0xffffffff) return std::nullopt;
      return Audio{offset, offset + long_length};
    }
    offset += length + length % 2;
  }
  // An AIFF file without samples may omit the chunk, but half a chunk header is a fault.
  const std::int64_t left = window.file().size() - offset;
  if (left > 0 && left < kChunkHead) return Audio{offset, offset + kChunkHead};
  return std::nullopt;
}

Found find_in_riff(Window& window) {
  const bool big_endian = window.id() == "RIFX";
  if (window.text(8, 4) != "AVI ") return find_chunk(window, "data", big_endian);
  // Its streams are interleaved: the total length is enough.
  const std::int64_t length = window.little(4, 4);
  return length == 0 ? std::nullopt : with_length(kChunkHead, length);
}

Found find_in_iff(Window& window) {
  const std::string_view form = window.text(8, 4);
  const bool amiga = form == "8SVX" || form == "16SV";
  return find_chunk(window, amiga ? "BODY" : form == "MAUD" ? "MDAT" : "SSND", true);
}

// Formats of chunks with 64-bit lengths.
struct LongChunks {
  std::int64_t first;  // offset
  std::int64_t name;   // bytes
  bool big_endian;
  bool with_head;        // lengths include name and length
  std::int64_t padding;  // chunks begin at multiples of this
};

Found find_long_chunk(Window& window, const LongChunks& kind) {
  const std::int64_t head = kind.name + 8, size = window.file().size();
  std::int64_t offset = kind.first;
  for (int n = 0; n < kMaxChunks && window.move_to(offset) && offset + head <= size; ++n) {
    std::int64_t length = window.number(static_cast<std::size_t>(kind.name), 8, kind.big_endian);
    if (kind.with_head) length -= head;
    if (length < 0 || length > kMaxLength) return std::nullopt;  // left open
    if (window.id() == "data") return Audio{offset + head, offset + head + length};
    offset += (head + length + kind.padding - 1) / kind.padding * kind.padding;
  }
  return Audio{offset, offset + head};
}

Found find_in_wave64(Window& window) {
  return find_long_chunk(window, {40, 16, false, true, 8});
}

// Data begins with a count of edits; a header that was never completed declares nothing else.
Found find_in_caf(Window& window) {
  constexpr std::int64_t kEditCount = 4;
  Found audio = find_long_chunk(window, {8, 4, true, false, 1});
  if (!audio || audio->end - audio->begin > kEditCount) return audio;
  const bool more = window.move_to(audio->end);
  const bool chunk = more && window.big(4, 8) <= window.file().size() - audio->end;
  audio->reaches_end = more && !chunk;
  return audio;
}

// NIST SPHERE: a header of lines, `NAME -TYPE VALUE`, and the samples.
Found find_in_sphere(Window& window) {
  std::string head(kSphereHead, '\0');
  const std::int64_t n = window.file().read(0, head.data(), kSphereHead);
  if (n < 0) throw errno_error(window.name(), "cannot read");
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

Found find_in_au(Window& window) {
  const bool big_endian = window.id() == ".snd";
  Found audio = with_length(window.number(4, 4, big_endian), window.number(8, 4, big_endian));
  if (audio) audio->reaches_end = true;
  return audio;
}

Found find_in_avr(Window& window) {
  const std::int64_t channels = window.big(12, 2) == 0 ? 1 : 2, bytes = window.big(14, 2) / 8;
  return with_length(128, window.big(26, 4) * channels * bytes);
}

// Blocks with a type and a length of three bytes, up to one of type 0. sox declares 8 bytes too few
// for its block of sound; a few bytes at the end are therefore accepted.
Found find_in_voc(Window& window) {
  const std::int64_t size = window.file().size();
  Audio audio{window.little(20, 2), 0, false};
  audio.end = audio.begin;
  constexpr std::int64_t kHead = 4, kTooShort = 8;
  do {
    window.move_to(audio.end);
    if (window.little(0, 1) == 0 && audio.end < size) break;
    audio.end += kHead + window.little(1, 3);
  } while (audio.end + kTooShort + 1 < size);
  return audio;
}

Found find_in_wve(Window& window) {
  return with_length(32, window.big(18, 4));
}

Found find_in_mpc2000(Window& window) {
  const std::int64_t channels = window.little(21, 1) + 1;
  return with_length(42, window.little(30, 4) * channels * 2);
}

// MIDI sample dump: packets of 127 bytes, 120 of which hold samples, each in as many bytes as its
// bits need at seven per byte.
Found find_in_sds(Window& window) {
  const std::int64_t bits = window.little(6, 1);
  const std::int64_t frames =
      window.little(10, 1) | window.little(11, 1) << 7 | window.little(12, 1) << 14;
  if (bits < 8 || bits > 28) return std::nullopt;
  const std::int64_t frames_of_packet = 120 / ((bits + 6) / 7);
  return with_length(21, (frames + frames_of_packet - 1) / frames_of_packet * 127);
}

// FastTracker; libsndfile writes 0 as the length.
Found find_in_xi(Window& window) {
  window.move_to(296);
  const std::int64_t samples = window.little(0, 2), length = window.little(2, 4);
  if (samples != 1 || length == 0) return std::nullopt;
  return with_length(338, length);
}

// Two matrices, the rate and the samples: type, rows, columns, whether it is complex, length of the
// name, name, values.
Found find_in_mat4(Window& window) {
  constexpr std::int64_t kHead = 20;
  constexpr std::array<std::int64_t, 6> kBytes = {8, 4, 4, 2, 2, 1};
  Audio matrix;
  for (int n = 0; n < 2; ++n) {
    window.move_to(matrix.end);
    const bool big_endian = window.little(0, 4) > 9999;
    const auto field = [&](std::size_t i) { return window.number(4 * i, 4, big_endian); };
    const auto type = static_cast<std::size_t>(field(0) / 10 % 10);
    if (type >= kBytes.size() || field(1) > 1 << 16) return std::nullopt;
    matrix.begin = matrix.end + kHead + field(4);
    matrix.end = matrix.begin + field(1) * field(2) * kBytes[type];
  }
  return matrix;
}

// As libsndfile lays it out. The declared length of the matrix is 8 more than what it writes; that
// of the values within is right.
Found find_in_mat5(Window& window) {
  constexpr std::int64_t kNumbers = 264;
  window.move_to(126);
  const bool big_endian = window.text(0, 2) == "MI";
  window.move_to(248);
  if (window.file().size() < kNumbers) return Audio{0, kNumbers};
  if (window.text(0, 8) != "wavedata") return std::nullopt;
  return with_length(kNumbers, window.number(12, 4, big_endian));
}

struct Kind {
  std::size_t offset;
  std::string_view mark;
  Found (*find)(Window&);
};

constexpr Kind kKinds[] = {
    {0, "RIFF", find_in_riff},
    {0, "RIFX", find_in_riff},
    {0, "RF64", find_in_riff},
    {0, "FORM", find_in_iff},
    {0, "riff", find_in_wave64},
    {0, "caff", find_in_caf},
    {0, ".snd", find_in_au},
    {0, "dns.", find_in_au},
    {0, "NIST", find_in_sphere},
    {0, "2BIT", find_in_avr},
    {0, "Creative Voice File", find_in_voc},
    {0, "ALawSoundFile**", find_in_wve},
    {0, "\x01\x04", find_in_mpc2000},
    {0, "\xf0\x7e", find_in_sds},
    {0, "Extended Instrument: ", find_in_xi},
    {20, "samplerate", find_in_mat4},
    {0, "MATLAB 5", find_in_mat5},
};

std::string fault_of_ogg(const ByteRange& file, const std::string& name) {
  const std::optional<OggPage> page = last_ogg_page(file, name);
  if (!page || !page->whole) return "cut short in an Ogg page";
  return page->last ? "" : "cut short between Ogg pages: the last is not marked as such";
}

}  // namespace

std::string fault_of_length(const ByteRange& file, const std::string& name) {
  Window window(file, name);
  if (!window.move_to(0)) return {};
  if (window.id() == "OggS") return fault_of_ogg(file, name);
  const auto* const kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& k) {
    return window.text(k.offset, k.mark.size()) == k.mark;
  });
  if (kind == std::end(kKinds)) return {};
  const bool riff = window.id() == "RIFF";
  const std::int64_t end_of_riff = kChunkHead + window.little(4, 4);
  const Found audio = kind->find(window);
  if (!audio) return {};

  const std::int64_t size = file.size(), behind = size - audio->end;
  if (behind < 0) return fmt::format("cut short: {} bytes are missing at its end", -behind);
  const bool reaches_end = audio->reaches_end || (riff && end_of_riff < size);
  if (reaches_end && audio->begin == audio->end && behind > 0) {
    return fmt::format("unfinished: its header promises no audio, but {} bytes follow", behind);
  }
  if (audio->reaches_end && behind > kChunkHead) {
    return fmt::format("{} bytes behind the audio that its header tells of were not read", behind);
  }
  return {};
}

}  // namespace pairalign::audio
