#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <opus/opus_multistream.h>
#include <vorbis/codec.h>

#include "audio/ogg_audio.hpp"
#include "base/error.hpp"

namespace pairalign::audio {
namespace {

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
    left_to_skip_ = little_endian(head + 10, 2);
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
  std::int64_t left_to_skip_ = 0;  // at 48 kHz: samples that the decoder needs to settle
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

}  // namespace

std::unique_ptr<OggCodec> make_ogg_codec(const ogg_packet& packet) {
  const auto has = [&](std::string_view magic) {
    return packet.bytes >= static_cast<long>(magic.size()) && begins(packet.packet, magic);
  };
  if (has("OpusHead")) return std::make_unique<OpusCodec>();
  if (has("\x01vorbis")) return std::make_unique<VorbisCodec>();
  return nullptr;
}

}  // namespace pairalign::audio
