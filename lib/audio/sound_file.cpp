// libsndfile, reading bytes through a ByteRange.
#include <algorithm>
#include <cstdio>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <sndfile.h>

#include "audio/formats.hpp"

namespace pairalign::audio {
namespace {

// The length given to libsndfile for a stream, whose end is not known.
constexpr std::int64_t kEndless = std::int64_t{1} << 60;
// Frames read at once of a stream: 30 to 60 ms, so that they are delivered soon.
constexpr std::int64_t kStreamFrames = 1024;

// Headerless samples are those of a WAV file that libsndfile does not read by itself.
constexpr std::pair<int, const char*> kFileTypes[] = {
    {SF_FORMAT_WAV, "wav"},   {SF_FORMAT_WAVEX, "wav"}, {SF_FORMAT_RF64, "rf64"},
    {SF_FORMAT_W64, "w64"},   {SF_FORMAT_AIFF, "aiff"}, {SF_FORMAT_AU, "au"},
    {SF_FORMAT_CAF, "caf"},   {SF_FORMAT_FLAC, "flac"}, {SF_FORMAT_OGG, "ogg"},
    {SF_FORMAT_MPEG, "mpeg"}, {SF_FORMAT_NIST, "nist"}, {SF_FORMAT_VOC, "voc"},
    {SF_FORMAT_RAW, "wav"}};

struct Codec {
  int subtype;
  const char* name;
  int bits;
};
constexpr Codec kCodecs[] = {
    {SF_FORMAT_PCM_S8, "pcm_s8", 8},     {SF_FORMAT_PCM_U8, "pcm_u8", 8},
    {SF_FORMAT_PCM_16, "pcm_s16", 16},   {SF_FORMAT_PCM_24, "pcm_s24", 24},
    {SF_FORMAT_PCM_32, "pcm_s32", 32},   {SF_FORMAT_FLOAT, "pcm_f32", 32},
    {SF_FORMAT_DOUBLE, "pcm_f64", 64},   {SF_FORMAT_ULAW, "ulaw", 8},
    {SF_FORMAT_ALAW, "alaw", 8},         {SF_FORMAT_IMA_ADPCM, "adpcm", 0},
    {SF_FORMAT_MS_ADPCM, "adpcm", 0},    {SF_FORMAT_GSM610, "gsm", 0},
    {SF_FORMAT_VORBIS, "vorbis", 0},     {SF_FORMAT_OPUS, "opus", 0},
    {SF_FORMAT_MPEG_LAYER_I, "mp1", 0},  {SF_FORMAT_MPEG_LAYER_II, "mp2", 0},
    {SF_FORMAT_MPEG_LAYER_III, "mp3", 0}};

std::string without_full_stop(std::string text) {
  while (!text.empty() && (text.back() == '.' || text.back() == ' '))
    text.pop_back();
  return text;
}

// A sound file of any kind that libsndfile reads. Failures to read are reported here: libsndfile
// takes them for the end of the file, even within a header, and would deliver part of the
// recording, or nothing, as if it were the whole. Nor does it report that a file is shorter than
// its header declares.
class SoundFile : public Reader {
 public:
  explicit SoundFile(const ByteRange& bytes) : source_(new Source{bytes}) {
    bytes.size();  // libsndfile would take a stream that cannot be read for an empty file
    open();
    length_fault_ = fault_of_length(bytes);
  }
  SoundFile(const ByteRange& bytes, SampleFormat format, int encoding, int frame_bytes,
            std::int64_t promised)
      : source_(new Source{bytes, true}) {
    if (promised != ByteRange::kToTheEnd) frames_promised_ = promised / frame_bytes;
    info_.samplerate = format.rate;
    info_.channels = format.channels;
    info_.format = SF_FORMAT_RAW | encoding;
    open();
  }

  SampleFormat format() const override { return {info_.samplerate, info_.channels}; }
  Coding coding() const override {
    const int type = info_.format & SF_FORMAT_TYPEMASK, subtype = info_.format & SF_FORMAT_SUBMASK;
    Coding coding;
    for (const auto& [known, name] : kFileTypes) {
      if (known == type) coding.container = name;
    }
    for (const Codec& codec : kCodecs) {
      if (codec.subtype != subtype) continue;
      coding.codec = codec.name;
      coding.bits = codec.bits;
    }
    if (type == SF_FORMAT_FLAC) coding.codec = "flac";
    if (type == SF_FORMAT_RAW) {
      coding.frames = frames_promised_;
    } else if (info_.frames != SF_COUNT_MAX) {
      coding.frames = info_.frames;
    }
    return coding;
  }
  std::int64_t read(float* interleaved, std::int64_t frames) override {
    if (ended_) return 0;
    if (source_->bytes.is_stream()) frames = std::min(frames, kStreamFrames);
    std::int64_t n = 0;
    if (read_error_.empty()) {
      n = sf_readf_float(sound_.get(), interleaved, frames);
      const int error = sf_error(sound_.get());  // the next call would clear it
      if (error != SF_ERR_NO_ERROR) read_error_ = without_full_stop(sf_error_number(error));
      check_source();
    }
    if (n <= 0) {
      ended_ = true;
      check_end();
      return 0;
    }
    frames_read_ += n;
    return n;
  }
  std::string library() const override { return sf_version_string(); }

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

