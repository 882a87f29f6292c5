#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/decoder.hpp"
#include "audio_fixture.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/random.hpp"

namespace {

using namespace pairalign;
using namespace pairalign::audio;
using namespace pairalign::test;

struct Match {
  double amplitude;  // of the tone
  double residual;   // RMS of what is not the tone, over the RMS of the tone
};

// Least squares of a tone of known frequency over the middle half of `pcm`, at 16 kHz.
Match match_tone(const std::vector<float>& pcm, double hz) {
  double sine = 0, cosine = 0, total = 0, count = 0;
  for (std::size_t i = pcm.size() / 4; i < pcm.size() * 3 / 4; ++i) {
    const double phase = 2 * kPi * hz * static_cast<double>(i) / kSampleRate;
    sine += pcm[i] * std::sin(phase);
    cosine += pcm[i] * std::cos(phase);
    total += static_cast<double>(pcm[i]) * pcm[i];
    count += 1;
  }
  const double amplitude = 2 * std::hypot(sine, cosine) / count;
  const double tone_energy = amplitude * amplitude / 2 * count;
  return {amplitude, std::sqrt(std::max(0.0, total - tone_energy) / tone_energy)};
}

void check_tone(int format, int rate, int channels, double tolerance) {
  CAPTURE(format);
  CAPTURE(rate);
  CAPTURE(channels);
  const Folder folder;
  const std::string path = folder / "tone";
  const auto frames = static_cast<std::size_t>(rate);
  write_audio(path, format, rate, channels, tone(440, rate, channels, frames));
  const std::vector<float> pcm = decode_file(path);
  CHECK(std::abs(static_cast<double>(pcm.size()) - kSampleRate) <= 1);
  const Match match = match_tone(pcm, 440);
  const double expected = 0.05 * (channels + 1);
  CHECK(std::abs(match.amplitude - expected) < tolerance * expected);
  CHECK(match.residual < tolerance);
}

TEST_CASE("a tone keeps its frequency, level and length in every lossless format") {
  for (const int format : {kWav, kFloatWav, kRf64, kFlac, kAiff, kAu}) {
    for (const int rate : {8000, 16000, 44100, 48000}) {
      for (const int channels : {1, 2, 8})
        check_tone(format, rate, channels, 0.002);
    }
  }
}

TEST_CASE("a tone keeps its frequency, level and length in lossy formats") {
  for (const int rate : {8000, 44100, 48000}) {
    for (const int channels : {1, 2})
      check_tone(kVorbis, rate, channels, 0.05);
  }
  for (const int rate : {16000, 48000})
    check_tone(kOpus, rate, 1, 0.05);
  for (const int rate : {16000, 44100})
    check_tone(kMp3, rate, 2, 0.05);
}

TEST_CASE("what lies above the new band is removed, not folded back") {
  const Folder folder;
  write_audio(folder / "high.wav", kWav, 48000, 1, tone(11000, 48000, 1, 48000));
  const std::vector<float> pcm = decode_file(folder / "high.wav");
  for (std::size_t i = 1000; i + 1000 < pcm.size(); ++i)
    REQUIRE(std::abs(pcm[i]) < 2e-4);
}

TEST_CASE("reading in pieces gives the bits of the whole") {
  const Folder folder;
  for (const int rate : {16000, 22050, 48000}) {
    write_audio(folder / "a.wav", kWav, rate, 2, tone(700, rate, 2, 30011));
    const std::vector<float> whole = decode_file(folder / "a.wav");
    Decoder decoder(folder / "a.wav");
    Random random(1);
    std::vector<float> pieces;
    for (;;) {
      std::vector<float> piece(1 + random.below(3000));
      const std::size_t n = decoder.read(piece);
      pieces.insert(pieces.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n));
      REQUIRE(decoder.samples_read() == static_cast<std::int64_t>(pieces.size()));
      if (n == 0) break;
      if (pieces.size() < whole.size()) REQUIRE(n == piece.size());
    }
    CHECK(pieces == whole);
    std::vector<float> more(10);
    CHECK(decoder.read(more) == 0);
  }
}

