// Recordings as they are found: joined, chained, cut, behind something else, unfinished.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <ogg/ogg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/decoder.hpp"
#include "audio/formats.hpp"
#include "audio_fixture.hpp"
#include "base/descriptor.hpp"
#include "base/file.hpp"
#include "base/random.hpp"

namespace {

using namespace pairalign;
using namespace pairalign::audio;
using namespace pairalign::test;

using Samples = std::vector<float>;

std::string audio_bytes(const Folder& folder, int format, int rate, int channels, double seconds) {
  const auto frames = static_cast<std::size_t>(seconds * rate);
  write_audio(folder / "made", format, rate, channels, tone(440, rate, channels, frames));
  return read_file(folder / "made");
}

// White noise, which takes many pages where a tone takes few.
std::string noise_bytes(const Folder& folder, int format, double seconds) {
  Random random(7);
  Samples pcm(static_cast<std::size_t>(seconds * kSampleRate));
  for (float& sample : pcm)
    sample = static_cast<float>(random.below(20001)) / 40000 - 0.25F;
  write_audio(folder / "made", format, kSampleRate, 1, pcm);
  return read_file(folder / "made");
}

// Wide enough to be filled before it is read.
class Pipe {
 public:
  explicit Pipe(std::size_t capacity) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    reader_ = Descriptor(ends[0]);
    writer_ = Descriptor(ends[1]);
    REQUIRE(::fcntl(writer_.get(), F_SETPIPE_SZ, 1 << 20) >= static_cast<int>(capacity));
  }

  int reader() const { return reader_.get(); }
  void write(std::string_view bytes) { write_all(writer_.get(), bytes, "pipe"); }
  void end() { writer_ = Descriptor(); }

 private:
  Descriptor reader_, writer_;
};

// Of the frames of an MP3 that lie within [begin, end) of it.
double seconds_of_frames(const std::string& mp3, std::size_t begin, std::size_t end) {
  double seconds = 0;
  for (std::size_t at = 0; at + 4 <= mp3.size();) {
    const auto header = parse_mpeg_header(reinterpret_cast<const unsigned char*>(mp3.data()) + at);
    REQUIRE(header);
    const std::size_t behind = at + static_cast<std::size_t>(header->bytes);
    if (at >= begin && behind <= end) seconds += header->seconds();
    at = behind;
  }
  return seconds;
}

double seconds_of(const std::string& path) {
  return static_cast<double>(decode_file(path).size()) / kSampleRate;
}

std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i)
    text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string wav_of(const std::string& id, std::uint32_t riff_size, const std::string& chunks,
                   std::uint32_t data_size, const std::string& data, int encoding = 1) {
  return id + little_endian(riff_size, 4) + "WAVE" + chunks + "fmt " + little_endian(16, 4) +
         little_endian(static_cast<std::uint64_t>(encoding), 2) + little_endian(1, 2) +
         little_endian(16000, 4) + little_endian(32000, 4) + little_endian(2, 2) +
         little_endian(16, 2) + "data" + little_endian(data_size, 4) + data;
}

Samples part_of(const Samples& all, double start_s, double end_s) {
  return {all.begin() + std::llround(start_s * kSampleRate),
          all.begin() + std::llround(end_s * kSampleRate)};
}

// Where the pages of an Ogg file begin.
std::vector<std::size_t> pages_of(const std::string& bytes) {
  std::vector<std::size_t> pages;
  for (std::size_t at = bytes.find("OggS"); at != std::string::npos;
       at = bytes.find("OggS", at + 1))
    pages.push_back(at);
  return pages;
}

TEST_CASE("Opus and Vorbis give the samples that libsndfile gives of whole files") {
  const Folder folder;
  for (const int format : {kOpus, kVorbis}) {
    write_audio(folder / "a", format, 16000, 1, tone(440, 16000, 1, 50011));
    SF_INFO info{};
    SNDFILE* file = sf_open((folder / "a").c_str(), SFM_READ, &info);
    REQUIRE(file != nullptr);
    Samples expected(static_cast<std::size_t>(info.frames));
    CHECK(sf_readf_float(file, expected.data(), info.frames) == info.frames);
    sf_close(file);
    CHECK(decode_file(folder / "a") == expected);
  }
}

