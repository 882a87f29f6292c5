// Opus and Vorbis in Ogg, by libogg, libopus and libvorbis.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ogg/ogg.h>

#include "audio/reader.hpp"

namespace pairalign::audio {

/// Decodes the packets of one logical Ogg stream.
class OggCodec {
 public:
  virtual ~OggCodec() = default;
  /// Takes a packet that comes before audio; true while more of them are expected. Throws
  /// Error("", reason).
  virtual bool take_header(ogg_packet& packet) = 0;
  virtual SampleFormat format() const = 0;
  /// Appends the interleaved samples of the packets that end on a page; `first`: it is the first
  /// page with audio. Returns how many packets could not be decoded.
  virtual int decode(std::vector<ogg_packet>& packets, const ogg_page& page, bool first,
                     std::vector<float>& pcm) = 0;
  /// The time between two page positions, in seconds.
  virtual double seconds(std::int64_t granules) const = 0;
  virtual std::string library() const = 0;
};

/// Null for codecs that are not read here. `packet` is the first of a logical stream.
std::unique_ptr<OggCodec> make_ogg_codec(const ogg_packet& packet);

/// The fields of a page header.
struct OggPage {
  std::int64_t position = 0;
  std::int64_t serial = 0;
  bool last = false;   ///< it is the last of its stream
  bool whole = false;  ///< it is not cut short
};

/// The last page that begins in a file; nothing if none begins near its end.
std::optional<OggPage> last_ogg_page(const ByteRange& bytes);

/// Reads all links of a chain, each a part with its own format. Of several multiplexed streams the
/// first with audio is decoded. Missing or damaged pages, and a stream whose last page is not
/// marked as its last, are faults. Never seeks, so a stream is decoded as it arrives.
class OggAudio : public Reader {
 public:
  /// Throws UnknownFormat when it holds no stream with a known codec.
  explicit OggAudio(const ByteRange& bytes);

  SampleFormat format() const override { return codec_->format(); }
  /// Its length is taken from the last page, if that belongs to the first stream.
  Coding coding() const override;
  std::int64_t read(float* interleaved, std::int64_t frames) override;
  bool next_part() override;
  std::string library() const override { return codec_->library(); }

 private:
  bool next_page();
  bool begin_link();
  void take_first_page();
  bool read_headers();
  bool decode_page();
  void collect_packets();
  void check_sequence();
  void end_link(bool at_end);
  void check_rest();
  double seconds() const;

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

}  // namespace pairalign::audio