TEST_CASE("NaN and infinities become silence, and spare the other channels") {
  const Folder folder;
  write_audio(folder / "nan.wav", kFloatWav, 16000, 2,
              {NAN, 0.5F, INFINITY, -INFINITY, 0.25F, 0.75F, 1e38F, 0});
  const std::vector<float> pcm = decode_file(folder / "nan.wav");
  REQUIRE(pcm.size() == 4);
  CHECK(pcm[0] == 0.25F);
  CHECK(pcm[1] == 0);
  CHECK(pcm[2] == 0.5F);
  CHECK(pcm[3] == 5e4F);
}

TEST_CASE("ten milliseconds, one sample, none") {
  const Folder folder;
  for (const std::size_t frames : {160, 1, 0}) {
    for (const int format : {kWav, kAiff, kAu}) {
      write_audio(folder / "short", format, 16000, 1, tone(500, 16000, 1, frames));
      CHECK(decode_file(folder / "short").size() == frames);
    }
  }
  write_audio(folder / "short", kWav, 48000, 1, tone(500, 48000, 1, 480));
  CHECK(decode_file(folder / "short").size() == 160);
  write_audio(folder / "short", kWav, 48000, 1, {});
  CHECK(decode_file(folder / "short").empty());
}

TEST_CASE("paths that lead to no audio") {
  const Folder folder;
  CHECK(contains(reason_of_failure(folder / "nowhere.wav"), "No such file"));
  CHECK(reason_of_failure(folder / "") == "is a directory");
  write_bytes(folder / "empty.wav", "");
  CHECK(reason_of_failure(folder / "empty.wav") == "is empty");
  write_bytes(folder / "text.wav", "these are words\nand no samples\n");
  CHECK(contains(reason_of_failure(folder / "text.wav"), "not an audio format"));
  write_bytes(folder / "samples.raw", std::string(32000, '\x12'));
  CHECK(contains(reason_of_failure(folder / "samples.raw"), "sox -t raw"));
  write_audio(folder / "many.wav", kWav, 16000, 65, std::vector<float>(65));
  CHECK(contains(reason_of_failure(folder / "many.wav"), "65 channels"));
  for (const int rate : {1, 999, 2000000000}) {
    write_audio(folder / "rate.wav", kWav, rate, 1, {0});
    CHECK(contains(reason_of_failure(folder / "rate.wav"), "sample rate"));
  }
}

TEST_CASE("a name may hold any bytes") {
  const Folder folder;
  const std::string path = folder / "a\nb\t\\\xff#.wav";
  write_audio(path, kWav, 16000, 1, tone(500, 16000, 1, 100));
  CHECK(decode_file(path).size() == 100);
}

TEST_CASE("a file cut short is an error wherever it is cut") {
  const Folder folder;
  for (const int format : {kWav, kRf64, kAiff, kAu, kFlac, kCaf, kWave64, kSphere}) {
    CAPTURE(format);
    write_audio(folder / "whole", format, 16000, 1, tone(500, 16000, 1, 900));
    const std::string bytes = read_file(folder / "whole");
    CHECK(decode_file(folder / "whole").size() == 900);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(size);
      write_bytes(folder / "cut", bytes.substr(0, size));
      REQUIRE(reason_of_failure(folder / "cut") != "no error");
    }
  }
}