TEST_CASE("joined MP3 files are heard to the end, whatever their rates and channels") {
  const Folder folder;
  const std::string first = audio_bytes(folder, kMp3, 44100, 2, 2);
  const std::string second = audio_bytes(folder, kMp3, 16000, 1, 5);
  const std::string third = audio_bytes(folder, kMp3, 16000, 1, 3);
  const auto alone = [&](const std::string& bytes) {
    write_bytes(folder / "alone", bytes);
    return seconds_of(folder / "alone");
  };
  const double sum = alone(first) + alone(second) + alone(third);
  write_bytes(folder / "joined.mp3", first + second + third);
  CHECK(seconds_of(folder / "joined.mp3") == doctest::Approx(sum).epsilon(0.001));
  const std::string tag = "ID3\x04" + std::string("\0\0\0\0\x02\0", 6) + std::string(256, '\0');
  write_bytes(folder / "tagged.mp3",
              tag + first + tag + second + std::string("TAG") + std::string(125, ' ') + third);
  CHECK(seconds_of(folder / "tagged.mp3") == doctest::Approx(sum).epsilon(0.001));
}

TEST_CASE("an MP3 that begins in mid-frame, behind something else, or has a hole") {
  const Folder folder;
  const std::string whole = audio_bytes(folder, kMp3, 16000, 1, 4);
  const std::size_t cut = whole.size() / 4 + 33;
  write_bytes(folder / "a", whole.substr(cut));
  CHECK(seconds_of(folder / "a") ==
        doctest::Approx(seconds_of_frames(whole, cut, whole.size())).epsilon(0.001));
  write_bytes(folder / "a", "HTTP/1.1 200 OK\r\n\r\n" + std::string(70000, '\x01') + whole);
  CHECK(seconds_of(folder / "a") == doctest::Approx(4).epsilon(0.03));
  // Zeros in its midst; what is around them is heard.
  std::string holed = whole;
  const std::size_t hole = whole.size() / 2, hole_end = hole + whole.size() / 16;
  std::fill(holed.begin() + static_cast<std::ptrdiff_t>(hole),
            holed.begin() + static_cast<std::ptrdiff_t>(hole_end), '\0');
  write_bytes(folder / "a", holed.substr(cut));
  CHECK(seconds_of(folder / "a") ==
        doctest::Approx(seconds_of_frames(whole, cut, hole) +
                        seconds_of_frames(whole, hole_end, whole.size()))
            .epsilon(0.001));
  Decoder decoder(folder / "a");
  read_all(decoder);
  REQUIRE(decoder.remarks().size() == 1);
  CHECK(contains(decoder.remarks()[0], "not whole frames of MPEG audio"));
}

TEST_CASE("a tag within an MP3 that lies about its length swallows nothing, in a pipe neither") {
  const Folder folder;
  std::string bytes = audio_bytes(folder, kMp3, 16000, 1, 4);
  bytes.insert(bytes.size() / 2, "ID3\x04" + std::string("\0\0\x0f\x7f\x7f\x7f", 6));
  write_bytes(folder / "a", bytes);
  const Samples expected = decode_file(folder / "a");
  CHECK(expected.size() > 3.5 * kSampleRate);
  Pipe pipe(bytes.size());
  pipe.write(bytes);
  pipe.end();
  Decoder decoder = Decoder::from_descriptor(pipe.reader(), "pipe");
  CHECK(read_all(decoder) == expected);
}

TEST_CASE("an MP3 shorter than its header tells is an error, and partly heard when asked") {
  const Folder folder;
  const std::string whole = audio_bytes(folder, kMp3, 16000, 1, 4);
  REQUIRE((contains(whole.substr(0, 300), "Xing") || contains(whole.substr(0, 300), "Info")));
  write_bytes(folder / "half.mp3", whole.substr(0, whole.size() / 2));
  CHECK(contains(reason_of_failure(folder / "half.mp3"), "cut short"));
  DecoderOptions options;
  options.partial = true;
  Decoder decoder(folder / "half.mp3", options);
  CHECK(static_cast<double>(read_all(decoder).size()) / kSampleRate ==
        doctest::Approx(seconds_of_frames(whole, 1, whole.size() / 2)).epsilon(0.08));
  CHECK(contains(decoder.fault(), "cut short"));
}

