// libsndfile over bytes that are read here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <sndfile.h>

#include "audio/byte_range.hpp"

namespace pairalign::audio {

/// A sound file of any kind that libsndfile reads. Bytes that cannot be read are an error of their
/// own: libsndfile takes them for the end of what it reads, of a header too, and would deliver a
/// part of the recording, or none, as if it were the whole.
class SoundFile {
 public:
  /// Throws Error(name, reason): no audio, a format libsndfile does not know, or a failure to read.
  SoundFile(ByteRange bytes, const std::string& name);

  const SF_INFO& info() const { return info_; }
  /// The bytes, for what libsndfile does not look at.
  const ByteRange& bytes() const { return source_->bytes; }
  /// At most `frames` frames, interleaved; fewer at the end. Throws Error(name, reason) when bytes
  /// cannot be read.
  std::int64_t read(float* interleaved, std::int64_t frames);
  /// What libsndfile found wrong in the last `read`, which may have delivered samples all the same;
  /// empty: nothing.
  std::string error() const;

 private:
  // What libsndfile's calls to us are about; it keeps its address.
  struct Source {
    ByteRange bytes;
    std::int64_t position = 0;
    int error = 0;  // errno of the first call that failed
  };
  struct Close {
    void operator()(SNDFILE* file) const { sf_close(file); }
  };

  static SF_VIRTUAL_IO calls();
  void check_source() const;

  std::string name_;
  std::unique_ptr<Source> source_;
  SF_INFO info_{};
  std::unique_ptr<SNDFILE, Close> sound_;
};

}  // namespace pairalign::audio
