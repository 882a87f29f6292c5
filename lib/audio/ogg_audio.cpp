// Opus and Vorbis in Ogg, by libogg, libopus and libvorbis.
#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <ogg/ogg.h>
#include <opus/opus_multistream.h>
#include <vorbis/codec.h>

#include "audio/formats.hpp"

namespace pairalign::audio {
namespace {

// Bytes read at once.
constexpr long kFetch = 1 << 14;

// The name of a codec that is not read here, if the first packet of its stream gives it away.
std::string codec_name(const ogg_packet& packet) {
  const std::string_view bytes(reinterpret_cast<const char*>(packet.packet),
                               static_cast<std::size_t>(std::max(packet.bytes, 0L)));
  constexpr std::pair<std::string_view, const char*> kCodecs[] = {{"\177FLAC", "FLAC"},
                                                                  {"Speex   ", "Speex"},
                                                                  {"CELT    ", "CELT"},
                                                                  {"\x80theora", "Theora video"}};
  for (const auto& [magic, name] : kCodecs) {
    if (bytes.substr(0, magic.size()) == magic) return name;
  }
  return "an unknown codec";
}

// Decodes the packets of one logical Ogg stream.
class OggCodec {
 public:
  virtual ~OggCodec() = default;
  // Takes a packet that comes before audio; true while more of them are expected. Throws
  // Error("", reason).
  virtual bool take_header(ogg_packet& packet) = 0;
  virtual SampleFormat format() const = 0;
  // Appends the interleaved samples of the packets that end on a page; `first`: it is the first
  // page with audio. Returns how many packets could not be decoded.
  virtual int decode(std::vector<ogg_packet>& packets, const ogg_page& page, bool first,
                     std::vector<float>& pcm) = 0;
  // The time between two page positions, in seconds.
  virtual double seconds(std::int64_t granules) const = 0;
  // The page position at which the sound begins.
  virtual std::int64_t first_position() const { return 0; }
  virtual std::string library() const = 0;
};

// RFC 7845. Page positions count samples at 48 kHz, whatever the rate of the decoder.
class OpusCodec : public OggCodec {
 public:
  bool take_header(ogg_packet& packet) override {
    if (decoder_) return false;  // the comments, which are not used
    open(packet);
    return true;
  }

  SampleFormat format() const override { return {kRate / divisor_, channels_}; }

  int decode(std::vector<ogg_packet>& packets, const ogg_page& page, bool first,
             std::vector<float>& pcm) override {
    const std::int64_t end = ogg_page_granulepos(&page);
    // A page's position is where its last packet ends; the last page may cut that packet short.
    if (first && ogg_page_eos(&page) == 0)
      position_ = std::max<std::int64_t>(0, end - samples_of(packets));
    int undecoded = 0;
    for (const ogg_packet& packet : packets) {
      const int n = opus_multistream_decode_float(decoder_.get(), packet.packet,
                                                  static_cast<opus_int32>(packet.bytes),
                                                  buffer_.data(), kMaxSamples / divisor_, 0);
      if (n < 0) {
        ++undecoded;
        continue;
      }
      std::int64_t kept = n;
      if (ogg_page_eos(&page) != 0 && position_ + std::int64_t{n} * divisor_ > end) {
        kept = std::clamp<std::int64_t>((end - position_) / divisor_, 0, n);
      }
      const std::int64_t skipped = std::min<std::int64_t>(left_to_skip_ / divisor_, kept);
      left_to_skip_ -= std::min<std::int64_t>(left_to_skip_, std::int64_t{n} * divisor_);
      pcm.insert(pcm.end(), buffer_.begin() + skipped * channels_,
                 buffer_.begin() + kept * channels_);
      position_ += std::int64_t{n} * divisor_;
    }
    if (end > 0) position_ = end;
    return undecoded;
  }

  double seconds(std::int64_t granules) const override {
    return static_cast<double>(granules) / kRate;
  }
  std::int64_t first_position() const override { return pre_skip_; }
  std::string library() const override { return opus_get_version_string(); }

 private:
  static constexpr int kRate = 48000;
  static constexpr int kMaxSamples = 5760;  // of a packet: 120 ms

  struct Destroy {
    void operator()(OpusMSDecoder* decoder) const { opus_multistream_decoder_destroy(decoder); }
  };