TEST_CASE("MP3 within WAV") {
  const Folder folder;
  const std::string mp3 = audio_bytes(folder, kMp3, 16000, 1, 3);
  write_bytes(folder / "bare", mp3);
  const Samples expected = decode_file(folder / "bare");
  write_bytes(folder / "a.wav", wav_of("RIFF", static_cast<std::uint32_t>(mp3.size() + 36), "",
                                       static_cast<std::uint32_t>(mp3.size()), mp3, 0x55));
  CHECK(decode_file(folder / "a.wav") == expected);
  const std::string wav = read_file(folder / "a.wav");
  write_bytes(folder / "a.wav", wav.substr(0, wav.size() - 500));
  CHECK(contains(reason_of_failure(folder / "a.wav"), "500 bytes are missing"));
}

TEST_CASE("headers of MPEG audio: kinds, lengths, and what is none") {
  const auto parse = [](std::array<unsigned char, 4> bytes) {
    return parse_mpeg_header(bytes.data());
  };
  const auto mp3 = parse({0xff, 0xfb, 0x90, 0x00});  // MPEG 1, layer III, 128 kbit/s, 44.1 kHz
  REQUIRE(mp3);
  CHECK(mp3->bytes == 417);
  CHECK(mp3->samples == 1152);
  CHECK(mp3->channels == 2);
  const auto low = parse({0xff, 0xf3, 0x48, 0xc0});  // MPEG 2, layer III, 32 kbit/s, 16 kHz, mono
  REQUIRE(low);
  CHECK(low->bytes == 144);
  CHECK(low->samples == 576);
  CHECK(low->rate == 16000);
  CHECK(low->channels == 1);
  const auto layer1 = parse({0xff, 0xff, 0x44, 0x00});  // MPEG 1, layer I, 128 kbit/s, 48 kHz
  REQUIRE(layer1);
  CHECK(layer1->bytes == 128);
  CHECK_FALSE(parse({0xff, 0xfb, 0xf0, 0x00}));  // a bit rate that is forbidden
  CHECK_FALSE(parse({0xff, 0xeb, 0x90, 0x00}));  // a version that is reserved
  CHECK_FALSE(parse({0xff, 0xf1, 0x50, 0x80}));  // AAC
}

TEST_CASE("all links of an Ogg chain are heard, whatever is in them") {
  const Folder folder;
  const std::string opus = audio_bytes(folder, kOpus, 48000, 2, 2);
  const std::string vorbis = audio_bytes(folder, kVorbis, 22050, 1, 3);
  write_bytes(folder / "chain.ogg", opus + vorbis + opus);
  CHECK(seconds_of(folder / "chain.ogg") == doctest::Approx(7).epsilon(0.001));
  write_bytes(folder / "behind.ogg", vorbis + std::string(300, 'x') + opus);
  CHECK(seconds_of(folder / "behind.ogg") == doctest::Approx(5).epsilon(0.001));
}

// The checksum of the first page of an Ogg file, which holds one packet.
void set_first_checksum(std::string& ogg, long packet) {
  ogg_page first{};
  first.header = reinterpret_cast<unsigned char*>(ogg.data());
  first.header_len = 28;
  first.body = first.header + first.header_len;
  first.body_len = packet;
  ogg_page_checksum_set(&first);
}

