// WAV and its variants for files of 4 GB and more, RF64 and BW64, in all the states in which they
// are found.
//
//   "RIFF" u32 size "WAVE"    or RIFX (big-endian); RF64 and BW64, whose lengths are in "ds64"
//   id[4] u32 size, body, padded to even length; chunks, among them
//   "ds64" u64 size of all, u64 size of data, ...   of RF64 and BW64, where u32 says 0xffffffff
//   "fmt " u16 encoding, u16 channels, u32 rate, u32 bytes a second, u16 bytes a frame,
//          u16 bits, ...
//   "data" samples, perhaps in several of these chunks
#pragma once

#include <memory>

#include "audio/reader.hpp"

namespace pairalign::audio {

/// The reader for a WAV file: libsndfile's if the file is well-formed. libsndfile silently misreads
/// others: a header that was never completed because the recorder died (all bytes up to the end are
/// the audio), several data chunks, files joined end to end, MP3 within WAV. A stream is read as it
/// arrives. Throws like `open_reader`, and UnknownFormat for codecs that libsndfile does not read.
std::unique_ptr<Reader> open_wav(const ByteRange& bytes);

}  // namespace pairalign::audio
