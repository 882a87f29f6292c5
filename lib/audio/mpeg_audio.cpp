// MPEG audio, layers I to III (MP3), by libmpg123.
#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <mpg123.h>

#include "audio/formats.hpp"

namespace pairalign::audio {
namespace {

constexpr std::size_t kHeader = 4;
constexpr std::int64_t kFetch = 1 << 15;
// Version, layer and rate; the bits for checksum, bit rate, padding and stereo mode differ between
// frames.
constexpr std::uint32_t kSameInStream = 0xfffe0c00;
// The count in an information frame may be off by one, and the last frame of a file may be cut.
constexpr std::int64_t kTolerance = 1;

// Bit rates in kbit/s by table and index; index 0 is free format, 15 is forbidden.
constexpr int kBitRates[5][15] = {
    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},  // MPEG 1, layer I
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},     // layer II
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},      // layer III
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},     // MPEG 2, layer I
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}};         // layers II and III

// A frame with a Xing, Info or VBRI header, which gives the number of frames, is the first of a
// file and holds no sound. Returns that number; −1: it is not such a frame; 0: no number is given.
std::int64_t information_of(const MpegHeader& header, const unsigned char* frame) {
  if (header.layer != 3) return -1;
  const std::size_t bytes = static_cast<std::size_t>(header.bytes);
  const std::size_t xing = kHeader + static_cast<std::size_t>(header.side_information);
  constexpr std::size_t kVbri = kHeader + 32;
  if (bytes >= xing + 12 && (begins(frame + xing, "Xing") || begins(frame + xing, "Info"))) {
    const bool stated = (big_endian(frame + xing + 4, 4) & 1) != 0;
    return stated ? big_endian(frame + xing + 8, 4) : 0;
  }
  if (bytes >= kVbri + 18 && begins(frame + kVbri, "VBRI"))
    return big_endian(frame + kVbri + 14, 4);
  return -1;
}

// The number of consecutive frames of one kind from `offset` on, at most `wanted`.
int count_frames(const std::vector<unsigned char>& bytes, std::size_t offset, int wanted) {
  int found = 0;
  std::uint32_t kind = 0;
  while (found < wanted && offset + kHeader <= bytes.size()) {
    const auto header = parse_mpeg_header(bytes.data() + offset);
    if (!header || (found > 0 && header->kind != kind)) break;
    kind = header->kind;
    offset += static_cast<std::size_t>(header->bytes);
    ++found;
  }
  return offset == bytes.size() && found > 0 ? wanted : found;
}

// Finds the frames itself and feeds only these to libmpg123, so that whatever else is in the file
// (tags, zeros, half a frame at its front) is skipped, a stream is decoded as it arrives, and
// nothing depends on an estimate of its length. A new part begins where the rate or the channels
// change, and where an information frame (Xing, Info, VBRI) shows that another file was joined.
// Fewer frames than such a frame declares are a fault.
//
// Uses libmpg123's portable decoder, not the one for this processor, so that samples are the same
// everywhere.
class MpegAudio : public Reader {
 public:
  explicit MpegAudio(const ByteRange& bytes) : bytes_(bytes) {
    if (!find_frame()) throw Error(bytes.name(), "holds no frame of MPEG audio");
    begin_part();
  }

  SampleFormat format() const override { return {part_.rate, part_.channels}; }
  Coding coding() const override {
    Coding coding{"mpeg", "mp" + std::to_string(part_.layer)};
    if (promised_frames_ > 0)
      coding.about_seconds = static_cast<double>(promised_frames_) * part_.seconds();
    return coding;
  }
  std::string library() const override {
    return fmt::format("libmpg123 (API {})", MPG123_API_VERSION);
  }
  std::int64_t read(float* interleaved, std::int64_t frames) override {
    if (part_ended_) return 0;
    const auto channels = static_cast<std::size_t>(part_.channels);
    while (pcm_begin_ == pcm_.size()) {
      pcm_.clear();
      pcm_begin_ = 0;
      const bool more = found_ && (part_frames_ <= 0 || !begins_part());
      if (!more || !decode_frame()) {
        end_part();
        return 0;
      }
    }
    const std::size_t n =
        std::min(static_cast<std::size_t>(frames), (pcm_.size() - pcm_begin_) / channels);
    std::copy_n(pcm_.begin() + static_cast<std::ptrdiff_t>(pcm_begin_), n * channels, interleaved);
    pcm_begin_ += n * channels;
    return static_cast<std::int64_t>(n);
  }
  bool next_part() override {
    if (!found_) return false;
    begin_part();
    return true;
  }

