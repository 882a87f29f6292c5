// Recognises the format of an audio file by its first bytes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "audio/formats.hpp"

namespace pairalign::audio {
namespace {

using namespace std::string_view_literals;

// A file of this kind has `bytes` at `offset`.
struct Mark {
  Container container;
  const char* name;
  std::size_t offset;
  std::string_view bytes;
};

constexpr Mark kMarks[] = {
    {Container::wav, "WAV", 8, "WAVE"},
    {Container::ogg, "Ogg", 0, "OggS"},
    {Container::sound, "FLAC", 0, "fLaC"},
    {Container::sound, "AIFF", 8, "AIF"},
    {Container::sound, "AU", 0, ".snd"},
    {Container::sound, "CAF", 0, "caff"},
    {Container::sound, "Wave64", 0, "riff"},
    {Container::sound, "NIST SPHERE", 0, "NIST_1A"},
    {Container::sound, "VOC", 0, "Creative Voice File"},
    {Container::sound, "8SVX", 8, "8SVX"},
    {Container::sound, "AVR", 0, "2BIT"},
    {Container::sound, "PVF", 0, "PVF1"},
    {Container::foreign, "MP4 (M4A, MOV, 3GP)", 4, "ftyp"},
    {Container::foreign, "MP4 (M4A, MOV, 3GP)", 4, "moov"},
    {Container::foreign, "MP4 (M4A, MOV, 3GP)", 4, "mdat"},
    {Container::foreign, "MP4 (M4A, MOV, 3GP)", 4, "wide"},
    {Container::foreign, "MP4 (M4A, MOV, 3GP)", 4, "free"},
    {Container::foreign, "MP4 (M4A, MOV, 3GP)", 4, "skip"},
    {Container::foreign, "WebM or Matroska", 0, "\x1a\x45\xdf\xa3"},
    {Container::foreign, "WMA (ASF)", 0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"},
    {Container::foreign, "AMR", 0, "#!AMR"},
    {Container::foreign, "AAC (ADTS)", 0, "\xff\xf1"},
    {Container::foreign, "AAC (ADTS)", 0, "\xff\xf9"},
    {Container::foreign, "AAC (ADIF)", 0, "ADIF"},
    {Container::foreign, "AVI", 8, "AVI "},
    {Container::foreign, "Flash video", 0, "FLV\x01"},
    {Container::foreign, "MPEG program stream", 0, "\0\0\x01\xba"sv},
    {Container::foreign, "MPEG transport stream", 188, "\x47"},
    {Container::foreign, "AC-3", 0, "\x0b\x77"},
    {Container::foreign, "DTS", 0, "\x7f\xfe\x80\x01"},
    {Container::foreign, "WavPack", 0, "wvpk"},
    {Container::foreign, "Monkey's Audio", 0, "MAC "},
    {Container::foreign, "Musepack", 0, "MPCK"},
    {Container::foreign, "Musepack", 0, "MP+"},
    {Container::foreign, "True Audio", 0, "TTA1"},
    {Container::foreign, "TAK", 0, "tBaK"},
    {Container::foreign, "Shorten", 0, "ajkg"},
    {Container::foreign, "DSD", 0, "DSD "},
    {Container::foreign, "DSD", 0, "FRM8"},
    {Container::foreign, "RealMedia", 0, ".RMF"},
    {Container::foreign, "RealAudio", 0, ".ra\xfd"},
};

constexpr std::size_t kLook = 1024;
// How many other bytes may precede an MP3, such as those left by a player it was recorded from.
constexpr std::int64_t kMpegReach = 1 << 20;
constexpr int kMpegFrames = 4;

struct Look {
  std::array<unsigned char, kLook> bytes{};
  std::size_t length = 0;

  bool has(const Mark& mark) const {
    return mark.offset + mark.bytes.size() <= length &&
           begins(bytes.data() + mark.offset, mark.bytes);
  }
};

// Here libsndfile would let libmpg123 search further, which reports all that it meets to stderr.
bool begins_like_mpeg(const Look& look) {
  const bool sync = look.bytes[0] == 0xff && (look.bytes[1] & 0xe0) == 0xe0;
  return sync || begins(look.bytes.data(), "ID3");
}

bool has_by_chance(const Look& look, const Mark& mark) {
  // A single such byte proves little: all packets of a transport stream begin with it.
  if (mark.bytes == "\x47")
    return look.bytes[0] != 0x47 || look.length < 377 || look.bytes[376] != 0x47;
  return mark.offset > 0 && begins_like_mpeg(look);
}

bool is_text(const Look& look) {
  return look.length > 0 &&
         std::all_of(look.bytes.data(), look.bytes.data() + look.length, [](unsigned char c) {
           return c >= ' ' || std::string_view("\t\n\r\f\x1b").find(c) != std::string_view::npos;
         });
}

}  // namespace

std::int64_t id3v2_length(const void* tag) {
  const auto* bytes = static_cast<const unsigned char*>(tag);
  constexpr int kHead = 10, kHasFooter = 0x10;
  return kHead + (bytes[6] << 21 | bytes[7] << 14 | bytes[8] << 7 | bytes[9]) +
         ((bytes[5] & kHasFooter) != 0 ? kHead : 0);
}

ByteRange without_tags_behind(const ByteRange& bytes) {
  constexpr std::int64_t kId3v1 = 128, kApe = 32;  // APE: its footer, and its header
  std::int64_t end = bytes.size();
  std::array<unsigned char, kId3v1> last{};
  const auto look = [&](std::int64_t length, std::string_view mark) {
    if (end < length) return false;
    bytes.read(end - length, last.data(), length);
    return begins(last.data(), mark);
  };
  if (look(kId3v1, "TAG")) end -= kId3v1;
  if (look(kApe, "APETAGEX")) {
    const std::int64_t body = little_endian(last.data() + 12, 4);
    const bool with_header = (last[23] & 0x80) != 0;
    end = std::max<std::int64_t>(0, end - body - (with_header ? kApe : 0));
  }
  return bytes.part(0, end);
}

Recognised recognise(const ByteRange& bytes) {
  Recognised result;
  Look look;
  for (;;) {
    look.length = static_cast<std::size_t>(bytes.read(result.begin, look.bytes.data(), kLook));
    if (look.length < 10 || !begins(look.bytes.data(), "ID3")) break;
    result.begin += id3v2_length(look.bytes.data());
  }
  if (look.length == 0) result.begin = 0;  // a tag with a wrong length, or nothing else
  for (const Mark& mark : kMarks) {
    if (!look.has(mark) || has_by_chance(look, mark)) continue;
    result.container = mark.container;
    result.name = mark.name;
    return result;
  }
  const ByteRange rest = bytes.part(result.begin);
  result.text = is_text(look);
  if (!result.text && holds_mpeg_frames(rest, kMpegReach, kMpegFrames)) {
    result.container = Container::mpeg;
    result.name = "MPEG audio";
  } else if (begins_like_mpeg(look)) {
    result.container = Container::foreign;
  }
  return result;
}

}  // namespace pairalign::audio
