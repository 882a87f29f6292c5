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

/// Decodes the packets of one logical stream of Ogg.
class OggCodec {
 public:
  virtual ~OggCodec() = default;
  /// Takes the packets that come before audio; true while it wants more of them. Throws
  /// Error("", reason).
  virtual bool take_header(ogg_packet& packet) = 0;
  virtual SampleFormat format() const = 0;
  /// Appends the interleaved samples of the packets that end on a page; `first`: the first with
  /// audio. Returns how many packets could not be decoded.
  virtual int decode(std::vector<ogg_packet>& packets, const ogg_page& page, bool first,
                     std::vector<float>& pcm) = 0;
  /// Samples between two positions of pages, in seconds.
  virtual double seconds(std::int64_t granules) const = 0;
  virtual std::string library() const = 0;
};

/// Nothing for codecs that are not read here. `packet` is the first of a logical stream.
std::unique_ptr<OggCodec> make_ogg_codec(const ogg_packet& packet);

/// What the head of a page says.
struct OggPage {
  std::int64_t position = 0;
  std::int64_t serial = 0;
  bool last = false;   ///< of its stream
  bool whole = false;  ///< all of it is there
};

/// The page that begins last in a file; nothing where none does near its end.
std::optional<OggPage> last_ogg_page(const ByteRange& bytes, const std::string& name);

/// All links of a chain, each a part with a format of its own. Of several streams side by side the
/// first with audio is heard. Pages that are missing or damaged, and a stream whose last page is
/// not marked as its last, are faults. Reads on and on, so a stream is heard as it comes.
class OggAudio : public Reader {
 public:
  /// Throws UnknownFormat when it holds no stream with a known codec.
  OggAudio(const ByteRange& bytes, const std::string& name);
  ~OggAudio() override;

  SampleFormat format() const override { return codec_->format(); }
  /// Its length is what the last page says, where that is of the first stream.
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

  ByteRange bytes_;
  std::string name_;
  ogg_sync_state sync_{};
  ogg_stream_state stream_{};
  bool stream_open_ = false;
  std::int64_t offset_ = 0;  // of what is read next
  std::int64_t junk_ = 0;    // bytes of no page
  bool file_ended_ = false;

  ogg_page page_{};          // the last that was read
  bool page_waits_ = false;  // it begins the next link
  std::unique_ptr<OggCodec> codec_;
  long serial_ = 0;
  long page_number_ = -1;   // of the link's stream, the last that was read; −1: none yet
  bool last_page_ = false;  // of the link has been there
  bool heard_ = false;      // audio of the link
  bool link_ended_ = false;
  std::vector<ogg_packet> packets_;  // that end on page_
  std::vector<float> pcm_;           // decoded, from pcm_begin_ on
  std::size_t pcm_begin_ = 0;
  std::int64_t frames_ = 0;  // of the link
  double earlier_links_s_ = 0;
  std::string unknown_;  // codec of a stream that was passed over
};

}  // namespace pairalign::audio
