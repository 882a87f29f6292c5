// What an audio file is, by its first bytes.
#pragma once

#include <cstdint>
#include <string>

#include "audio/byte_range.hpp"
#include "base/error.hpp"

namespace pairalign::audio {

/// Not a kind of audio that a reader knows, where another may.
class UnknownFormat : public Error {
 public:
  using Error::Error;
};

enum class Container {
  wav,  ///< RIFF, RIFX, RF64, BW64
  ogg,
  mpeg,     ///< frames of MPEG audio, layers I to III, perhaps behind other bytes
  sound,    ///< what libsndfile reads, or nobody knows
  foreign,  ///< what FFmpeg alone reads here
};

struct Recognised {
  Container container = Container::sound;
  std::int64_t begin = 0;      ///< behind ID3v2 tags, which any file may have in front
  const char* name = nullptr;  ///< for messages, as "MP4 or M4A"; nullptr: not known
  bool text = false;           ///< it begins like text: no audio
};

/// Looks at the first bytes, and on for MPEG frames where these tell nothing. Throws Error(name,
/// reason) when they cannot be read.
Recognised recognise(const ByteRange& bytes, const std::string& name);

/// `bytes` without the ID3v1 and APE tags that may be behind any file. Waits for the end of a
/// stream.
ByteRange without_tags_behind(const ByteRange& bytes, const std::string& name);

/// Length of the ID3v2 tag whose first ten bytes these are.
std::int64_t id3v2_length(const unsigned char* bytes);

}  // namespace pairalign::audio
