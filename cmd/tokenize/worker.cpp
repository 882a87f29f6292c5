#include "worker.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

#include "audio/byte_range.hpp"
#include "base/error.hpp"
#include "tokens/key.hpp"

namespace pairalign {
namespace {

constexpr std::size_t kReadSamples = 1 << 15;
constexpr const char* kStdin = "standard input";

}  // namespace

// Opens an item, once for each channel.
class TokenizeWorker::Input {
 public:
  Input(const std::string& path, const Work& work) : each_(work.each_channel) {
    if (path == "-") {
      source_ = {path, work.decoder};
      if (each_)
        stdin_ = audio::ByteRange::of_descriptor(STDIN_FILENO, kStdin, work.decoder.scratch);
      return;
    }
    source_ = find_source(path, work.decoder);
    if (!wants_pre(work.options, source_.path)) source_.options.preprocessor.clear();
    each_ = each_ && source_.options.channel == 0;
  }

  /// Whether every channel gets a record of its own: --channel each, and none named in the path.
  bool each() const { return each_; }

  audio::Decoder open(int channel) {
    audio::DecoderOptions options = source_.options;
    if (channel > 0) options.channel = channel;
    if (source_.path != "-") return audio::Decoder(source_.path, options);
    options.preprocessor.clear();
    if (!stdin_) return audio::Decoder::from_descriptor(STDIN_FILENO, kStdin, options);
    const audio::ByteRange::File file = stdin_->file();
    ::lseek(file.fd, file.offset, SEEK_SET);
    return audio::Decoder::from_descriptor(file.fd, kStdin, options);
  }

  int channel() const { return source_.options.channel; }

 private:
  Source source_;
  bool each_;
  std::optional<audio::ByteRange> stdin_;  // if it is to be read for each channel
};

TokenizeWorker::TokenizeWorker(const Work& work)
    : work_(work), tokenizer_(work.model, work.tokenizer) {
  if (!work.options.embeddings.empty()) {
    frames_.emplace(work.model, model::FrameRow::embedding);
  }
}

FrameRows TokenizeWorker::embed(audio::Decoder& audio, std::string key) {
  FrameRows result{std::move(key), 0, audio::TemporaryFile(work_.decoder.scratch)};
  std::vector<float> rows, pcm(kReadSamples);
  const auto sink = [&](const float* row) {
    rows.insert(rows.end(), row, row + frames_->columns());
  };
  const auto put_away = [&] {
    result.rows.append(rows.data(), rows.size() * sizeof(float));
    rows.clear();
  };
  frames_->start();
  while (const std::size_t n = audio.read(pcm)) {
    frames_->push({pcm.data(), n}, sink);
    put_away();
  }
  frames_->finish(sink);
  put_away();
  result.seconds = static_cast<double>(audio.samples_read()) / audio::kSampleRate;
  return result;
}

void TokenizeWorker::take(Item& item) {
  if (!item.fault.empty()) throw Error(item.path, item.fault);
  Lines lines;
  const std::size_t first = owners_.size();
  try {
    Input input(item.path, work_);
    int channels = 1;
    for (int channel = 1; channel <= channels; ++channel) {
      audio::Decoder audio = input.open(input.each() ? channel : 0);
      if (input.each()) channels = audio.channels();
      const bool named = audio.channels() > 1 && (input.each() || input.channel() > 0);
      const int number = input.each() ? channel : input.channel();
      const std::string key = named ? tokens::with_channel(item.key, number) : item.key;
      if (frames_) {
        lines.embeddings.push_back(embed(audio, key));
        lines.seconds += lines.embeddings.back().seconds;
      } else {
        tokenizer_.add(audio, key);
        owners_.emplace_back(taken_.size());
      }
      lines.library = audio.library();
      lines.remarks = audio.remarks();
      lines.fault = audio.fault();
    }
    taken_.push_back(std::move(lines));
  } catch (...) {
    std::fill(owners_.begin() + static_cast<std::ptrdiff_t>(first), owners_.end(), std::nullopt);
    throw;
  }
}

std::vector<Lines> TokenizeWorker::finish() {
  std::vector<Lines> all = std::exchange(taken_, {});
  const std::vector<std::optional<std::size_t>> owners = std::exchange(owners_, {});
  std::size_t i = 0;
  for (model::TokenizedRecording& recording : tokenizer_.finish()) {
    const std::optional<std::size_t> owner = owners[i++];
    if (!owner) continue;
    Lines& lines = all[*owner];
    lines.seconds += recording.seconds;
    for (tokens::Record& record : recording.records) {
      if (!work_.with_starts) record.starts_ms.clear();
      lines.records.push_back(std::move(record));
    }
  }
  return all;
}

}  // namespace pairalign
