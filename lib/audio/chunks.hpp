// Checks lengths declared in the headers of audio files, which decoders do not enforce.
#pragma once

#include <cstdint>
#include <string>

#include "audio/byte_range.hpp"

namespace pairalign::audio {

/// Writers that cannot seek back to fill in the length leave the largest possible value: 2^32 − 1
/// (ffmpeg), or close to 2^31 (sox).
inline constexpr std::int64_t kOpenLength = 0x7f000000;
inline constexpr std::int64_t kMaxLength = std::int64_t{1} << 60;
inline constexpr std::int64_t kChunkHead = 8;  ///< name and length
inline constexpr int kMaxChunks = 4096;        ///< that are examined

/// Describes for the user what is wrong with the length of a file whose format declares it in the
/// header (WAV, AIFF, CAF, AU, VOC and more, listed in chunks.cpp): audio cut short, or a header
/// that was never completed. libsndfile, and for some formats FFmpeg, read such files as if they
/// were whole. Empty when nothing is wrong, for other formats, and when the header leaves the
/// length open, as programs that write to a pipe do. Throws Error(name, reason) when the file
/// cannot be read.
std::string fault_of_length(const ByteRange& file, const std::string& name);

}  // namespace pairalign::audio
