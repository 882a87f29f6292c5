// Lengths that the header of an audio file promises, where decoders do not hold a file to them.
#pragma once

#include <cstdint>
#include <string>

#include "audio/byte_range.hpp"

namespace pairalign::audio {

/// Writers that cannot seek back to fill in the length leave the greatest value they can: 2^32 − 1
/// (ffmpeg), or close to 2^31 (sox).
inline constexpr std::int64_t kOpenLength = 0x7f000000;
inline constexpr std::int64_t kMaxLength = std::int64_t{1} << 60;
inline constexpr std::int64_t kChunkHead = 8;  ///< name and length
inline constexpr int kMaxChunks = 4096;        ///< that are looked at

/// What is wrong with the length of a file of any of the kinds that tell it in their header (WAV,
/// AIFF, CAF, AU, VOC and more, the list is in chunks.cpp), in words for the user: audio cut short,
/// or a header that was never completed. libsndfile, and FFmpeg of some, read such files as if they
/// were whole. Empty when nothing is wrong, for other formats and where the header leaves the
/// length open, as programs do that write to a pipe. Throws Error(name, reason) when the file
/// cannot be read.
std::string fault_of_length(const ByteRange& file, const std::string& name);

}  // namespace pairalign::audio