  void open(const ogg_packet& packet) {
    constexpr long kHead = 19;
    const unsigned char* head = packet.packet;
    if (packet.bytes < kHead || head[8] > 15)
      throw Error("", "an Opus header of an unknown version");
    channels_ = head[9];
    pre_skip_ = left_to_skip_ = little_endian(head + 10, 2);
    const std::int64_t rate = little_endian(head + 12, 4);
    const auto gain = static_cast<std::int16_t>(little_endian(head + 16, 2));
    // Mono and stereo need no map.
    int streams = 1, coupled = channels_ - 1;
    const unsigned char plain[] = {0, 1};
    const unsigned char* map = plain;
    if (head[18] != 0) {
      if (packet.bytes < kHead + 2 + channels_) throw Error("", "an Opus header cut short");
      streams = head[19];
      coupled = head[20];
      map = head + 21;
    } else if (channels_ > 2) {
      throw Error("", "an Opus header without a channel mapping");
    }
    // As libsndfile does: the lowest rate of Opus that loses nothing of the original.
    divisor_ = rate > 24000 ? 1 : rate > 16000 ? 2 : rate > 12000 ? 3 : rate > 8000 ? 4 : 6;
    int error = OPUS_OK;
    decoder_.reset(opus_multistream_decoder_create(kRate / divisor_, channels_, streams, coupled,
                                                   map, &error));
    if (!decoder_) throw Error("", fmt::format("libopus: {}", opus_strerror(error)));
    opus_multistream_decoder_ctl(decoder_.get(), OPUS_SET_GAIN(gain));
    buffer_.resize(static_cast<std::size_t>(kMaxSamples / divisor_ * channels_));
  }

  static std::int64_t samples_of(const std::vector<ogg_packet>& packets) {
    std::int64_t sum = 0;
    for (const ogg_packet& packet : packets) {
      sum += std::max(0, opus_packet_get_nb_samples(packet.packet,
                                                    static_cast<opus_int32>(packet.bytes), kRate));
    }
    return sum;
  }

  std::unique_ptr<OpusMSDecoder, Destroy> decoder_;
  int channels_ = 0;
  int divisor_ = 1;                // of 48 kHz
  std::int64_t pre_skip_ = 0;      // at 48 kHz: samples that the decoder needs to settle
  std::int64_t left_to_skip_ = 0;  // of these
  std::int64_t position_ = 0;      // at 48 kHz, of what is decoded next
  std::vector<float> buffer_;
};

class VorbisCodec : public OggCodec {
 public:
  VorbisCodec() {
    vorbis_info_init(&info_);
    vorbis_comment_init(&comment_);
  }
  ~VorbisCodec() override {
    if (headers_ == kHeaders) {
      vorbis_block_clear(&block_);
      vorbis_dsp_clear(&dsp_);
    }
    vorbis_comment_clear(&comment_);
    vorbis_info_clear(&info_);
  }
  VorbisCodec(const VorbisCodec&) = delete;
  VorbisCodec& operator=(const VorbisCodec&) = delete;

  bool take_header(ogg_packet& packet) override {
    if (vorbis_synthesis_headerin(&info_, &comment_, &packet) != 0) {
      throw Error("", "a damaged Vorbis header");
    }
    if (++headers_ < kHeaders) return true;
    if (vorbis_synthesis_init(&dsp_, &info_) != 0) {
      headers_ = 0;
      throw Error("", "libvorbis: cannot decode it");
    }
    vorbis_block_init(&dsp_, &block_);
    return false;
  }

  SampleFormat format() const override { return {static_cast<int>(info_.rate), info_.channels}; }

  int decode(std::vector<ogg_packet>& packets, const ogg_page&, bool,
             std::vector<float>& pcm) override {
    int undecoded = 0;
    for (ogg_packet& packet : packets) {
      if (vorbis_synthesis(&block_, &packet) != 0) {
        ++undecoded;
        continue;
      }
      vorbis_synthesis_blockin(&dsp_, &block_);
      float** channels = nullptr;
      while (const int n = vorbis_synthesis_pcmout(&dsp_, &channels)) {
        for (int i = 0; i < n; ++i) {
          for (int c = 0; c < info_.channels; ++c)
            pcm.push_back(channels[c][i]);
        }
        vorbis_synthesis_read(&dsp_, n);
      }
    }
    return undecoded;
  }