 private:
  struct DeleteHandle {
    void operator()(mpg123_handle* handle) const { mpg123_delete(handle); }
  };

  const unsigned char* at(std::size_t offset) const { return window_.data() + begin_ + offset; }
  void drop(std::size_t bytes) { begin_ += bytes; }

  // Makes sure that `bytes` bytes are in the window; false when the file ends before that.
  bool fill(std::size_t bytes) {
    while (window_.size() - begin_ < bytes && !file_ended_) {
      if (begin_ > 0)
        window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
      const std::size_t before = window_.size();
      window_.resize(before + kFetch);
      const std::int64_t n = bytes_.read_some(next_offset_, window_.data() + before, kFetch);
      window_.resize(before + static_cast<std::size_t>(n));
      next_offset_ += n;
      bytes_.forget_before(next_offset_);
      file_ended_ = n == 0;
    }
    return window_.size() - begin_ >= bytes;
  }

  // Length of the tag at the front of the window; 0 when there is none.
  std::int64_t tag_length() {
    constexpr std::size_t kId3v1 = 128, kApeHead = 32;
    if (begins(at(0), "TAG") && fill(kId3v1)) return kId3v1;
    if (begins(at(0), "ID3") && fill(10)) {
      const std::int64_t length = id3v2_length(at(0));
      const std::int64_t begin = next_offset_ - static_cast<std::int64_t>(window_.size() - begin_);
      // A tag with a wrong length must not swallow the rest.
      char last;
      return bytes_.read(begin + length - 1, &last, 1) == 1 ? length : 0;
    }
    if (begins(at(0), "APET") && fill(kApeHead) && begins(at(0), "APETAGEX")) {
      const std::int64_t body = little_endian(at(12), 4);
      const bool is_header = (at(20)[3] & 0x20) != 0;  // else a footer, whose body has been passed
      return static_cast<std::int64_t>(kApeHead) + (is_header ? body : 0);
    }
    return 0;
  }

  bool skip_tag() {
    std::int64_t left = tag_length();
    const bool tag = left > 0;
    while (left > 0 && fill(1)) {
      const std::int64_t n = std::min(left, static_cast<std::int64_t>(window_.size() - begin_));
      drop(static_cast<std::size_t>(n));
      left -= n;
    }
    return tag;
  }

  // Whether what looks like a header is one: right after a frame of its kind, or followed by
  // another of its kind, a tag, or the end.
  bool is_confirmed(const MpegHeader& header) {
    if (in_step_ && header.kind == part_.kind) return true;
    const auto bytes = static_cast<std::size_t>(header.bytes);
    if (!fill(bytes + kHeader)) return window_.size() - begin_ == bytes;
    const auto next = parse_mpeg_header(at(bytes));
    return (next && next->kind == header.kind) || begins(at(bytes), "TAG") ||
           begins(at(bytes), "ID3") || begins(at(bytes), "APET");
  }

  // Moves the window to the next frame; false at the end of the file.
  bool find_frame() {
    found_ = false;
    while (fill(kHeader)) {
      if (const auto header = parse_mpeg_header(at(0)); header && is_confirmed(*header)) {
        if (!fill(static_cast<std::size_t>(header->bytes))) break;  // half a frame ends the file
        note_junk();
        frame_ = *header;
        return found_ = true;
      }
      if (skip_tag()) continue;
      in_step_ = false;
      ++junk_;
      drop(1);
    }
    end_file();
    return false;
  }

