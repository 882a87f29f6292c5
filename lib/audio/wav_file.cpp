#include "audio/wav_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sndfile.h>

#include "audio/bytes.hpp"
#include "audio/chunks.hpp"
#include "audio/container.hpp"
#include "audio/joined_reader.hpp"
#include "audio/mpeg_audio.hpp"
#include "audio/sound_file.hpp"

namespace pairalign::audio {
namespace {

constexpr std::int64_t kFirstChunk = 12;

enum Encoding { kPcm = 1, kFloat = 3, kALaw = 6, kMuLaw = 7, kMp2 = 0x50, kMp3 = 0x55 };
constexpr int kExtensible = 0xfffe;

// A few bytes of the file; zeros past its end.
struct Head {
  std::array<unsigned char, 48> bytes{};
  std::int64_t length = 0;
  bool big_endian = false;

  std::string_view id() const { return {reinterpret_cast<const char*>(bytes.data()), 4}; }
  std::int64_t number(std::size_t at, std::size_t size) const {
    return (big_endian ? audio::big_endian : little_endian)(bytes.data() + at, size);
  }
  // Whether a valid chunk name is at the front.
  bool names_chunk() const {
    return length >= kChunkHead && std::all_of(bytes.begin(), bytes.begin() + 4,
                                               [](unsigned char c) { return c >= ' ' && c < 127; });
  }
};

struct Data {
  std::int64_t begin = 0;
  std::int64_t length = 0;  // kToTheEnd: to the end, wherever that is
  bool unfinished = false;  // the header was never completed
};

struct Layout {
  bool sound = true;  // libsndfile reads all of it
  bool big_endian = false;
  int encoding = 0;
  int channels = 0;
  int rate = 0;
  int frame_bytes = 0;
  int sample_bits = 0;
  std::vector<Data> data;
  std::int64_t end = 0;        // after its last chunk
  std::int64_t unchunked = 0;  // bytes from there on that are neither chunks nor a WAV file
  bool joined = false;         // another WAV file begins at `end`
};

class LayoutParser {
 public:
  LayoutParser(const ByteRange& bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  Layout parse() {
    const Head head = read(0);
    layout_.big_endian = head.id() == "RIFX";
    layout_.sound = head.id() != "BW64";
    long_form_ = head.id() == "RF64" || head.id() == "BW64";
    walk(kFirstChunk);
    return layout_;
  }

  /// What follows a data chunk that ended at `offset`.
  Layout parse_behind(std::int64_t offset, const Layout& before) {
    layout_ = before;
    layout_.data.clear();
    walk(offset);
    return layout_;
  }

 private:
  Head read(std::int64_t offset) const {
    Head head;
    head.big_endian = layout_.big_endian;
    head.length = bytes_.read(offset, head.bytes.data(), head.bytes.size());
    if (head.length < 0) throw errno_error(name_, "cannot read");
    return head;
  }

  static bool is_wav(const Head& head) {
    const auto* form = reinterpret_cast<const char*>(head.bytes.data()) + 8;
    return (head.id() == "RIFF" || head.id() == "RIFX" || head.id() == "RF64" ||
            head.id() == "BW64") &&
           std::string_view(form, 4) == "WAVE";
  }

  void walk(std::int64_t offset) {
    for (int n = 0; n < kMaxChunks && offset >= 0; ++n) {
      const Head chunk = read(offset);
      if (!chunk.names_chunk() || is_wav(chunk)) return end(offset, chunk);
      offset = take(offset + kChunkHead, chunk);
    }
  }

  // Returns where the next chunk begins; negative to stop.
  std::int64_t take(std::int64_t body, const Head& chunk) {
    const std::int64_t length = chunk.number(4, 4);
    if (chunk.id() == "ds64") long_length_ = chunk.number(16, 8);
    if (chunk.id() == "fmt ") take_format(chunk);
    if (chunk.id() == "data") return take_data(body, length);
    return body + length + length % 2;
  }

  void take_format(const Head& chunk) {
    layout_.encoding = static_cast<int>(chunk.number(8, 2));
    layout_.channels = static_cast<int>(chunk.number(10, 2));
    layout_.rate = static_cast<int>(chunk.number(12, 4));
    layout_.frame_bytes = static_cast<int>(chunk.number(20, 2));
    layout_.sample_bits = static_cast<int>(chunk.number(22, 2));
    if (layout_.encoding == kExtensible) layout_.encoding = static_cast<int>(chunk.number(32, 2));
  }

  std::int64_t take_data(std::int64_t body, std::int64_t length) {
    const bool in_ds64 = length == 0xffffffff && long_length_ >= 0;
    if (in_ds64) length = long_length_;
    Data& data = layout_.data.emplace_back(Data{body, length, false});
    const bool untold = length > kMaxLength || (long_form_ && length == 0xffffffff);
    if (length == 0 || untold) {
      data.unfinished = untold || !is_empty(body);
    } else if (length >= kOpenLength && !in_ds64) {
      data.length = ByteRange::kToTheEnd;
    }
    if (data.unfinished) data.length = ByteRange::kToTheEnd;
    // Does not look at further chunks of a stream: its samples are wanted now.
    if (data.length == ByteRange::kToTheEnd || bytes_.is_stream()) return -1;
    return body + length + length % 2;
  }

  // Whether a data chunk without samples is followed by the end or by other chunks, and is
  // therefore valid.
  bool is_empty(std::int64_t body) const {
    const Head next = read(body);
    if (next.length == 0) return true;
    if (!next.names_chunk()) return false;
    return bytes_.is_stream() || body + kChunkHead + next.number(4, 4) <= bytes_.size() + 1;
  }

  void end(std::int64_t offset, const Head& chunk) {
    layout_.end = offset;
    layout_.joined = is_wav(chunk);
    if (layout_.joined || bytes_.is_stream()) return;
    const std::string_view id = chunk.id().substr(0, 3);
    if (id == "TAG" || id == "APE") return;
    if (id == "ID3") offset += id3v2_length(chunk.bytes.data());
    layout_.unchunked = std::max<std::int64_t>(0, bytes_.size() - offset);
  }

  const ByteRange& bytes_;
  const std::string& name_;
  Layout layout_;
  bool long_form_ = false;
  std::int64_t long_length_ = -1;  // length of data, from ds64
};

// The subtype of SF_FORMAT_RAW for samples that are stored one after the other.
std::optional<int> raw_encoding(const Layout& layout) {
  if (layout.channels < 1 || layout.rate < 1 || layout.frame_bytes % layout.channels != 0) {
    return std::nullopt;
  }
  const int endianness = layout.big_endian ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE;
  const int bytes = layout.frame_bytes / layout.channels;
  constexpr int kPcmTypes[] = {0, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
                               SF_FORMAT_PCM_32};
  // Where a header contradicts itself, files and pipes are left to libsndfile alike.
  if (layout.encoding == kPcm && bytes != (layout.sample_bits + 7) / 8) return std::nullopt;
  if (layout.encoding == kPcm && bytes >= 1 && bytes <= 4) return kPcmTypes[bytes] | endianness;
  if (layout.encoding == kFloat && bytes == 4) return SF_FORMAT_FLOAT | endianness;
  if (layout.encoding == kFloat && bytes == 8) return SF_FORMAT_DOUBLE | endianness;
  if (layout.encoding == kALaw && bytes == 1) return SF_FORMAT_ALAW;
  if (layout.encoding == kMuLaw && bytes == 1) return SF_FORMAT_ULAW;
  return std::nullopt;
}

bool is_plain(const Layout& layout) {
  return layout.sound && layout.data.size() == 1 && !layout.data[0].unfinished && !layout.joined;
}

constexpr const char* kUnfinished =
    "unfinished: its header gives no length, so all up to its end is taken to be audio";

std::unique_ptr<Reader> open_data(const ByteRange& bytes, const std::string& name,
                                  const Layout& layout, const Data& data) {
  const ByteRange part = bytes.part(data.begin, data.length);
  if (const std::optional<int> encoding = raw_encoding(layout)) {
    return std::make_unique<SoundFile>(part, name, SampleFormat{layout.rate, layout.channels},
                                       *encoding, layout.frame_bytes, data.length);
  }
  return std::make_unique<MpegAudio>(part, name);
}

// A reader for all data chunks of a layout, and for the WAV file joined to it.
std::unique_ptr<JoinedReader> open_parts(const ByteRange& bytes, const std::string& name,
                                         const Layout& layout) {
  auto joined = std::make_unique<JoinedReader>();
  for (const Data& data : layout.data) {
    if (data.unfinished) joined->remark(kUnfinished);
    joined->append(open_data(bytes, name, layout, data));
  }
  if (layout.joined) {
    joined->append([rest = bytes.part(layout.end), name] { return open_wav(rest, name); });
  } else if (bytes.is_stream() && layout.data.back().length != ByteRange::kToTheEnd) {
    const Data& last = layout.data.back();
    const std::int64_t end = last.begin + last.length + last.length % 2;
    joined->append([bytes, name, layout, end]() -> std::unique_ptr<Reader> {
      const Layout behind = LayoutParser(bytes, name).parse_behind(end, layout);
      if (!behind.data.empty()) return open_parts(bytes, name, behind);
      return behind.joined ? open_wav(bytes.part(behind.end), name) : nullptr;
    });
  }
  return joined;
}

}  // namespace

std::unique_ptr<Reader> open_wav(const ByteRange& bytes, const std::string& name) {
  const Layout layout = LayoutParser(bytes, name).parse();
  const bool mpeg = layout.encoding == kMp3 || layout.encoding == kMp2;
  const bool laid_out = (mpeg || raw_encoding(layout)) && !layout.data.empty();
  std::unique_ptr<JoinedReader> joined;
  if (laid_out && (mpeg || bytes.is_stream() || !is_plain(layout))) {
    joined = open_parts(bytes, name, layout);
    if (mpeg && is_plain(layout) && !bytes.is_stream()) {
      joined->fault(fault_of_length(bytes, name));
    }
  } else {
    joined = std::make_unique<JoinedReader>();
    joined->append(std::make_unique<SoundFile>(bytes, name));
  }
  if (layout.unchunked > 0) {
    joined->remark(
        fmt::format("{} bytes behind its audio are no part of a WAV file and were not "
                    "read",
                    layout.unchunked));
  }
  return joined;
}

}  // namespace pairalign::audio