TEST_CASE(
    "kinds of old machines, of either byte order: cut short they are an error, or all is there") {
  const Folder folder;
  const std::vector<float> pcm = tone(500, 8000, 1, 900);
  for (const int format :
       {SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG,
        SF_FORMAT_AU | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, SF_FORMAT_AVR | SF_FORMAT_PCM_16,
        SF_FORMAT_VOC | SF_FORMAT_PCM_16, SF_FORMAT_VOC | SF_FORMAT_PCM_U8,
        SF_FORMAT_SVX | SF_FORMAT_PCM_16, SF_FORMAT_WVE | SF_FORMAT_ALAW,
        SF_FORMAT_MPC2K | SF_FORMAT_PCM_16, SF_FORMAT_SDS | SF_FORMAT_PCM_16,
        SF_FORMAT_SDS | SF_FORMAT_PCM_24, SF_FORMAT_MAT4 | SF_FORMAT_PCM_16,
        SF_FORMAT_MAT4 | SF_FORMAT_DOUBLE | SF_ENDIAN_BIG, SF_FORMAT_MAT5 | SF_FORMAT_PCM_16,
        SF_FORMAT_MAT5 | SF_FORMAT_FLOAT | SF_ENDIAN_BIG}) {
    CAPTURE(format);
    write_audio(folder / "whole", format, 8000, 1, pcm);
    const std::string bytes = read_file(folder / "whole");
    const std::size_t all = decode_file(folder / "whole").size();
    REQUIRE(all >= 1800);
    std::size_t refused = 0;
    for (std::size_t size = 0; size < bytes.size(); size += size < 120 ? 1 : 41) {
      CAPTURE(size);
      write_bytes(folder / "cut", bytes.substr(0, size));
      if (reason_of_failure(folder / "cut") == "no error") {
        REQUIRE(decode_file(folder / "cut").size() == all);
      } else {
        refused = size;
      }
    }
    CHECK(refused + 64 > bytes.size());
  }
}

TEST_CASE("AU: what is behind the length that its header tells is told") {
  const Folder folder;
  write_audio(folder / "a", kAu, 16000, 1, tone(500, 16000, 1, 900));
  std::string bytes = read_file(folder / "a");
  write_bytes(folder / "joined", bytes + bytes);
  CHECK(contains(reason_of_failure(folder / "joined"), "bytes after the audio"));
  std::fill_n(bytes.begin() + 8, 4, '\0');
  write_bytes(folder / "unfinished", bytes);
  CHECK(contains(reason_of_failure(folder / "unfinished"), "declares no audio"));
  std::fill_n(bytes.begin() + 8, 4, '\xff');
  write_bytes(folder / "open", bytes);
  CHECK(decode_file(folder / "open").size() == 900);
}

TEST_CASE("FLAC with tags in front and behind is whole") {
  const Folder folder;
  write_audio(folder / "a", kFlac, 16000, 1, tone(500, 16000, 1, 9000));
  const std::string flac = read_file(folder / "a");
  const std::string id3v2 = "ID3\x04" + std::string("\0\0\0\0\x02\0", 6) + std::string(256, '\0');
  const std::string id3v1 = "TAG" + std::string(125, ' ');
  // 32 bytes of header, an item of 40, 32 of footer; the length is of item and footer.
  const auto ape_end = [](char flags) {
    return "APETAGEX" + std::string("\xd0\x07\0\0\x48\0\0\0\x01\0\0\0\0\0\0", 15) + flags +
           std::string(8, '\0');
  };
  const std::string ape = ape_end('\xa0') + std::string(40, 'k') + ape_end('\x80');
  for (const std::string& bytes : {flac + id3v1, id3v2 + flac + ape, flac + ape + id3v1}) {
    write_bytes(folder / "tagged", bytes);
    CHECK(decode_file(folder / "tagged").size() == 9000);
  }
  write_bytes(folder / "joined", flac + flac);
  CHECK(contains(reason_of_failure(folder / "joined"), "after 0.56 s of 0.56 s"));
}

TEST_CASE("a cut FLAC file is an error after its last good block") {
  const Folder folder;
  write_audio(folder / "whole.flac", kFlac, 16000, 1, tone(500, 16000, 1, 48000));
  const std::string bytes = read_file(folder / "whole.flac");
  write_bytes(folder / "cut.flac", bytes.substr(0, bytes.size() * 2 / 3));
  Decoder decoder(folder / "cut.flac");
  std::vector<float> block(1000);
  CHECK_NOTHROW(while (decoder.samples_read() < 25000) decoder.read(block));
  CHECK_THROWS_AS(while (decoder.read(block) > 0){}, Error);
}

