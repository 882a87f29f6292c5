#include "audio/sound_file.hpp"

#include <cerrno>
#include <cstdio>
#include <mutex>
#include <utility>

#include "base/error.hpp"

namespace pairalign::audio {
namespace {

std::string without_full_stop(std::string text) {
  while (!text.empty() && (text.back() == '.' || text.back() == ' '))
    text.pop_back();
  return text;
}

}  // namespace

SF_VIRTUAL_IO SoundFile::calls() {
  SF_VIRTUAL_IO calls{};
  calls.get_filelen = [](void* self) -> sf_count_t {
    return static_cast<Source*>(self)->bytes.size();
  };
  calls.seek = [](sf_count_t offset, int whence, void* self) -> sf_count_t {
    Source& source = *static_cast<Source*>(self);
    if (whence == SEEK_CUR) offset += source.position;
    if (whence == SEEK_END) offset += source.bytes.size();
    if (offset < 0) return -1;
    return source.position = offset;
  };
  calls.read = [](void* out, sf_count_t count, void* self) -> sf_count_t {
    Source& source = *static_cast<Source*>(self);
    const std::int64_t n = source.bytes.read(source.position, out, count);
    if (n < 0) {
      if (source.error == 0) source.error = errno;
      return 0;
    }
    source.position += n;
    return n;
  };
  calls.write = [](const void*, sf_count_t, void*) -> sf_count_t { return 0; };
  calls.tell = [](void* self) -> sf_count_t { return static_cast<Source*>(self)->position; };
  return calls;
}

SoundFile::SoundFile(ByteRange bytes, const std::string& name)
    : name_(name), source_(new Source{std::move(bytes)}) {
  // libsndfile keeps the reason of a failed open in a global.
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  SF_VIRTUAL_IO io = calls();
  sound_.reset(sf_open_virtual(&io, SFM_READ, &info_, source_.get()));
  check_source();
  if (sound_) return;
  if (sf_error(nullptr) == SF_ERR_UNRECOGNISED_FORMAT) {
    throw Error(name,
                "not an audio format that libsndfile knows (headerless samples need a header "
                "first, for example: sox -t raw -r 16000 -e signed -b 16 -c 1 IN.raw OUT.wav)");
  }
  throw Error(name,
              "not readable as audio: libsndfile: " + without_full_stop(sf_strerror(nullptr)));
}

std::int64_t SoundFile::read(float* interleaved, std::int64_t frames) {
  const sf_count_t n = sf_readf_float(sound_.get(), interleaved, frames);
  check_source();
  return n;
}

std::string SoundFile::error() const {
  const int error = sf_error(sound_.get());
  return error == SF_ERR_NO_ERROR ? "" : without_full_stop(sf_error_number(error));
}

void SoundFile::check_source() const {
  if (source_->error == 0) return;
  errno = source_->error;
  throw errno_error(name_, "cannot read");
}

}  // namespace pairalign::audio
