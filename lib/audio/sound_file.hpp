// libsndfile over bytes that are read here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <sndfile.h>

#include "audio/byte_range.hpp"
#include "audio/reader.hpp"

namespace pairalign::audio {

/// A sound file of any kind that libsndfile reads. Bytes that cannot be read are an error of their
/// own: libsndfile takes them for the end of what it reads, of a header too, and would deliver a
/// part of the recording, or none, as if it were the whole. Nor does it say when a file is shorter
/// than its header tells.
class SoundFile : public Reader {
 public:
  /// Throws Error(name, reason): damaged, or a failure to read; UnknownFormat: nothing that
  /// libsndfile knows.
  SoundFile(const ByteRange& bytes, const std::string& name);
  /// Headerless samples: `encoding` is a subtype of SF_FORMAT_RAW with an endianness. Bytes are
  /// asked for in order, so those of a stream are heard as they come. `promised` is how many of
  /// them there should be; kToTheEnd: nobody knows.
  SoundFile(const ByteRange& bytes, const std::string& name, SampleFormat format, int encoding,
            int frame_bytes, std::int64_t promised);

  SampleFormat format() const override { return {info_.samplerate, info_.channels}; }
  Coding coding() const override;
  std::int64_t read(float* interleaved, std::int64_t frames) override;
  std::string library() const override;

 private:
  // What libsndfile's calls to us are about; it keeps its address.
  struct Source {
    ByteRange bytes;
    bool sequential = false;
    std::int64_t position = 0;
    int error = 0;  // errno of the first call that failed
  };
  struct Close {
    void operator()(SNDFILE* file) const { sf_close(file); }
  };

  static SF_VIRTUAL_IO calls();
  void open();
  void check_source() const;
  void check_end();
  double seconds(std::int64_t frames) const;

  std::string name_;
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