TEST_CASE("a damaged FLAC file is an error, even when it declares no length") {
  const Folder folder;
  write_audio(folder / "a.flac", kFlac, 16000, 1, tone(500, 16000, 1, 48000));
  std::string bytes = read_file(folder / "a.flac");
  std::string damaged = bytes;
  damaged[damaged.size() / 2] ^= 0x55;
  write_bytes(folder / "damaged.flac", damaged);
  CHECK(contains(reason_of_failure(folder / "damaged.flac"), "damaged or cut short"));

  // The number of samples: the low four bits of byte 21, then four bytes. An encoder that writes to
  // a pipe leaves it 0.
  bytes[21] = static_cast<char>(bytes[21] & 0xf0);
  std::fill_n(bytes.begin() + 22, 4, '\0');
  write_bytes(folder / "open.flac", bytes);
  CHECK(decode_file(folder / "open.flac").size() == 48000);
  write_bytes(folder / "cut.flac", bytes.substr(0, bytes.size() / 2));
  CHECK(contains(reason_of_failure(folder / "cut.flac"), "damaged or cut short"));
}

TEST_CASE("an Ogg file cut inside a page is an error") {
  const Folder folder;
  for (const int format : {kVorbis, kOpus}) {
    write_audio(folder / "whole.ogg", format, 16000, 1, tone(500, 16000, 1, 48000));
    const std::string bytes = read_file(folder / "whole.ogg");
    for (std::size_t size = 1; size < bytes.size(); size += 17) {
      CAPTURE(size);
      if (bytes.compare(size, 4, "OggS") == 0) continue;
      write_bytes(folder / "cut.ogg", bytes.substr(0, size));
      REQUIRE(reason_of_failure(folder / "cut.ogg") != "no error");
    }
  }
}

// 16-bit mono WAV whose header says what it is told to say.
std::string wav_bytes(std::uint32_t riff_length, std::uint32_t data_length, std::size_t samples) {
  const auto number = [](std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i)
      text += static_cast<char>(value >> (8 * i));
    return text;
  };
  return "RIFF" + number(riff_length, 4) + "WAVEfmt " + number(16, 4) + number(1, 2) +
         number(1, 2) + number(16000, 4) + number(32000, 4) + number(2, 2) + number(16, 2) +
         "data" + number(data_length, 4) + std::string(2 * samples, '\x10');
}

TEST_CASE("a length left open by a pipe's writer is no fault, an unfinished header is") {
  const Folder folder;
  const std::string path = folder / "a.wav";
  for (const std::uint32_t open : {0xffffffffU, 0x7ffff000U}) {
    write_bytes(path, wav_bytes(open, open, 500));
    CHECK(decode_file(path).size() == 500);
  }
  write_bytes(path, wav_bytes(0, 0, 500));
  CHECK(decode_file(path).size() == 500);
  write_bytes(path, wav_bytes(36 + 1000, 1000, 500) + "LIST" + std::string(4, '\0'));
  CHECK(decode_file(path).size() == 500);
  std::string odd_chunk_first = wav_bytes(36 + 1000, 1000, 500);
  odd_chunk_first.insert(12, std::string("LIST\x03\0\0\0abc\0", 12));
  write_bytes(path, odd_chunk_first);
  CHECK(decode_file(path).size() == 500);
  odd_chunk_first.resize(odd_chunk_first.size() - 10);
  write_bytes(path, odd_chunk_first);
  CHECK(contains(reason_of_failure(path), "10 bytes are missing"));
  write_bytes(path, wav_bytes(36 + 1000, 1002, 500));
  CHECK(contains(reason_of_failure(path), "2 bytes are missing"));
}

TEST_CASE("damaged headers and garbage never do worse than an error") {
  const Folder folder;
  const std::string path = folder / "damaged";
  for (const int format : {kWav, kRf64, kAiff, kAu, kFlac, kVorbis}) {
    write_audio(folder / "whole", format, 16000, 1, tone(500, 16000, 1, 300));
    const std::string whole = read_file(folder / "whole");
    Random random(static_cast<std::uint64_t>(format));
    for (int round = 0; round < 100; ++round) {
      std::string bytes = whole;
      bytes[random.below(std::min<std::size_t>(bytes.size(), 100))] =
          static_cast<char>(random.next());
      write_bytes(path, bytes);
      reason_of_failure(path);  // checks that what is thrown is an Error
    }
    std::string garbage = whole.substr(0, 12);
    for (int i = 0; i < 2000; ++i)
      garbage += static_cast<char>(random.next());
    write_bytes(path, garbage);
    reason_of_failure(path);
  }
}

