// Checks lengths declared in the headers of audio files, which decoders do not enforce.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "audio/formats.hpp"

namespace pairalign::audio {
namespace {

constexpr std::int64_t kSphereHead = 1024;

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
Found find_chunk(const ByteRange& file, std::string_view wanted, bool big_endian) {
  std::int64_t long_length = -1;
  std::int64_t offset = 12;
  for (int n = 0; n < kMaxChunks; ++n) {
    const Head chunk(file, offset, big_endian);
    if (chunk.length < kChunkHead) break;
    const std::int64_t length = chunk.number(4, 4);
    if (chunk.id() == "ds64") long_length = chunk.little(16, 8);
    offset += kChunkHead;
    if (chunk.id() == wanted) {
      const bool in_ds64 = length == 0xffffffff && long_length >= 0;
      if (!in_ds64) return with_length(offset, length);
      if (long_length > kMaxLength || long_length == 0xffffffff) return std::nullopt;
      return Audio{offset, offset + long_length};
    }
    offset += length + length % 2;
  }
  // An AIFF file without samples may omit the chunk, but half a chunk header is a fault.
  const std::int64_t left = file.size() - offset;
  if (left > 0 && left < kChunkHead) return Audio{offset, offset + kChunkHead};
  return std::nullopt;
}

Found find_in_riff(const ByteRange& file, const Head& head) {
  if (head.text(8, 4) != "AVI ") return find_chunk(file, "data", head.id() == "RIFX");
  // Its streams are interleaved: the total length is enough.
  const std::int64_t length = head.little(4, 4);
  return length == 0 ? std::nullopt : with_length(kChunkHead, length);
}

Found find_in_iff(const ByteRange& file, const Head& head) {
  const std::string_view form = head.text(8, 4);
  const bool amiga = form == "8SVX" || form == "16SV";
  return find_chunk(file, amiga ? "BODY" : form == "MAUD" ? "MDAT" : "SSND", true);
}

// Formats of chunks with 64-bit lengths.
struct LongChunks {
  std::int64_t first;  // offset
  std::int64_t name;   // bytes
  bool big_endian;
  bool with_head;        // lengths include name and length
  std::int64_t padding;  // chunks begin at multiples of this
};

Found find_long_chunk(const ByteRange& file, const LongChunks& kind) {
  const std::int64_t head = kind.name + 8, size = file.size();
  std::int64_t offset = kind.first;
  for (int n = 0; n < kMaxChunks && offset + head <= size; ++n) {
    const Head chunk(file, offset, kind.big_endian);
    std::int64_t length = chunk.number(static_cast<std::size_t>(kind.name), 8);
    if (kind.with_head) length -= head;
    if (length < 0 || length > kMaxLength) return std::nullopt;  // left open
    if (chunk.id() == "data") return Audio{offset + head, offset + head + length};
    offset += (head + length + kind.padding - 1) / kind.padding * kind.padding;
  }
  return Audio{offset, offset + head};
}

Found find_in_wave64(const ByteRange& file, const Head&) {
  return find_long_chunk(file, {40, 16, false, true, 8});
}

// Data begins with a count of edits; a header that was never completed declares nothing else.
Found find_in_caf(const ByteRange& file, const Head&) {
  constexpr std::int64_t kEditCount = 4;
  Found audio = find_long_chunk(file, {8, 4, true, false, 1});
  if (!audio || audio->end - audio->begin > kEditCount) return audio;
  const Head behind(file, audio->end);
  const bool chunk = behind.big(4, 8) <= file.size() - audio->end;
  audio->reaches_end = behind.length >= kChunkHead && !chunk;
  return audio;
}

// NIST SPHERE: a header of lines, `NAME -TYPE VALUE`, and the samples.
Found find_in_sphere(const ByteRange& file, const Head&) {
  std::string head(kSphereHead, '\0');
  file.read(0, head.data(), kSphereHead);
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
  const auto within = [](std::int64_t x, std::int64_t most) { return x >= 0 && x <= most; };
  if (!within(begin, kOpenLength - 1) || !within(frames, kOpenLength - 1) ||
      !within(channels, 64) || !within(bytes, 8)) {
    return std::nullopt;
  }
  return Audio{begin, begin + frames * channels * bytes};
}

Found find_in_au(const ByteRange& file, const Head& head) {
  const Head au(file, 0, head.id() == ".snd");
  Found audio = with_length(au.number(4, 4), au.number(8, 4));
  if (audio) audio->reaches_end = true;
  return audio;
}

Found find_in_avr(const ByteRange&, const Head& head) {
  const std::int64_t channels = head.big(12, 2) == 0 ? 1 : 2, bytes = head.big(14, 2) / 8;
  return with_length(128, head.big(26, 4) * channels * bytes);
}

// Blocks with a type and a length of three bytes, up to one of type 0. sox declares 8 bytes too few
// for its block of sound; a few bytes at the end are therefore accepted.
Found find_in_voc(const ByteRange& file, const Head& head) {
  constexpr std::int64_t kHead = 4, kTooShort = 8;
  const std::int64_t size = file.size(), begin = head.little(20, 2);
  std::int64_t end = begin;
  do {
    const Head block(file, end);
    if (block.little(0, 1) == 0 && end < size) break;
    end += kHead + block.little(1, 3);
  } while (end + kTooShort + 1 < size);
  return Audio{begin, end};
}

Found find_in_wve(const ByteRange&, const Head& head) {
  return with_length(32, head.big(18, 4));
}

Found find_in_mpc2000(const ByteRange&, const Head& head) {
  const std::int64_t channels = head.little(21, 1) + 1;
  return with_length(42, head.little(30, 4) * channels * 2);
}

// MIDI sample dump: packets of 127 bytes, 120 of which hold samples, each in as many bytes as its
// bits need at seven per byte.
Found find_in_sds(const ByteRange&, const Head& head) {
  const std::int64_t bits = head.little(6, 1);
  const std::int64_t frames =
      head.little(10, 1) | head.little(11, 1) << 7 | head.little(12, 1) << 14;
  if (bits < 8 || bits > 28) return std::nullopt;
  const std::int64_t frames_of_packet = 120 / ((bits + 6) / 7);
  return with_length(21, (frames + frames_of_packet - 1) / frames_of_packet * 127);
}

// FastTracker; libsndfile writes 0 as the length.
Found find_in_xi(const ByteRange& file, const Head&) {
  const Head instrument(file, 296);
  const std::int64_t samples = instrument.little(0, 2), length = instrument.little(2, 4);
  if (samples != 1 || length == 0) return std::nullopt;
  return with_length(338, length);
}

// Two matrices, the rate and the samples: type, rows, columns, whether it is complex, length of the
// name, name, values.
Found find_in_mat4(const ByteRange& file, const Head&) {
  constexpr std::int64_t kHead = 20;
  constexpr std::array<std::int64_t, 6> kBytes = {8, 4, 4, 2, 2, 1};
  Audio matrix;
  for (int n = 0; n < 2; ++n) {
    Head head(file, matrix.end);
    head.big_endian = head.little(0, 4) > 9999;
    const auto field = [&](std::size_t i) { return head.number(4 * i, 4); };
    const auto type = static_cast<std::size_t>(field(0) / 10 % 10);
    if (type >= kBytes.size() || field(1) > 1 << 16) return std::nullopt;
    matrix.begin = matrix.end + kHead + field(4);
    matrix.end = matrix.begin + field(1) * field(2) * kBytes[type];
  }
  return matrix;
}

// As libsndfile lays it out. The declared length of the matrix is 8 more than what it writes; that
// of the values within is right.
Found find_in_mat5(const ByteRange& file, const Head&) {
  constexpr std::int64_t kNumbers = 264;
  const Head values(file, 248, Head(file, 126).text(0, 2) == "MI");
  if (file.size() < kNumbers) return Audio{0, kNumbers};
  if (values.text(0, 8) != "wavedata") return std::nullopt;
  return with_length(kNumbers, values.number(12, 4));
}

struct Kind {
  std::size_t offset;
  std::string_view mark;
  Found (*find)(const ByteRange& file, const Head& head);
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

std::string fault_of_ogg(const ByteRange& file) {
  const std::optional<OggPage> page = last_ogg_page(file);
  if (!page || !page->whole) return "cut short in an Ogg page";
  return page->last ? "" : "cut short between Ogg pages: the last is not marked as such";
}

}  // namespace

std::string fault_of_length(const ByteRange& file) {
  const Head head(file);
  if (head.length < kChunkHead) return {};
  if (head.id() == "OggS") return fault_of_ogg(file);
  const auto* const kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& k) {
    return head.text(k.offset, k.mark.size()) == k.mark;
  });
  if (kind == std::end(kKinds)) return {};
  const Found audio = kind->find(file, head);
  if (!audio) return {};

  const std::int64_t size = file.size(), behind = size - audio->end;
  if (behind < 0) return fmt::format("cut short: {} bytes are missing at its end", -behind);
  const bool riff_ends = head.id() == "RIFF" && kChunkHead + head.little(4, 4) < size;
  if ((audio->reaches_end || riff_ends) && audio->begin == audio->end && behind > 0) {
    return fmt::format("unfinished: its header declares no audio, but {} bytes follow", behind);
  }
  if (audio->reaches_end && behind > kChunkHead) {
    return fmt::format("{} bytes after the audio declared in its header were not read", behind);
  }
  return {};
}

}  // namespace pairalign::audio
