// What the readers share: how formats are recognised, and what the headers of files declare.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/byte_range.hpp"
#include "audio/reader.hpp"
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

/// The header of a frame of MPEG audio (ISO 11172-3, 13818-3 and "MPEG 2.5"), its first four bytes.
struct MpegHeader {
  std::uint32_t kind = 0;  ///< bits that are equal in all frames of a stream
  int layer = 3;
  int rate = 0;
  int channels = 0;
  int samples = 0;
  int bytes = 0;             ///< of the frame including its header
  int side_information = 0;  ///< bytes of layer III between header and data

  double seconds() const { return static_cast<double>(samples) / rate; }
};

/// Nothing if these bytes do not begin a frame, and for frames of free format, whose length is not
/// stated.
std::optional<MpegHeader> parse_mpeg_header(const unsigned char* bytes);

/// Whether `bytes` hold `frames` consecutive frames of one stream, the first of which begins within
/// the first `reach` bytes.
bool holds_mpeg_frames(const ByteRange& bytes, std::int64_t reach, int frames);

/// The fields of a page header.
struct OggPage {
  std::int64_t position = 0;
  std::int64_t serial = 0;
  bool last = false;   ///< it is the last of its stream
  bool whole = false;  ///< it is not cut short
};

/// The last page that begins in a file; nothing if none begins near its end.
std::optional<OggPage> last_ogg_page(const ByteRange& bytes);

/// What is needed from the messages of ffmpeg with `-loglevel level+info`.
struct FfmpegMessages {
  std::vector<std::string> errors;
  /// Duration declared in the file, in seconds, if it holds nothing but one audio stream and the
  /// duration is not an estimate.
  std::optional<double> duration_s;
  int audio_streams = 0;
};
FfmpegMessages parse_ffmpeg_messages(const std::string& text);

// The readers. All throw Error(name, reason) for what is damaged or cannot be read, and
// UnknownFormat for what the library does not know.

/// A sound file of any kind that libsndfile reads.
std::unique_ptr<Reader> open_sound(const ByteRange& bytes);
/// Headerless samples: `encoding` is a subtype of libsndfile's SF_FORMAT_RAW with an endianness.
/// Bytes are read in order, so a stream is decoded as it arrives. `promised` is the expected number
/// of bytes; kToTheEnd: not known.
std::unique_ptr<Reader> open_samples(const ByteRange& bytes, SampleFormat format, int encoding,
                                     int frame_bytes, std::int64_t promised);
/// libsndfile's reader if the WAV file is well-formed. libsndfile silently misreads others: a
/// header that was never completed because the recorder died (all bytes up to the end are the
/// audio), several data chunks, files joined end to end, MP3 within WAV. A stream is read as it
/// arrives.
std::unique_ptr<Reader> open_wav(const ByteRange& bytes);
std::unique_ptr<Reader> open_mpeg(const ByteRange& bytes);
std::unique_ptr<Reader> open_ogg(const ByteRange& bytes);
/// `program` is the path of ffmpeg. Waits for the end of a stream: most of these formats cannot be
/// read without seeking back. `length_fault`: what is known to be wrong with the file, in case
/// FFmpeg does not notice.
std::unique_ptr<Reader> open_with_ffmpeg(const ByteRange& bytes, const std::string& program,
                                         std::string length_fault);

}  // namespace pairalign::audio