  double seconds(std::int64_t granules) const override {
    return info_.rate > 0 ? static_cast<double>(granules) / static_cast<double>(info_.rate) : 0;
  }
  std::string library() const override { return vorbis_version_string(); }

 private:
  static constexpr int kHeaders = 3;

  vorbis_info info_{};
  vorbis_comment comment_{};
  vorbis_dsp_state dsp_{};
  vorbis_block block_{};
  int headers_ = 0;
};

// Null for codecs that are not read here. `packet` is the first of a logical stream.
std::unique_ptr<OggCodec> make_ogg_codec(const ogg_packet& packet) {
  const auto has = [&](std::string_view magic) {
    return packet.bytes >= static_cast<long>(magic.size()) && begins(packet.packet, magic);
  };
  if (has("OpusHead")) return std::make_unique<OpusCodec>();
  if (has("\x01vorbis")) return std::make_unique<VorbisCodec>();
  return nullptr;
}

// Reads all links of a chain, each a part with its own format. Of several multiplexed streams the
// first with audio is decoded. Missing or damaged pages, and a stream whose last page is not
// marked as its last, are faults. Never seeks, so a stream is decoded as it arrives.
class OggAudio : public Reader {
 public:
  explicit OggAudio(const ByteRange& bytes) : bytes_(bytes) {
    const std::string& name = bytes_.name();
    while (!page_waits_) {
      if (!next_page()) throw Error(name, "damaged or cut short: no Ogg stream begins in it");
      page_waits_ = ogg_page_bos(&page_) != 0;
    }
    if (!begin_link()) {
      if (!unknown_.empty()) throw UnknownFormat(name, unknown_);
      throw Error(name, faults_.empty() ? "cut short within its headers" : faults_.back());
    }
  }

  SampleFormat format() const override { return codec_->format(); }
  // Its length is taken from the last page, if that belongs to the first stream.
  Coding coding() const override {
    Coding coding{"ogg", library().find("opus") == std::string::npos ? "vorbis" : "opus", 0, -1};
    if (bytes_.is_stream()) return coding;
    const std::optional<OggPage> page = last_ogg_page(bytes_);
    if (page && page->position >= 0 && page->serial == (serial_ & 0xffffffffL)) {
      coding.frames =
          std::llround(codec_->seconds(page->position - codec_->first_position()) * format().rate);
    }
    return coding;
  }
  std::int64_t read(float* interleaved, std::int64_t frames) override {
    const auto channels = static_cast<std::size_t>(format().channels);
    while (pcm_begin_ == pcm_.size()) {
      pcm_.clear();
      pcm_begin_ = 0;
      if (link_ended_) return 0;
      if (!decode_page()) end_link(file_ended_);
    }
    const std::size_t n =
        std::min(static_cast<std::size_t>(frames), (pcm_.size() - pcm_begin_) / channels);
    std::copy_n(pcm_.begin() + static_cast<std::ptrdiff_t>(pcm_begin_), n * channels, interleaved);
    pcm_begin_ += n * channels;
    frames_ += static_cast<std::int64_t>(n);
    return static_cast<std::int64_t>(n);
  }
  bool next_part() override {
    for (;;) {
      while (!page_waits_) {
        if (file_ended_ || !next_page()) {
          check_rest();
          return false;
        }
        page_waits_ = ogg_page_bos(&page_) != 0;
      }
      if (begin_link()) return true;
      if (!unknown_.empty()) {
        faults_.push_back(
            fmt::format("a link of its chain, after {:.2f} s, is {}, which was not read",
                        earlier_links_s_, unknown_));
      }
    }
  }
  std::string library() const override { return codec_->library(); }

 private:
  // Reads the next whole page of any stream into page_; false at the end of the file.
  bool next_page() {
    for (;;) {
      const long n = ogg_sync_pageseek(&ogg_.sync, &page_);
      if (n > 0) return true;
      if (n < 0) {
        junk_ -= n;
        continue;
      }
      char* buffer = ogg_sync_buffer(&ogg_.sync, kFetch);
      if (buffer == nullptr) throw std::bad_alloc();
      const std::int64_t got = bytes_.read_some(offset_, buffer, kFetch);
      ogg_sync_wrote(&ogg_.sync, static_cast<long>(got));
      offset_ += got;
      bytes_.forget_before(offset_);
      if (got == 0) return false;
    }
  }

