// MPEG audio, layers I to III (MP3), by libmpg123.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/reader.hpp"

struct mpg123_handle_struct;

namespace pairalign::audio {

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

/// Finds the frames itself and feeds only these to libmpg123, so that whatever else is in the file
/// (tags, zeros, half a frame at its front) is skipped, a stream is decoded as it arrives, and
/// nothing depends on an estimate of its length. A new part begins where the rate or the channels
/// change, and where an information frame (Xing, Info, VBRI) shows that another file was joined.
/// Fewer frames than such a frame declares are a fault.
///
/// Uses libmpg123's portable decoder, not the one for this processor, so that samples are the same
/// everywhere.
class MpegAudio : public Reader {
 public:
  explicit MpegAudio(const ByteRange& bytes);

  SampleFormat format() const override { return {part_.rate, part_.channels}; }
  Coding coding() const override { return {"mpeg", "mp" + std::to_string(part_.layer), 0, -1}; }
  std::int64_t read(float* interleaved, std::int64_t frames) override;
  bool next_part() override;
  std::string library() const override;

 private:
  struct DeleteHandle {
    void operator()(mpg123_handle_struct* handle) const;
  };

  bool find_frame();
  bool fill(std::size_t bytes);
  const unsigned char* at(std::size_t offset) const { return window_.data() + begin_ + offset; }
  void drop(std::size_t bytes) { begin_ += bytes; }
  std::int64_t tag_length();
  bool skip_tag();
  bool is_confirmed(const MpegHeader& header);
  void begin_part();
  bool begins_part() const;
  void note_information();
  bool decode_frame();
  void end_part();
  void end_file();
  void note_junk();
  double seconds() const;

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
  std::unique_ptr<mpg123_handle_struct, DeleteHandle> handle_;
  std::int64_t part_frames_ = 0;  // without the information frame
  std::int64_t promised_frames_ = -1;
  std::int64_t undecoded_ = 0;  // frames of the part
  double earlier_parts_s_ = 0;
  bool part_ended_ = false;
  std::vector<float> pcm_;  // decoded, from pcm_begin_ on
  std::size_t pcm_begin_ = 0;
};

}  // namespace pairalign::audio
