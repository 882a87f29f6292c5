// Recognises the format of an audio file by its first bytes.
#pragma once

#include <cstdint>

#include "audio/byte_range.hpp"
#include "base/error.hpp"

namespace pairalign::audio {

/// A format that one reader does not know, but another may.
class UnknownFormat : public Error {
 public:
  using Error::Error;
};

enum class Container {
  wav,  ///< RIFF, RIFX, RF64, BW64
  ogg,
  mpeg,     ///< frames of MPEG audio, layers I to III, perhaps after other bytes
  sound,    ///< read by libsndfile, or unknown
  foreign,  ///< read by FFmpeg only
};

struct Recognised {
  Container container = Container::sound;
  std::int64_t begin = 0;      ///< after ID3v2 tags, which may precede any file
  const char* name = nullptr;  ///< for messages, e.g. "MP4 or M4A"; nullptr: not known
  bool text = false;           ///< it looks like text: no audio
};

/// Examines the first bytes and, if they are inconclusive, continues searching for MPEG frames.
Recognised recognise(const ByteRange& bytes);

/// `bytes` without the ID3v1 and APE tags that may follow any file. Waits for the end of a stream.
ByteRange without_tags_behind(const ByteRange& bytes);

/// Length of the ID3v2 tag that begins with these ten bytes.
std::int64_t id3v2_length(const void* tag);

}  // namespace pairalign::audio