  // page_ begins a stream, perhaps the first of several multiplexed ones. False if none of them is
  // audio that is read here, or if the file ends before such audio.
  bool begin_link() {
    earlier_links_s_ = seconds();
    std::unique_ptr<OggCodec> before = std::move(codec_);
    unknown_.clear();
    page_number_ = -1;
    frames_ = 0;
    last_page_ = heard_ = link_ended_ = false;
    packets_.clear();
    do {
      take_first_page();
      page_waits_ = next_page();
    } while (page_waits_ && ogg_page_bos(&page_) != 0);
    if (codec_ == nullptr) {
      codec_ = std::move(before);  // the one used so far
      return false;
    }
    try {
      return read_headers();
    } catch (const Error& error) {
      faults_.push_back(fmt::format("after {:.2f} s: {}", seconds(), error.reason()));
      page_waits_ =
          page_waits_ && ogg_page_bos(&page_) != 0;  // the rest of the link is passed over
      return false;
    }
  }

  void take_first_page() {
    ogg_stream_state stream{};
    if (ogg_stream_init(&stream, ogg_page_serialno(&page_)) != 0) throw std::bad_alloc();
    ogg_packet packet{};
    const bool whole =
        ogg_stream_pagein(&stream, &page_) == 0 && ogg_stream_packetout(&stream, &packet) == 1;
    std::unique_ptr<OggCodec> codec = whole ? make_ogg_codec(packet) : nullptr;
    if (codec == nullptr || codec_ != nullptr) {
      if (codec != nullptr) {
        remarks_.push_back("holds a further stream of audio beside the first, which was not read");
      } else if (unknown_.empty() && whole) {
        unknown_ = codec_name(packet);
      }
      ogg_stream_clear(&stream);
      return;
    }
    ogg_stream_clear(&ogg_.stream);
    ogg_.stream = stream;
    serial_ = ogg_page_serialno(&page_);
    codec_ = std::move(codec);
    first_header_ = packet;
  }

  // Starts at the first page after those that begin streams. Audio packets that end on the last
  // header page are left in packets_.
  bool read_headers() {
    codec_->take_header(first_header_);
    for (; page_waits_; page_waits_ = next_page()) {
      if (ogg_page_bos(&page_) != 0) return false;
      if (ogg_page_serialno(&page_) != serial_) continue;
      page_number_ = ogg_page_pageno(&page_);
      ogg_stream_pagein(&ogg_.stream, &page_);
      ogg_packet packet{};
      int status = 0;
      while ((status = ogg_stream_packetout(&ogg_.stream, &packet)) != 0) {
        if (status < 0) continue;
        if (codec_->take_header(packet)) continue;
        page_waits_ = false;
        last_page_ = ogg_page_eos(&page_) != 0;
        collect_packets();
        return true;
      }
    }
    return false;
  }

  void collect_packets() {
    ogg_packet packet{};
    for (;;) {
      const int status = ogg_stream_packetout(&ogg_.stream, &packet);
      if (status == 0) return;
      if (status > 0) packets_.push_back(packet);
    }
  }

  // Decodes the next page of the link's stream into pcm_; false when it has none left.
  bool decode_page() {
    if (packets_.empty()) {
      if (last_page_) return false;
      do {
        if (!next_page()) {
          file_ended_ = true;
          return false;
        }
        if (ogg_page_bos(&page_) != 0) {
          page_waits_ = true;
          return false;
        }
      } while (ogg_page_serialno(&page_) != serial_);
      check_sequence();
      ogg_stream_pagein(&ogg_.stream, &page_);
      collect_packets();
    }
    last_page_ = ogg_page_eos(&page_) != 0;
    if (packets_.empty()) return true;
    const int undecoded = codec_->decode(packets_, page_, !heard_, pcm_);
    if (undecoded > 0) {
      faults_.push_back(fmt::format("damaged: {} packets after {:.2f} s could not be decoded",
                                    undecoded, seconds()));
    }
    heard_ = true;
    packets_.clear();
    return true;
  }

