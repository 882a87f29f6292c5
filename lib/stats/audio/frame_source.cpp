#include "stats/audio/frame_source.hpp"

#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/container.hpp"
#include "audio/sound_file.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace pairalign::stats {
namespace {

struct Coding {
  const char* name;
  int bits;
};

Coding coding_of(int format) {
  switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
      return {"pcm_s8", 8};
    case SF_FORMAT_PCM_U8:
      return {"pcm_u8", 8};
    case SF_FORMAT_PCM_16:
      return {"pcm_s16", 16};
    case SF_FORMAT_PCM_24:
      return {"pcm_s24", 24};
    case SF_FORMAT_PCM_32:
      return {"pcm_s32", 32};
    case SF_FORMAT_FLOAT:
      return {"pcm_f32", 32};
    case SF_FORMAT_DOUBLE:
      return {"pcm_f64", 64};
    case SF_FORMAT_ULAW:
      return {"ulaw", 8};
    case SF_FORMAT_ALAW:
      return {"alaw", 8};
    case SF_FORMAT_IMA_ADPCM:
    case SF_FORMAT_MS_ADPCM:
      return {"adpcm", 0};
    case SF_FORMAT_GSM610:
      return {"gsm", 0};
    case SF_FORMAT_VORBIS:
      return {"vorbis", 0};
    case SF_FORMAT_OPUS:
      return {"opus", 0};
    case SF_FORMAT_MPEG_LAYER_I:
      return {"mp1", 0};
    case SF_FORMAT_MPEG_LAYER_II:
      return {"mp2", 0};
    case SF_FORMAT_MPEG_LAYER_III:
      return {"mp3", 0};
    default:
      return {"other", 0};
  }
}

const char* container_of(int format) {
  switch (format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
      return "wav";
    case SF_FORMAT_RF64:
      return "rf64";
    case SF_FORMAT_W64:
      return "w64";
    case SF_FORMAT_AIFF:
      return "aiff";
    case SF_FORMAT_AU:
      return "au";
    case SF_FORMAT_CAF:
      return "caf";
    case SF_FORMAT_FLAC:
      return "flac";
    case SF_FORMAT_OGG:
      return "ogg";
    case SF_FORMAT_MPEG:
      return "mpeg";
    case SF_FORMAT_NIST:
      return "nist";
    case SF_FORMAT_VOC:
      return "voc";
    default:
      return "other";
  }
}

}  // namespace

struct FrameSource::Impl {
  SourceInfo info;
  std::string name;
  audio::SoundFile sound;
  std::int64_t frames_read = 0;

  Impl(int fd, std::int64_t size, std::string subject)
      : name(std::move(subject)), sound(audio::ByteRange(fd, 0, size, name), name) {
    const SF_INFO& header = sound.info();
    const Coding coding = coding_of(header.format);
    info.container = container_of(header.format);
    info.codec = (header.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC ? "flac" : coding.name;
    info.sample_rate = header.samplerate;
    info.channels = header.channels;
    info.bits = coding.bits;
    if (header.frames != SF_COUNT_MAX) info.frames = header.frames;
    info.bytes = size;
  }
};

FrameSource::FrameSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FrameSource::~FrameSource() = default;
FrameSource::FrameSource(FrameSource&&) noexcept = default;
FrameSource& FrameSource::operator=(FrameSource&&) noexcept = default;

FrameSource FrameSource::from_descriptor(int fd, const std::string& name) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw errno_error(name, "cannot read");
  if (S_ISDIR(status.st_mode)) throw Error(name, "is a directory");
  if (status.st_size == 0) throw Error(name, "is empty");
  return FrameSource(std::make_unique<Impl>(fd, status.st_size, name));
}

FrameSource::FrameSource(const std::string& path) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) throw errno_error(path, "cannot open");
  *this = from_descriptor(fd.get(), path);
}

const SourceInfo& FrameSource::info() const {
  return impl_->info;
}

std::size_t FrameSource::read(Span<float> interleaved) {
  Impl& impl = *impl_;
  const auto room = static_cast<std::int64_t>(interleaved.size()) / impl.info.channels;
  const std::int64_t n = impl.sound.read(interleaved.data(), room);
  if (n > 0) {
    impl.frames_read += n;
    return static_cast<std::size_t>(n);
  }
  const std::string fault = audio::fault_of_length(impl.sound.bytes(), impl.name);
  if (!fault.empty()) throw Error(impl.name, fault);
  if (impl.info.frames > impl.frames_read && impl.info.container != "mpeg") {
    throw Error(impl.name,
                fmt::format("damaged or cut short: ends after {:.2f} s of {:.2f} s",
                            static_cast<double>(impl.frames_read) / impl.info.sample_rate,
                            static_cast<double>(impl.info.frames) / impl.info.sample_rate));
  }
  return 0;
}

}  // namespace pairalign::stats
