#include "stats/audio/frame_source.hpp"

#include <utility>

#include <fcntl.h>
#include <fmt/format.h>

#include "audio/reader.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace pairalign::stats {
struct FrameSource::Impl {
  std::string name;
  std::unique_ptr<audio::Reader> reader;
  SourceInfo info;
  std::int64_t frames_read = 0;

  Impl(const audio::ByteRange& bytes, const std::string& ffmpeg)
      : name(bytes.name()), reader(audio::open_reader(bytes, ffmpeg)) {
    const audio::Coding coding = reader->coding();
    info.container = coding.container;
    info.codec = coding.codec;
    info.bits = coding.bits;
    info.frames = coding.frames;
    info.sample_rate = reader->format().rate;
    info.channels = reader->format().channels;
    audio::check(reader->format(), name);
  }

  // False at the end of the recording; a part in another format cannot be measured with the others.
  bool next_part() {
    if (!reader->next_part()) return false;
    const audio::SampleFormat format = reader->format();
    if (format.rate == info.sample_rate && format.channels == info.channels) return true;
    throw Error(name, fmt::format("measured as far as {:.2f} s, where a part of {} Hz and {} "
                                  "channels begins",
                                  static_cast<double>(frames_read) / info.sample_rate, format.rate,
                                  format.channels));
  }

  void check_end() const {
    std::string faults;
    for (const std::string& fault : reader->faults())
      faults += (faults.empty() ? "" : "; ") + fault;
    if (!faults.empty()) throw Error(name, faults);
  }
};

FrameSource::FrameSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FrameSource::~FrameSource() = default;
FrameSource::FrameSource(FrameSource&&) noexcept = default;
FrameSource& FrameSource::operator=(FrameSource&&) noexcept = default;

FrameSource FrameSource::from_descriptor(int fd, const std::string& name,
                                         const std::string& ffmpeg) {
  const audio::ByteRange bytes = audio::ByteRange::of_descriptor(fd, name);
  const std::int64_t size = bytes.is_stream() ? 0 : bytes.size();
  if (!bytes.is_stream() && size == 0) throw Error(name, "is empty");
  auto impl = std::make_unique<Impl>(bytes, ffmpeg);
  impl->info.bytes = size;
  return FrameSource(std::move(impl));
}

FrameSource::FrameSource(const std::string& path, const std::string& ffmpeg) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) throw errno_error(path, "cannot open");
  *this = from_descriptor(fd.get(), path, ffmpeg);
}

const SourceInfo& FrameSource::info() const {
  return impl_->info;
}

std::size_t FrameSource::read(Span<float> interleaved) {
  Impl& impl = *impl_;
  const auto room = static_cast<std::int64_t>(interleaved.size()) / impl.info.channels;
  for (;;) {
    const std::int64_t n = impl.reader->read(interleaved.data(), room);
    if (n > 0) {
      impl.frames_read += n;
      return static_cast<std::size_t>(n);
    }
    if (!impl.next_part()) break;
  }
  impl.check_end();
  return 0;
}

}  // namespace pairalign::stats