  void check_sequence() {
    const long number = ogg_page_pageno(&page_);
    if (page_number_ >= 0 && number > page_number_ + 1 && !heard_) {
      // A live stream that was joined late has its headers and then what is sent now.
      remarks_.push_back(
          fmt::format("begins late: pages are missing after its headers ({} of them)",
                      number - page_number_ - 1));
    } else if (page_number_ >= 0 && number != page_number_ + 1) {
      faults_.push_back(fmt::format("damaged: pages are missing after {:.2f} s ({} of them)",
                                    seconds(), number - page_number_ - 1));
    }
    page_number_ = number;
  }

  void end_link(bool at_end) {
    link_ended_ = true;
    if (last_page_) return;
    if (!at_end) {
      remarks_.push_back(fmt::format("a link of its chain breaks off after {:.2f} s", seconds()));
      return;
    }
    const bool within_page = ogg_.sync.fill - ogg_.sync.returned > 0;
    faults_.push_back(fmt::format(
        within_page ? "cut short in the middle of an Ogg page, after {:.2f} s"
                    : "cut short after {:.2f} s, between Ogg pages: the last is not marked as such",
        seconds()));
  }

  void check_rest() {
    if (last_page_) junk_ += ogg_.sync.fill - ogg_.sync.returned;
    if (junk_ > 0)
      remarks_.push_back(fmt::format("{} bytes outside Ogg pages were skipped", junk_));
  }

  double seconds() const {
    if (codec_ == nullptr || codec_->format().rate == 0) return earlier_links_s_;
    return earlier_links_s_ + static_cast<double>(frames_) / codec_->format().rate;
  }

  // The states of libogg, of which all zeros is the initial one.
  struct States {
    ~States() {
      ogg_stream_clear(&stream);
      ogg_sync_clear(&sync);
    }
    ogg_sync_state sync{};
    ogg_stream_state stream{};  // of the link
  };

  ByteRange bytes_;
  States ogg_;
  std::int64_t offset_ = 0;  // of what is read next
  std::int64_t junk_ = 0;    // bytes outside of pages
  bool file_ended_ = false;

  ogg_page page_{};          // the last that was read
  bool page_waits_ = false;  // it begins the next link
  std::unique_ptr<OggCodec> codec_;
  ogg_packet first_header_{};  // of the link, in ogg_.stream
  long serial_ = 0;
  long page_number_ = -1;   // of the link's stream, the last that was read; −1: none yet
  bool last_page_ = false;  // the last page of the link was read
  bool heard_ = false;      // audio of the link was decoded
  bool link_ended_ = false;
  std::vector<ogg_packet> packets_;  // that end on page_
  std::vector<float> pcm_;           // decoded, from pcm_begin_ on
  std::size_t pcm_begin_ = 0;
  std::int64_t frames_ = 0;  // of the link
  double earlier_links_s_ = 0;
  std::string unknown_;  // codec of a stream that was skipped
};

}  // namespace

// "OggS", u8 version, u8 flags, i64 position, u32 serial number, u32 page number, u32 checksum, u8
// number of segments, u8 length of each.
std::optional<OggPage> last_ogg_page(const ByteRange& bytes) {
  constexpr std::size_t kHead = 27, kFlags = 5;
  constexpr int kLastPage = 4;
  std::string end(std::size_t{1} << 17, '\0');  // two pages, and tags after them
  const std::int64_t from =
      std::max<std::int64_t>(0, bytes.size() - static_cast<std::int64_t>(end.size()));
  const std::int64_t n = bytes.read(from, end.data(), static_cast<std::int64_t>(end.size()));
  end.resize(static_cast<std::size_t>(n));
  const std::size_t begin = end.rfind("OggS");
  if (begin == std::string::npos || begin + kHead > end.size()) return std::nullopt;
  const std::string_view page = std::string_view(end).substr(begin);
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(page[at]); };
  OggPage result{little_endian(page.data() + 6, 8), little_endian(page.data() + 14, 4),
                 (byte(kFlags) & kLastPage) != 0, false};
  std::size_t length = kHead + byte(kHead - 1);
  for (std::size_t i = kHead, body = length; i < std::min(body, page.size()); ++i)
    length += byte(i);
  result.whole = length <= page.size();
  return result;
}

std::unique_ptr<Reader> open_ogg(const ByteRange& bytes) {
  return std::make_unique<OggAudio>(bytes);
}

}  // namespace pairalign::audio
