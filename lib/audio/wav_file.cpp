// WAV and its variants for files of 4 GB and more, RF64 and BW64, in all the states in which they
// are found.
//
//   "RIFF" u32 size "WAVE"    or RIFX (big-endian); RF64 and BW64, whose lengths are in "ds64"
//   id[4] u32 size, body, padded to even length; chunks, among them
//   "ds64" u64 size of all, u64 size of data, ...   of RF64 and BW64, where u32 says 0xffffffff
//   "fmt " u16 encoding, u16 channels, u32 rate, u32 bytes a second, u16 bytes a frame,
//          u16 bits, ...
//   "data" samples, perhaps in several of these chunks
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sndfile.h>

#include "audio/formats.hpp"

namespace pairalign::audio {
namespace {

constexpr std::int64_t kFirstChunk = 12;

enum Encoding { kPcm = 1, kFloat = 3, kALaw = 6, kMuLaw = 7, kMp2 = 0x50, kMp3 = 0x55 };
constexpr int kExtensible = 0xfffe;

// Several readers in sequence, and one that is opened when its turn comes.
class JoinedReader : public Reader {
 public:
  void append(std::unique_ptr<Reader> reader) { readers_.push_back(std::move(reader)); }
  /// `open` may return nullptr: there is none after all. An Error that it throws becomes a fault of
  /// the recording: what was read before is valid.
  void append_later(std::function<std::unique_ptr<Reader>()> open) { open_last_ = std::move(open); }
  void remark(std::string text) { remarks_.push_back(std::move(text)); }
  void fault(std::string text) {
    if (!text.empty()) faults_.push_back(std::move(text));
  }

  SampleFormat format() const override { return current().format(); }
  std::int64_t read(float* interleaved, std::int64_t frames) override {
    return current().read(interleaved, frames);
  }
  bool next_part() override {
    if (current().next_part()) return true;
    faults_.insert(faults_.end(), current().faults().begin(), current().faults().end());
    remarks_.insert(remarks_.end(), current().remarks().begin(), current().remarks().end());
    if (current_ + 1 == readers_.size()) open_last();
    if (current_ + 1 == readers_.size()) return false;
    ++current_;
    return true;
  }
  Coding coding() const override {
    Coding coding = readers_.front()->coding();
    if (readers_.size() > 1 || open_last_) coding.frames = -1;
    return coding;
  }
  std::string library() const override { return current().library(); }

 private:
  Reader& current() const { return *readers_[current_]; }

  void open_last() {
    if (!open_last_) return;
    try {
      std::unique_ptr<Reader> reader = std::exchange(open_last_, nullptr)();
      if (reader) readers_.push_back(std::move(reader));
    } catch (const Error& error) {
      faults_.push_back("another recording joined to it was not read: " + error.reason());
    }
  }

  std::vector<std::unique_ptr<Reader>> readers_;
  std::function<std::unique_ptr<Reader>()> open_last_;
  std::size_t current_ = 0;
};

// Whether a valid chunk name is at the front.
bool names_chunk(const Head& head) {
  const std::string_view id = head.id();
  return head.length >= kChunkHead &&
         std::all_of(id.begin(), id.end(), [](char c) { return c >= ' ' && c < 127; });
}

bool is_wav(const Head& head) {
  const std::string_view id = head.id();
  return (id == "RIFF" || id == "RIFX" || id == "RF64" || id == "BW64") &&
         head.text(8, 4) == "WAVE";
}

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
  explicit LayoutParser(const ByteRange& bytes) : bytes_(bytes) {}

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
  Head read(std::int64_t offset) const { return Head(bytes_, offset, layout_.big_endian); }

  void walk(std::int64_t offset) {
    for (int n = 0; n < kMaxChunks && offset >= 0; ++n) {
      const Head chunk = read(offset);
      if (!names_chunk(chunk) || is_wav(chunk)) return end(offset, chunk);
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
    if (!names_chunk(next)) return false;
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
    "unfinished: its header gives no length, so everything up to its end is read as audio";

std::unique_ptr<Reader> open_data(const ByteRange& bytes, const Layout& layout, const Data& data) {
  const ByteRange part = bytes.part(data.begin, data.length);
  if (const std::optional<int> encoding = raw_encoding(layout)) {
    return open_samples(part, {layout.rate, layout.channels}, *encoding, layout.frame_bytes,
                        data.length);
  }
  return open_mpeg(part);
}

// A reader for all data chunks of a layout, and for the WAV file joined to it.
std::unique_ptr<JoinedReader> open_parts(const ByteRange& bytes, const Layout& layout) {
  auto joined = std::make_unique<JoinedReader>();
  for (const Data& data : layout.data) {
    if (data.unfinished) joined->remark(kUnfinished);
    joined->append(open_data(bytes, layout, data));
  }
  if (layout.joined) {
    joined->append_later([rest = bytes.part(layout.end)] { return open_wav(rest); });
  } else if (bytes.is_stream() && layout.data.back().length != ByteRange::kToTheEnd) {
    const Data& last = layout.data.back();
    const std::int64_t end = last.begin + last.length + last.length % 2;
    joined->append_later([bytes, layout, end]() -> std::unique_ptr<Reader> {
      const Layout behind = LayoutParser(bytes).parse_behind(end, layout);
      if (!behind.data.empty()) return open_parts(bytes, behind);
      return behind.joined ? open_wav(bytes.part(behind.end)) : nullptr;
    });
  }
  return joined;
}

}  // namespace

std::unique_ptr<Reader> open_wav(const ByteRange& bytes) {
  const Layout layout = LayoutParser(bytes).parse();
  const bool mpeg = layout.encoding == kMp3 || layout.encoding == kMp2;
  const bool laid_out = (mpeg || raw_encoding(layout)) && !layout.data.empty();
  std::unique_ptr<JoinedReader> joined;
  if (laid_out && (mpeg || bytes.is_stream() || !is_plain(layout))) {
    joined = open_parts(bytes, layout);
    if (mpeg && is_plain(layout) && !bytes.is_stream()) joined->fault(fault_of_length(bytes));
  } else {
    joined = std::make_unique<JoinedReader>();
    joined->append(open_sound(bytes));
  }
  if (layout.unchunked > 0) {
    joined->remark(fmt::format(
        "{} bytes after its audio are not part of a WAV file and were skipped", layout.unchunked));
  }
  return joined;
}

}  // namespace pairalign::audio
