// Checks lengths declared in the headers of audio files, which decoders do not enforce.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "audio/byte_range.hpp"

namespace pairalign::audio {

/// Writers that cannot seek back to fill in the length leave the largest possible value: 2^32 − 1
/// (ffmpeg), or close to 2^31 (sox).
inline constexpr std::int64_t kOpenLength = 0x7f000000;
inline constexpr std::int64_t kMaxLength = std::int64_t{1} << 60;
inline constexpr std::int64_t kChunkHead = 8;  ///< name and length
inline constexpr int kMaxChunks = 4096;        ///< that are examined

/// The few bytes from `offset` on, the head of a file or of a chunk; zeros past the end.
struct Head {
  explicit Head(const ByteRange& file, std::int64_t offset = 0, bool big_endian_file = false)
      : big_endian(big_endian_file),
        length(file.read(offset, bytes.data(), static_cast<std::int64_t>(bytes.size()))) {}

  std::array<char, 64> bytes{};
  bool big_endian;      ///< the numbers
  std::int64_t length;  ///< of what is there

  std::string_view text(std::size_t at, std::size_t size) const { return {&bytes[at], size}; }
  std::string_view id() const { return text(0, 4); }
  std::int64_t big(std::size_t at, std::size_t size) const {
    return audio::big_endian(&bytes[at], size);
  }
  std::int64_t little(std::size_t at, std::size_t size) const {
    return little_endian(&bytes[at], size);
  }
  std::int64_t number(std::size_t at, std::size_t size) const {
    return big_endian ? big(at, size) : little(at, size);
  }
};

/// Describes for the user what is wrong with the length of a file whose format declares it in the
/// header (WAV, AIFF, CAF, AU, VOC and more, listed in chunks.cpp): audio cut short, or a header
/// that was never completed. libsndfile, and for some formats FFmpeg, read such files as if they
/// were whole. Empty when nothing is wrong, for other formats, and when the header leaves the
/// length open, as programs that write to a pipe do.
std::string fault_of_length(const ByteRange& file);

}  // namespace pairalign::audio
