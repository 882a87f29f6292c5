#include "audio/ogg_audio.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "audio/container.hpp"
#include "base/error.hpp"

namespace pairalign::audio {
namespace {

// Bytes read at once.
constexpr long kFetch = 1 << 14;

// The name of a codec that is not read here, if the first packet of its stream gives it away.
std::string codec_name(const ogg_packet& packet) {
  const std::string_view bytes(reinterpret_cast<const char*>(packet.packet),
                               static_cast<std::size_t>(std::max(packet.bytes, 0L)));
  constexpr std::pair<std::string_view, const char*> kCodecs[] = {{"\177FLAC", "FLAC"},
                                                                  {"Speex   ", "Speex"},
                                                                  {"CELT    ", "CELT"},
                                                                  {"\x80theora", "Theora video"}};
  for (const auto& [magic, name] : kCodecs) {
    if (bytes.substr(0, magic.size()) == magic) return name;
  }
  return "an unknown codec";
}

}  // namespace

// "OggS", u8 version, u8 flags, i64 position, u32 serial number, u32 page number, u32 checksum, u8
// number of segments, u8 length of each.
std::optional<OggPage> last_ogg_page(const ByteRange& bytes) {
  constexpr std::size_t kHead = 27, kFlags = 5;
  constexpr int kLastPage = 4;
  std::string end(std::size_t{1} << 17, '\0');  // two pages, and tags after them
  const std::int64_t from =
      std::max<std::int64_t>(0, bytes.size() - static_cast<std::int64_t>(end.size()));
  const std::int64_t n = bytes.read(from, end.data(), static_cast<std::int64_t>(end.size()));
  end.resize(static_cast<std::size_t>(n));
  const std::size_t begin = end.rfind("OggS");
  if (begin == std::string::npos || begin + kHead > end.size()) return std::nullopt;
  const std::string_view page = std::string_view(end).substr(begin);
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(page[at]); };
  OggPage result{little_endian(page.data() + 6, 8), little_endian(page.data() + 14, 4),
                 (byte(kFlags) & kLastPage) != 0, false};
  std::size_t length = kHead + byte(kHead - 1);
  for (std::size_t i = kHead, body = length; i < std::min(body, page.size()); ++i)
    length += byte(i);
  result.whole = length <= page.size();
  return result;
}

OggAudio::OggAudio(const ByteRange& bytes) : bytes_(bytes) {
  const std::string& name = bytes_.name();
  while (!page_waits_) {
    if (!next_page()) throw Error(name, "damaged or cut short: no Ogg stream begins in it");
    page_waits_ = ogg_page_bos(&page_) != 0;
  }
  if (!begin_link()) {
    if (!unknown_.empty()) throw UnknownFormat(name, unknown_);
    throw Error(name, faults_.empty() ? "cut short within its headers" : faults_.back());
  }
}

Coding OggAudio::coding() const {
  Coding coding{"ogg", library().find("opus") == std::string::npos ? "vorbis" : "opus", 0, -1};
  if (bytes_.is_stream()) return coding;
  const std::optional<OggPage> page = last_ogg_page(bytes_);
  if (page && page->position >= 0 && page->serial == (serial_ & 0xffffffffL)) {
    coding.frames = std::llround(codec_->seconds(page->position) * format().rate);
  }
  return coding;
}

// Reads the next whole page of any stream into page_; false at the end of the file.
bool OggAudio::next_page() {
  for (;;) {
    const long n = ogg_sync_pageseek(&ogg_.sync, &page_);
    if (n > 0) return true;
    if (n < 0) {
      junk_ -= n;
      continue;
    }
    char* buffer = ogg_sync_buffer(&ogg_.sync, kFetch);
    if (buffer == nullptr) throw std::bad_alloc();
    const std::int64_t got = bytes_.read_some(offset_, buffer, kFetch);
    ogg_sync_wrote(&ogg_.sync, static_cast<long>(got));
    offset_ += got;
    bytes_.forget_before(offset_);
    if (got == 0) return false;
  }
}

// page_ begins a stream, perhaps the first of several multiplexed ones. False if none of them is
// audio that is read here, or if the file ends before such audio.
bool OggAudio::begin_link() {
  earlier_links_s_ = seconds();
  std::unique_ptr<OggCodec> before = std::move(codec_);
  unknown_.clear();
  page_number_ = -1;
  frames_ = 0;
  last_page_ = heard_ = link_ended_ = false;
  packets_.clear();
  do {
    take_first_page();
    page_waits_ = next_page();
  } while (page_waits_ && ogg_page_bos(&page_) != 0);
  if (codec_ == nullptr) {
    codec_ = std::move(before);  // the one used so far
    return false;
  }
  try {
    return read_headers();
  } catch (const Error& error) {
    faults_.push_back(fmt::format("after {:.2f} s: {}", seconds(), error.reason()));
    return false;
  }
}

void OggAudio::take_first_page() {
  ogg_stream_state stream{};
  if (ogg_stream_init(&stream, ogg_page_serialno(&page_)) != 0) throw std::bad_alloc();
  ogg_packet packet{};
  const bool whole =
      ogg_stream_pagein(&stream, &page_) == 0 && ogg_stream_packetout(&stream, &packet) == 1;
  std::unique_ptr<OggCodec> codec = whole ? make_ogg_codec(packet) : nullptr;
  if (codec == nullptr || codec_ != nullptr) {
    if (codec != nullptr) {
      remarks_.push_back("holds a further stream of audio beside the first, which was not read");
    } else if (unknown_.empty() && whole) {
      unknown_ = codec_name(packet);
    }
    ogg_stream_clear(&stream);
    return;
  }
  ogg_stream_clear(&ogg_.stream);
  ogg_.stream = stream;
  serial_ = ogg_page_serialno(&page_);
  codec_ = std::move(codec);
  codec_->take_header(packet);
}

