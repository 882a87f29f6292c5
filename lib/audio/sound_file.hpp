// libsndfile, reading bytes through a ByteRange.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

#include <sndfile.h>

#include "audio/byte_range.hpp"
#include "audio/reader.hpp"

namespace pairalign::audio {

/// A sound file of any kind that libsndfile reads. Failures to read are reported here: libsndfile
/// takes them for the end of the file, even within a header, and would deliver part of the
/// recording, or nothing, as if it were the whole. Nor does it report that a file is shorter than
/// its header declares.
class SoundFile : public Reader {
 public:
  /// Throws Error(name, reason) when it is damaged or cannot be read, and UnknownFormat when
  /// libsndfile does not know the format.
  explicit SoundFile(const ByteRange& bytes);
  /// Headerless samples: `encoding` is a subtype of SF_FORMAT_RAW with an endianness. Bytes are
  /// read in order, so a stream is decoded as it arrives. `promised` is the expected number of
  /// bytes; kToTheEnd: not known.
  SoundFile(const ByteRange& bytes, SampleFormat format, int encoding, int frame_bytes,
            std::int64_t promised);

  SampleFormat format() const override { return {info_.samplerate, info_.channels}; }
  Coding coding() const override;
  std::int64_t read(float* interleaved, std::int64_t frames) override;
  std::string library() const override;

 private:
  // State of the callbacks; libsndfile keeps a pointer to it.
  struct Source {
    ByteRange bytes;
    bool sequential = false;
    std::int64_t position = 0;
    std::exception_ptr failure{};  // of the first call that failed
  };
  struct Close {
    void operator()(SNDFILE* file) const { sf_close(file); }
  };

  static SF_VIRTUAL_IO calls();
  void open();
  void check_source() const;
  void check_end();
  double seconds(std::int64_t frames) const;

  std::unique_ptr<Source> source_;
  SF_INFO info_{};
  std::unique_ptr<SNDFILE, Close> sound_;
  std::string length_fault_;           // of the header
  std::int64_t frames_promised_ = -1;  // of headerless samples; −1: not known
  std::string read_error_;             // empty: none
  std::int64_t frames_read_ = 0;
  bool ended_ = false;
};

}  // namespace pairalign::audio