TEST_CASE("a link of an Ogg chain whose first header is damaged") {
  const Folder folder;
  const std::string opus = audio_bytes(folder, kOpus, 48000, 2, 2);
  const std::string vorbis = audio_bytes(folder, kVorbis, 22050, 1, 3);
  std::string damaged = opus;
  damaged[28 + 8] = 0x1f;  // its version
  set_first_checksum(damaged, 19);
  write_bytes(folder / "damaged.ogg", damaged);
  CHECK_THROWS_WITH_AS(
      Decoder(folder / "damaged.ogg", {}),
      (folder / "damaged.ogg: after 0.00 s: an Opus header of an unknown version").c_str(), Error);
  write_bytes(folder / "chain.ogg", opus + damaged + vorbis);
  DecoderOptions options;
  options.partial = true;
  Decoder decoder(folder / "chain.ogg", options);
  CHECK(static_cast<double>(read_all(decoder).size()) / kSampleRate == doctest::Approx(5));
  CHECK(decoder.fault() == "after 2.00 s: an Opus header of an unknown version");
}

TEST_CASE("a link of an Ogg chain with a codec that nobody reads") {
  const Folder folder;
  const std::string opus = audio_bytes(folder, kOpus, 48000, 2, 2);
  std::string other = audio_bytes(folder, kVorbis, 22050, 1, 3);
  other.replace(other.find("vorbis"), 6, "zzzzzz");
  set_first_checksum(other, 30);
  write_bytes(folder / "chain.ogg", opus + other);
  DecoderOptions options;
  options.partial = true;
  Decoder decoder(folder / "chain.ogg", options);
  CHECK(static_cast<double>(read_all(decoder).size()) / kSampleRate == doctest::Approx(2));
  CHECK(contains(decoder.fault(), "which was not read"));
  CHECK(contains(decoder.library(), "opus"));
}

TEST_CASE("Ogg cut at any border of pages is an error, and partly heard when asked") {
  const Folder folder;
  for (const int format : {kOpus, kVorbis}) {
    const std::string whole = noise_bytes(folder, format, 5);
    write_bytes(folder / "whole", whole);
    const Samples all = decode_file(folder / "whole");
    DecoderOptions options;
    options.partial = true;
    const std::vector<std::size_t> pages = pages_of(whole);
    REQUIRE(pages.size() > 4);
    for (const std::size_t cut : pages) {
      CAPTURE(cut);
      write_bytes(folder / "cut", whole.substr(0, cut));
      REQUIRE(reason_of_failure(folder / "cut") != "no error");
      if (cut <= pages[3]) continue;
      Decoder decoder(folder / "cut", options);
      const Samples heard = read_all(decoder);
      REQUIRE(heard.size() > 1000);
      REQUIRE(std::equal(heard.begin(), heard.end() - 1000, all.begin()));
      CHECK(contains(decoder.fault(), "cut short"));
    }
  }
}

TEST_CASE("a page that is missing or damaged is told, and what follows it is heard") {
  const Folder folder;
  for (const int format : {kOpus, kVorbis}) {
    const std::string whole = noise_bytes(folder, format, 6);
    const std::vector<std::size_t> pages = pages_of(whole);
    REQUIRE(pages.size() > 5);
    std::string damaged = whole;
    damaged[pages[4] - 5] ^= 0x55;
    const std::string missing = whole.substr(0, pages[3]) + whole.substr(pages[4]);
    for (const std::string& bytes : {missing, damaged}) {
      write_bytes(folder / "a", bytes);
      CHECK(contains(reason_of_failure(folder / "a"), "pages are missing"));
      DecoderOptions options;
      options.partial = true;
      Decoder decoder(folder / "a", options);
      CHECK(read_all(decoder).size() > 4 * kSampleRate);
    }
    // Behind the headers, as a live stream that was joined lacks them.
    write_bytes(folder / "a", whole.substr(0, pages[2]) + whole.substr(pages[3]));
    Decoder late(folder / "a");
    CHECK(read_all(late).size() > 4 * kSampleRate);
    REQUIRE(late.remarks().size() == 1);
    CHECK(contains(late.remarks()[0], "begins late"));
  }
}