// Starts at the first page after those that begin streams. Audio packets that end on the last
// header page are left in packets_.
bool OggAudio::read_headers() {
  for (; page_waits_; page_waits_ = next_page()) {
    if (ogg_page_bos(&page_) != 0) return false;
    if (ogg_page_serialno(&page_) != serial_) continue;
    page_number_ = ogg_page_pageno(&page_);
    ogg_stream_pagein(&ogg_.stream, &page_);
    ogg_packet packet{};
    int status = 0;
    while ((status = ogg_stream_packetout(&ogg_.stream, &packet)) != 0) {
      if (status < 0) continue;
      if (codec_->take_header(packet)) continue;
      page_waits_ = false;
      last_page_ = ogg_page_eos(&page_) != 0;
      collect_packets();
      return true;
    }
  }
  return false;
}

void OggAudio::collect_packets() {
  ogg_packet packet{};
  for (;;) {
    const int status = ogg_stream_packetout(&ogg_.stream, &packet);
    if (status == 0) return;
    if (status > 0) packets_.push_back(packet);
  }
}

// Decodes the next page of the link's stream into pcm_; false when it has none left.
bool OggAudio::decode_page() {
  if (packets_.empty()) {
    if (last_page_) return false;
    do {
      if (!next_page()) {
        file_ended_ = true;
        return false;
      }
      if (ogg_page_bos(&page_) != 0) {
        page_waits_ = true;
        return false;
      }
    } while (ogg_page_serialno(&page_) != serial_);
    check_sequence();
    ogg_stream_pagein(&ogg_.stream, &page_);
    collect_packets();
  }
  last_page_ = ogg_page_eos(&page_) != 0;
  if (packets_.empty()) return true;
  const int undecoded = codec_->decode(packets_, page_, !heard_, pcm_);
  if (undecoded > 0) {
    faults_.push_back(fmt::format("damaged: {} packets after {:.2f} s could not be decoded",
                                  undecoded, seconds()));
  }
  heard_ = true;
  packets_.clear();
  return true;
}

void OggAudio::check_sequence() {
  const long number = ogg_page_pageno(&page_);
  if (page_number_ >= 0 && number > page_number_ + 1 && !heard_) {
    // A live stream that was joined late has its headers and then what is sent now.
    remarks_.push_back(fmt::format("begins late: pages are missing after its headers ({} of them)",
                                   number - page_number_ - 1));
  } else if (page_number_ >= 0 && number != page_number_ + 1) {
    faults_.push_back(fmt::format("damaged: pages are missing after {:.2f} s ({} of them)",
                                  seconds(), number - page_number_ - 1));
  }
  page_number_ = number;
}

std::int64_t OggAudio::read(float* interleaved, std::int64_t frames) {
  const auto channels = static_cast<std::size_t>(format().channels);
  while (pcm_begin_ == pcm_.size()) {
    pcm_.clear();
    pcm_begin_ = 0;
    if (link_ended_) return 0;
    if (!decode_page()) end_link(file_ended_);
  }
  const std::size_t n =
      std::min(static_cast<std::size_t>(frames), (pcm_.size() - pcm_begin_) / channels);
  std::copy_n(pcm_.begin() + static_cast<std::ptrdiff_t>(pcm_begin_), n * channels, interleaved);
  pcm_begin_ += n * channels;
  frames_ += static_cast<std::int64_t>(n);
  return static_cast<std::int64_t>(n);
}

void OggAudio::end_link(bool at_end) {
  link_ended_ = true;
  if (last_page_) return;
  if (!at_end) {
    remarks_.push_back(fmt::format("a link of its chain breaks off after {:.2f} s", seconds()));
    return;
  }
  const bool within_page = ogg_.sync.fill - ogg_.sync.returned > 0;
  faults_.push_back(fmt::format(
      within_page ? "cut short in the middle of an Ogg page, after {:.2f} s"
                  : "cut short after {:.2f} s, between Ogg pages: the last is not marked as such",
      seconds()));
}

bool OggAudio::next_part() {
  for (;;) {
    while (!page_waits_) {
      if (file_ended_ || !next_page()) {
        check_rest();
        return false;
      }
      page_waits_ = ogg_page_bos(&page_) != 0;
    }
    if (begin_link()) return true;
    if (!unknown_.empty()) {
      faults_.push_back(
          fmt::format("a link of its chain, after {:.2f} s, is {}, which was not read",
                      earlier_links_s_, unknown_));
    }
  }
}

void OggAudio::check_rest() {
  if (last_page_) junk_ += ogg_.sync.fill - ogg_.sync.returned;
  if (junk_ > 0) remarks_.push_back(fmt::format("{} bytes outside Ogg pages were skipped", junk_));
}

double OggAudio::seconds() const {
  if (codec_ == nullptr || codec_->format().rate == 0) return earlier_links_s_;
  return earlier_links_s_ + static_cast<double>(frames_) / codec_->format().rate;
}

}  // namespace pairalign::audio