  void end_file() {
    junk_ += static_cast<std::int64_t>(window_.size() - begin_);
    begin_ = window_.size();
    note_junk();
    if (all_junk_ > 0) {
      remarks_.push_back(fmt::format(
          "{} bytes that are not whole frames of MPEG audio were skipped, the first after {:.2f} s",
          all_junk_, first_junk_s_));
    }
  }

  void note_junk() {
    if (junk_ > 0 && all_junk_ == 0) first_junk_s_ = seconds();
    all_junk_ += junk_;
    junk_ = 0;
  }

  double seconds() const {
    return earlier_parts_s_ +
           (part_.rate == 0 ? 0 : static_cast<double>(part_frames_) * part_.seconds());
  }

  bool begins_part() const {
    return frame_.kind != part_.kind || frame_.channels != part_.channels ||
           (part_frames_ > 0 && information_of(frame_, at(0)) >= 0);
  }

  void begin_part() {
    static const bool initialised = mpg123_init() == MPG123_OK;
    int error = initialised ? MPG123_OK : MPG123_NOT_INITIALIZED;
    handle_.reset(initialised ? mpg123_new("generic", &error) : nullptr);
    if (!handle_)
      throw Error(bytes_.name(), std::string("libmpg123: ") + mpg123_plain_strerror(error));
    mpg123_param(handle_.get(), MPG123_REMOVE_FLAGS, MPG123_AUTO_RESAMPLE, 0);
    mpg123_param(handle_.get(), MPG123_ADD_FLAGS,
                 MPG123_FORCE_FLOAT | MPG123_QUIET | MPG123_NO_READAHEAD, 0);
    if (mpg123_open_feed(handle_.get()) != MPG123_OK) {
      throw Error(bytes_.name(), std::string("libmpg123: ") + mpg123_strerror(handle_.get()));
    }
    earlier_parts_s_ = seconds();
    part_ = frame_;
    part_frames_ = 0;
    promised_frames_ = information_of(frame_, at(0));
    if (promised_frames_ >= 0) --part_frames_;  // the information frame is not counted
    part_ended_ = false;
  }

  // Decodes the frame at the front into pcm_ and moves on to the next.
  bool decode_frame() {
    if (!found_) return false;
    const auto bytes = static_cast<std::size_t>(frame_.bytes);
    if (mpg123_feed(handle_.get(), at(0), bytes) != MPG123_OK) {
      throw Error(bytes_.name(), std::string("libmpg123: ") + mpg123_strerror(handle_.get()));
    }
    for (;;) {
      off_t number = 0;
      unsigned char* audio = nullptr;
      std::size_t size = 0;
      const int status = mpg123_decode_frame(handle_.get(), &number, &audio, &size);
      if (status == MPG123_NEW_FORMAT) continue;
      const std::size_t floats = size / sizeof(float), before = pcm_.size();
      pcm_.resize(before + floats);
      if (floats > 0) std::memcpy(pcm_.data() + before, audio, floats * sizeof(float));
      if (status == MPG123_ERR) ++undecoded_;
      if (status != MPG123_OK) break;
    }
    ++part_frames_;
    drop(bytes);
    in_step_ = true;
    find_frame();
    return true;
  }

  void end_part() {
    part_ended_ = true;
    if (undecoded_ > 0) {
      faults_.push_back(fmt::format("damaged: {} frames of {:.3f} s could not be decoded",
                                    undecoded_, part_.seconds()));
    }
    undecoded_ = 0;
    const std::int64_t frames = std::max<std::int64_t>(part_frames_, 0);
    if (frames + kTolerance >= promised_frames_) return;
    faults_.push_back(
        fmt::format("cut short: holds {:.2f} s of the {:.2f} s declared in its header",
                    static_cast<double>(frames) * part_.seconds(),
                    static_cast<double>(promised_frames_) * part_.seconds()));
  }

  ByteRange bytes_;

  std::vector<unsigned char> window_;  // bytes of the file from window_[begin_] on
  std::size_t begin_ = 0;
  std::int64_t next_offset_ = 0;  // in the file, of the end of the window
  bool file_ended_ = false;