TEST_CASE("a WAV file that was never finished is heard to its end") {
  const Folder folder;
  const std::string samples(2000, '\x10');
  const std::string ds64 = "ds64" + little_endian(28, 4) + std::string(28, '\0');
  const std::string endless =
      "ds64" + little_endian(28, 4) + std::string(16, '\xff') + std::string(12, '\0');
  for (const std::string& bytes :
       {wav_of("RIFF", 2036, "", 0, samples), wav_of("RIFF", 0xffffffff, "", 0, samples),
        wav_of("RIFF", 0, "", 0, samples), wav_of("RF64", 0xffffffff, ds64, 0xffffffff, samples),
        wav_of("RF64", 0xffffffff, endless, 0xffffffff, samples),
        wav_of("RF64", 0xffffffff, ds64, 0, samples), wav_of("BW64", 2036, "", 2000, samples)}) {
    CAPTURE(bytes.substr(0, 60));
    write_bytes(folder / "a.wav", bytes);
    CHECK(decode_file(folder / "a.wav").size() == 1000);
  }
  // One without samples, as it should be, has none.
  write_bytes(folder / "a.wav", wav_of("RIFF", 48, "", 0, "LIST" + little_endian(4, 4) + "INFO"));
  CHECK(decode_file(folder / "a.wav").empty());
}

TEST_CASE("tags in front of a WAV file, joined WAV files, several data chunks") {
  const Folder folder;
  const std::string samples(2000, '\x10');
  const std::string wav = wav_of("RIFF", 2036, "", 2000, samples);
  write_bytes(folder / "a.wav",
              "ID3\x03" + std::string("\0\0\0\0\x01\0", 6) + std::string(128, '\0') + wav);
  CHECK(decode_file(folder / "a.wav").size() == 1000);
  write_bytes(folder / "a.wav", wav + wav_of("RIFF", 2036, "", 2000, samples));
  CHECK(decode_file(folder / "a.wav").size() == 2000);
  write_bytes(folder / "a.wav", wav + "data" + little_endian(2000, 4) + samples);
  CHECK(decode_file(folder / "a.wav").size() == 2000);
  // What is no part of the file is told.
  write_bytes(folder / "a.wav", wav + std::string(500, '\x01'));
  Decoder decoder(folder / "a.wav");
  CHECK(read_all(decoder).size() == 1000);
  REQUIRE(decoder.remarks().size() == 1);
  CHECK(contains(decoder.remarks()[0], "500 bytes after its audio"));
}

TEST_CASE("tags behind a WAV file are no audio, and nothing to remark") {
  const Folder folder;
  const std::string wav = wav_of("RIFF", 2036, "", 2000, std::string(2000, '\x10'));
  const std::string ape = "APETAGEX" + little_endian(2000, 4) + little_endian(32, 4) +
                          little_endian(0, 4) + std::string(12, '\0');
  for (const std::string& tag :
       {"TAG" + std::string(125, ' '), ape,
        "ID3\x03" + std::string("\0\0\0\0\x01\0", 6) + std::string(128, '\0')}) {
    CAPTURE(tag.substr(0, 8));
    write_bytes(folder / "a.wav", wav + tag);
    Decoder decoder(folder / "a.wav");
    CHECK(read_all(decoder).size() == 1000);
    CHECK(decoder.remarks().empty());
  }
}

TEST_CASE("RF64 tells its length in a chunk of its own") {
  const Folder folder;
  const std::string samples(2000, '\x10');
  const std::string ds64 = "ds64" + little_endian(28, 4) + little_endian(2072, 8) +
                           little_endian(2000, 8) + little_endian(1000, 8) + little_endian(0, 4);
  const std::string whole = wav_of("RF64", 0xffffffff, ds64, 0xffffffff, samples);
  write_bytes(folder / "a.wav", whole);
  Decoder decoder(folder / "a.wav");
  CHECK(read_all(decoder).size() == 1000);
  CHECK(decoder.remarks().empty());
  write_bytes(folder / "a.wav", whole.substr(0, whole.size() - 50));
  CHECK_THROWS_WITH_AS(decode_file(folder / "a.wav"), doctest::Contains("50 bytes are missing"),
                       Error);
}