TEST_CASE("a FIFO and a pipe are read like the file") {
  const Folder folder;
  write_audio(folder / "a.flac", kFlac, 48000, 2, tone(440, 48000, 2, 48000));
  const std::string bytes = read_file(folder / "a.flac");
  const std::vector<float> expected = decode_file(folder / "a.flac");

  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  std::thread writer([&] { write_bytes(folder / "fifo", bytes); });
  const std::vector<float> from_fifo = decode_file(folder / "fifo");
  writer.join();
  CHECK(from_fifo == expected);

  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::thread feeder([&] {
    std::size_t written = 0;
    while (written < bytes.size()) {
      const ssize_t n = ::write(ends[1], bytes.data() + written, bytes.size() - written);
      if (n <= 0) break;
      written += static_cast<std::size_t>(n);
    }
    ::close(ends[1]);
  });
  std::vector<float> from_pipe;
  {
    Decoder decoder = Decoder::from_descriptor(ends[0], "standard input");
    from_pipe = read_all(decoder);
  }
  feeder.join();
  CHECK(from_pipe == expected);
  CHECK(::fcntl(ends[0], F_GETFD) != -1);  // still open
  CHECK_THROWS_WITH_AS(Decoder::from_descriptor(ends[0], "standard input"),
                       "standard input: is empty", Error);
  ::close(ends[0]);
}

TEST_CASE("a descriptor that holds no audio stays open too") {
  const Folder folder;
  write_bytes(folder / "text", "no audio at all");
  const int fd = ::open((folder / "text").c_str(), O_RDONLY);
  CHECK_THROWS_AS(Decoder::from_descriptor(fd, "text"), Error);
  CHECK(::close(fd) == 0);
}

TEST_CASE("audio behind something else in a file, from the descriptor's position on") {
  const Folder folder;
  for (const int format : {kFlac, SF_FORMAT_WAV | SF_FORMAT_PCM_16}) {
    write_audio(folder / "a", format, kSampleRate, 1, tone(440, kSampleRate, 1, 20000));
    const std::vector<float> expected = decode_file(folder / "a");
    write_bytes(folder / "behind", "a letter\n" + read_file(folder / "a"));
    const int fd = ::open((folder / "behind").c_str(), O_RDONLY);
    ::lseek(fd, 9, SEEK_SET);
    Decoder decoder = Decoder::from_descriptor(fd, "behind");
    ::close(fd);
    std::vector<float> pcm(expected.size() + 1);
    REQUIRE(decoder.read(pcm) == expected.size());
    pcm.pop_back();
    CHECK(pcm == expected);
  }
}

TEST_CASE("what cannot be read is told as such, not taken for the end") {
  const Folder folder;
  write_audio(folder / "a", kFlac, kSampleRate, 1, tone(440, kSampleRate, 1, 20000));
  const int fd = ::open((folder / "a").c_str(), O_WRONLY);
  CHECK_THROWS_WITH_AS(Decoder::from_descriptor(fd, "a"), "a: cannot read: Bad file descriptor",
                       Error);
  ::close(fd);
}

TEST_CASE("many threads decode at once, and failures keep their own reasons") {
  const Folder folder;
  write_audio(folder / "a.flac", kFlac, 44100, 1, tone(440, 44100, 1, 4410));
  write_bytes(folder / "text", "no audio at all");
  const std::vector<float> expected = decode_file(folder / "a.flac");
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        if (decode_file(folder / "a.flac") != expected) ++count;
        try {
          decode_file(folder / "text");
          ++count;
        } catch (const Error& error) {
          if (!contains(error.reason(), "not an audio format")) ++count;
        }
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

}  // namespace