  static SF_VIRTUAL_IO calls() {
    SF_VIRTUAL_IO calls{};
    calls.get_filelen = [](void* self) -> sf_count_t {
      const Source& source = *static_cast<Source*>(self);
      return source.sequential ? kEndless : source.bytes.size();
    };
    calls.seek = [](sf_count_t offset, int whence, void* self) -> sf_count_t {
      Source& source = *static_cast<Source*>(self);
      if (whence == SEEK_CUR) offset += source.position;
      if (whence == SEEK_END) offset += source.sequential ? kEndless : source.bytes.size();
      if (offset < 0) return -1;
      return source.position = offset;
    };
    calls.read = [](void* out, sf_count_t count, void* self) -> sf_count_t {
      Source& source = *static_cast<Source*>(self);
      try {
        const std::int64_t n = source.bytes.read(source.position, out, count);
        source.position += n;
        if (source.sequential) source.bytes.forget_before(source.position);
        return n;
      } catch (...) {  // which must not pass through C
        if (!source.failure) source.failure = std::current_exception();
        return 0;
      }
    };
    calls.write = [](const void*, sf_count_t, void*) -> sf_count_t { return 0; };
    calls.tell = [](void* self) -> sf_count_t { return static_cast<Source*>(self)->position; };
    return calls;
  }

  void open() {
    // libsndfile keeps the reason of a failed open in a global.
    static std::mutex mutex;
    const std::lock_guard<std::mutex> lock(mutex);
    SF_VIRTUAL_IO io = calls();
    sound_.reset(sf_open_virtual(&io, SFM_READ, &info_, source_.get()));
    check_source();
    if (sound_) return;
    const std::string reason = "libsndfile: " + without_full_stop(sf_strerror(nullptr));
    const int error = sf_error(nullptr);
    if (error == SF_ERR_UNRECOGNISED_FORMAT) throw UnknownFormat(source_->bytes.name(), reason);
    throw Error(source_->bytes.name(), "not readable as audio: " + reason);
  }

  // libsndfile delivers no more: checks whether that is where the file should end.
  void check_end() {
    const int container = info_.format & SF_FORMAT_TYPEMASK;
    const bool guessed = container == SF_FORMAT_MPEG || info_.frames == SF_COUNT_MAX;
    const std::int64_t promised = container == SF_FORMAT_RAW ? frames_promised_
                                  : guessed                  ? -1
                                                             : info_.frames;
    if (!read_error_.empty()) {
      const std::string of = promised > 0 ? fmt::format(" of {:.2f} s", seconds(promised)) : "";
      faults_.push_back(fmt::format("damaged or cut short after {:.2f} s{}: {}",
                                    seconds(frames_read_), of, read_error_));
    } else if (!length_fault_.empty()) {
      faults_.push_back(length_fault_);
    } else if (frames_read_ < promised) {
      faults_.push_back(fmt::format("damaged or cut short: ends after {:.2f} s of {:.2f} s",
                                    seconds(frames_read_), seconds(promised)));
    }
  }

  double seconds(std::int64_t frames) const {
    return static_cast<double>(frames) / info_.samplerate;
  }

  void check_source() const {
    if (source_->failure) std::rethrow_exception(source_->failure);
  }

  std::unique_ptr<Source> source_;
  SF_INFO info_{};
  std::unique_ptr<SNDFILE, Close> sound_;
  std::string length_fault_;           // of the header
  std::int64_t frames_promised_ = -1;  // of headerless samples; −1: not known
  std::string read_error_;             // empty: none
  std::int64_t frames_read_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Reader> open_sound(const ByteRange& bytes) {
  return std::make_unique<SoundFile>(bytes);
}

std::unique_ptr<Reader> open_samples(const ByteRange& bytes, SampleFormat format, int encoding,
                                     int frame_bytes, std::int64_t promised) {
  return std::make_unique<SoundFile>(bytes, format, encoding, frame_bytes, promised);
}

}  // namespace pairalign::audio