TEST_CASE("one channel, the mean, and a channel that is the inverse of another") {
  const Folder folder;
  const std::size_t frames = 40000;
  const Samples plain = tone(300, 16000, 1, frames);
  const auto stereo = [&](float left, float right) {
    Samples interleaved;
    for (const float x : plain) {
      interleaved.push_back(left * x);
      interleaved.push_back(right * x);
    }
    write_audio(folder / "a.wav", kFloatWav, 16000, 2, interleaved);
  };
  const auto channel = [&](int number) {
    DecoderOptions options;
    options.channel = number;
    Decoder decoder(folder / "a.wav", options);
    CHECK(decoder.channels() == 2);
    return read_all(decoder);
  };
  stereo(1, -1);
  CHECK(channel(0) == plain);
  CHECK(channel(1) == plain);
  CHECK(channel(2)[100] == -plain[100]);
  stereo(1, 0.5F);
  CHECK(channel(0)[100] == 0.75F * plain[100]);
  stereo(0, 1);
  CHECK(channel(0)[100] == 0.5F * plain[100]);
  // It turns, and turns again.
  Samples turning;
  for (std::size_t i = 0; i < frames; ++i) {
    turning.push_back(plain[i]);
    turning.push_back(i / 13000 % 2 == 0 ? plain[i] : -plain[i]);
  }
  write_audio(folder / "a.wav", kFloatWav, 16000, 2, turning);
  const Samples heard = channel(0);
  REQUIRE(heard.size() == frames);
  std::size_t lost = 0;
  for (std::size_t i = 0; i < frames; ++i)
    lost += heard[i] != plain[i] ? 1 : 0;
  CHECK(lost <= 3 * 2048);
  CHECK_THROWS_WITH_AS(channel(3), (folder / "a.wav: has 2 channels, and no channel 3").c_str(),
                       Error);
}

TEST_CASE("a part of a recording is that part of its samples") {
  const Folder folder;
  for (const int format : {kWav, kFlac, kVorbis, kMp3}) {
    CAPTURE(format);
    write_audio(folder / "a", format, 16000, 1, tone(500, 16000, 1, 50000));
    const Samples all = decode_file(folder / "a");
    DecoderOptions options;
    options.start_s = 0.5;
    options.end_s = 2.25;
    Decoder decoder(folder / "a", options);
    CHECK(read_all(decoder) == part_of(all, 0.5, 2.25));
    options.end_s.reset();
    Decoder rest(folder / "a", options);
    CHECK(read_all(rest).size() == all.size() - 8000);
    options.start_s = 60;
    Decoder none(folder / "a", options);
    CHECK_THROWS_AS(read_all(none), Error);
  }
}

TEST_CASE("a part that begins in the first link and ends in the second") {
  const Folder folder;
  const std::string first = audio_bytes(folder, kVorbis, 16000, 1, 2);
  write_bytes(folder / "chain.ogg", first + audio_bytes(folder, kVorbis, 16000, 1, 3));
  const Samples all = decode_file(folder / "chain.ogg");
  DecoderOptions options;
  options.start_s = 1.5;
  options.end_s = 4;
  Decoder decoder(folder / "chain.ogg", options);
  CHECK(read_all(decoder) == part_of(all, 1.5, 4));
}

// What comes through a pipe whose writer does not close it is heard all the same.
TEST_CASE("WAV, MP3, Opus and Vorbis are heard while they come") {
  const Folder folder;
  for (const int format : {kWav, kMp3, kOpus, kVorbis}) {
    CAPTURE(format);
    const std::string bytes = noise_bytes(folder, format, 8);
    const Samples expected = decode_file(folder / "made");
    Pipe pipe(bytes.size());
    const std::size_t half = bytes.size() / 2;
    pipe.write(bytes.substr(0, half));
    Decoder decoder = Decoder::from_descriptor(pipe.reader(), "live");
    Samples heard, block(1000);
    while (heard.size() < 2 * kSampleRate) {  // would wait for ever if it wanted the end
      const std::size_t n = decoder.read(block);
      heard.insert(heard.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(n));
    }
    pipe.write(bytes.substr(half));
    pipe.end();
    const Samples rest = read_all(decoder);
    heard.insert(heard.end(), rest.begin(), rest.end());
    CHECK(heard == expected);
  }
}