  MpegHeader frame_;  // at the front of the window, if found_
  bool found_ = false;
  bool in_step_ = false;   // the last frame ended where the window begins
  std::int64_t junk_ = 0;  // bytes since then that belong to no frame
  std::int64_t all_junk_ = 0;
  double first_junk_s_ = 0;

  MpegHeader part_;  // the first frame of the current part
  std::unique_ptr<mpg123_handle, DeleteHandle> handle_;
  std::int64_t part_frames_ = 0;  // without the information frame
  std::int64_t promised_frames_ = -1;
  std::int64_t undecoded_ = 0;  // frames of the part
  double earlier_parts_s_ = 0;
  bool part_ended_ = false;
  std::vector<float> pcm_;  // decoded, from pcm_begin_ on
  std::size_t pcm_begin_ = 0;
};

}  // namespace

std::optional<MpegHeader> parse_mpeg_header(const unsigned char* bytes) {
  const auto bits = static_cast<std::uint32_t>(big_endian(bytes, 4));
  const unsigned version = bits >> 19 & 3, layer_bits = bits >> 17 & 3;
  const unsigned bit_rate_index = bits >> 12 & 15, rate_index = bits >> 10 & 3;
  const bool valid = bits >> 21 == 0x7ff && version != 1 && layer_bits != 0 &&
                     bit_rate_index != 0 && bit_rate_index != 15 && rate_index != 3 &&
                     (bits & 3) != 2;  // a reserved emphasis
  if (!valid) return std::nullopt;
  const bool mpeg1 = version == 3, mono = (bits >> 6 & 3) == 3;
  MpegHeader header;
  constexpr int kRates[] = {44100, 48000, 32000};
  header.kind = bits & kSameInStream;
  header.layer = 4 - static_cast<int>(layer_bits);
  header.rate = kRates[rate_index] / (mpeg1 ? 1 : version == 2 ? 2 : 4);
  header.channels = mono ? 1 : 2;
  header.samples = header.layer == 1 ? 384 : header.layer == 3 && !mpeg1 ? 576 : 1152;
  const int padding = static_cast<int>(bits >> 9 & 1);
  const int table = mpeg1 ? header.layer - 1 : std::min(header.layer + 2, 4);
  const int per_rate = 1000 * kBitRates[table][bit_rate_index] / 8;
  header.bytes = header.layer == 1 ? (header.samples / 4 * per_rate / header.rate + padding) * 4
                                   : header.samples * per_rate / header.rate + padding;
  header.side_information = mpeg1 ? (mono ? 17 : 32) : (mono ? 9 : 17);
  if (header.bytes < static_cast<int>(kHeader)) return std::nullopt;
  return header;
}

bool holds_mpeg_frames(const ByteRange& bytes, std::int64_t reach, int frames) {
  constexpr std::size_t kMaxFrame = 4096;  // an upper bound
  std::vector<unsigned char> window;
  // The first frames of a stream arrive soon, what follows perhaps much later: reads no more than
  // needed.
  for (std::size_t first = 0, size = kMaxFrame;; size *= 2) {
    const std::size_t before = window.size();
    window.resize(size);
    const std::int64_t n = bytes.read(static_cast<std::int64_t>(before), window.data() + before,
                                      static_cast<std::int64_t>(size - before));
    window.resize(before + static_cast<std::size_t>(n));
    const bool ended = window.size() < size;
    const std::size_t beyond = static_cast<std::size_t>(frames) * kMaxFrame;
    if (count_frames(window, 0, frames) == frames) return true;
    for (; first < static_cast<std::size_t>(reach) &&
           first + (ended ? kHeader : beyond) <= window.size();
         ++first) {
      if (count_frames(window, first, frames) == frames) return true;
    }
    if (ended || first >= static_cast<std::size_t>(reach)) return false;
  }
}

std::unique_ptr<Reader> open_mpeg(const ByteRange& bytes) {
  return std::make_unique<MpegAudio>(bytes);
}

}  // namespace pairalign::audio