std::string script(const Folder& folder, const std::string& text) {
  const std::string path = folder / "script";
  write_bytes(path, "#!/bin/sh\n" + text + "\n");
  ::chmod(path.c_str(), 0755);
  return path;
}

TEST_CASE("a preprocessor is read in place of the file, and its failure is the file's") {
  const Folder folder;
  write_audio(folder / "a.wav", kWav, 16000, 1, tone(500, 16000, 1, 50000));
  const Samples expected = decode_file(folder / "a.wav");
  write_bytes(folder / "packed", "x" + read_file(folder / "a.wav"));
  DecoderOptions options;
  const auto read = [&](const std::string& text) {
    options.preprocessor = script(folder, text);
    Decoder decoder(folder / "packed", options);
    return read_all(decoder);
  };
  CHECK(read("tail -c +2 \"$1\"") == expected);
  CHECK(read("tail -c +2") == expected);  // its standard input
  const auto reason = [&](const std::string& text) -> std::string {
    try {
      read(text);
    } catch (const Error& error) {
      return error.reason();
    }
    return "none";
  };
  CHECK(contains(reason("echo no key >&2; exit 3"), "failed with status 3: no key"));
  CHECK(contains(reason("tail -c +2 \"$1\"; exit 1"), "failed with status 1"));
  CHECK(contains(reason("true"), "wrote nothing"));
  CHECK(contains(reason("yes complaint | head -c 300000 >&2; exit 4"), "status 4: complaint"));
}

TEST_CASE("what ffmpeg says of a file") {
  const std::string text =
      "[info] Input #0, mov, from 'a':\n[info]   Duration: 00:01:02.50, start: 0.0\n"
      "[info]   Stream #0:0: Audio: aac, 16000 Hz\n[info]   Stream #0:1: Video: mjpeg (attached "
      "pic)\n"
      "[mov @ 0x55] [error] stream 0, offset 0x12: partial file\n[info] Stream mapping:\n"
      "[info]   Stream #0:0: Audio: pcm_f32be\n";
  const FfmpegMessages messages = parse_ffmpeg_messages(text);
  CHECK(messages.duration_s == doctest::Approx(62.5));
  CHECK(messages.audio_streams == 1);
  CHECK(messages.errors == std::vector<std::string>{"stream 0, offset 0x12: partial file"});
  CHECK_FALSE(parse_ffmpeg_messages("[warning] Estimating duration from bitrate, this\n" + text)
                  .duration_s);
  // Lengths that are not those of the one stream of audio are not held against it.
  const std::string second = "[info]   Stream #0:2: Audio: opus, 48000 Hz\n";
  const std::string video = "[info]   Stream #0:2: Video: h264, yuv420p\n";
  for (const std::string& stream : {second, video}) {
    std::string more = text;
    more.insert(more.find("[mov @"), stream);
    CHECK_FALSE(parse_ffmpeg_messages(more).duration_s);
  }
  CHECK(parse_ffmpeg_messages("[null @ 0x5] [error] Application provided invalid, non "
                              "monotonically increasing dts to muxer\n")
            .errors.empty());
}

TEST_CASE("without ffmpeg its formats are named; a program that is none is an error") {
  const Folder folder;
  const std::string m4a = little_endian(0x20000000, 4) + "ftypM4A " + std::string(100, '\0');
  write_bytes(folder / "a.m4a", m4a);
  CHECK(contains(reason_of_failure(folder / "a.m4a"), "MP4"));
  CHECK(contains(reason_of_failure(folder / "a.m4a"), "install"));
  DecoderOptions options;
  options.ffmpeg = "/none/ffmpeg";
  CHECK_THROWS_AS(Decoder(folder / "a.m4a", options), Error);
  options.ffmpeg = script(folder, "echo '[fatal] moov atom not found' >&2; exit 1");
  CHECK_THROWS_WITH_AS(Decoder(folder / "a.m4a", options), doctest::Contains("moov atom not found"),
                       Error);
}

}  // namespace
