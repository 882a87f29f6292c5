#include "worker.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archived_files.hpp"
#include "audio/byte_range.hpp"
#include "base/error.hpp"
#include "cli/inputs.hpp"
#include "model/frame_stream.hpp"
#include "tokens/audio_list.hpp"
#include "tokens/key.hpp"
#include "tokens/settings.hpp"

namespace pairalign {
namespace {

constexpr std::size_t kReadSamples = 1 << 15;
constexpr const char* kStdin = "standard input";

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

// The key under which the audio at `path` is recorded, where `name` is its path or what a list
// calls it. The key of a part is that name as given; there is a part unless there is a file of
// exactly that path.
std::string key_of(const std::string& path, const std::string& name) {
  return exists(path) ? tokens::key_of_file(name) : name;
}

// Whether the file at `path` goes through --pre: the last glob that matches its name, or its path
// if the glob contains a '/', decides; "!GLOB" excludes files.
bool wants_pre(const TokenizeOptions& options, const std::string& path) {
  if (options.preprocessor.empty()) return false;
  bool wanted = options.pre_globs.empty() || options.pre_globs.front().front() == '!';
  const std::string name = std::filesystem::path(path).filename().string();
  for (const std::string& glob : options.pre_globs) {
    const bool negated = glob.front() == '!';
    const char* pattern = glob.c_str() + (negated ? 1 : 0);
    const std::string& subject = glob.find('/') == std::string::npos ? name : path;
    if (::fnmatch(pattern, subject.c_str(), 0) == 0) wanted = !negated;
  }
  return wanted;
}

// --skip goes by files, so it would take those of another channel to be done.
void check_channel(const TokenizeOptions& options, const archive::Archive* archive) {
  const std::string own = archive ? tokens::setting(archive->header(), "channel") : "";
  if (own.empty() || own == options.channel) return;
  throw Error(options.skip, fmt::format("holds strings of --channel {}, which do not tell what is "
                                        "missing of --channel {}",
                                        own, options.channel));
}

// What is opened for a path, once for each channel: a file or, if there is none of that name, the
// part of one that a media fragment selects.
class Input {
 public:
  // Throws Error(path, reason) for a fragment that makes no sense.
  Input(const std::string& path, const Work& work)
      : path_(path), options_(work.decoder), each_(pairalign::channel(work.options) < 0) {
    if (path == "-") {
      options_.preprocessor.clear();
      if (each_)
        stdin_ = audio::ByteRange::of_descriptor(STDIN_FILENO, kStdin, work.decoder.scratch);
      return;
    }
    const tokens::Fragment part = cli::part_of_file(path);
    if (part.end_s && *part.end_s <= part.start_s)
      throw Error(path, "the part that its fragment names ends before it begins");
    path_ = part.path;
    options_.start_s = part.start_s;
    options_.end_s = part.end_s;
    if (part.channel > 0) options_.channel = part.channel;
    if (!wants_pre(work.options, path_)) options_.preprocessor.clear();
    each_ = each_ && options_.channel == 0;
  }

  // Whether every channel gets a record of its own: --channel each, and none named in the path.
  bool each() const { return each_; }
  int channel() const { return options_.channel; }

  audio::Decoder open(int channel) const {
    audio::DecoderOptions options = options_;
    if (channel > 0) options.channel = channel;
    if (path_ != "-") return audio::Decoder(path_, options);
    if (!stdin_) return audio::Decoder::from_descriptor(STDIN_FILENO, kStdin, options);
    const audio::ByteRange::File file = stdin_->file();
    ::lseek(file.fd, file.offset, SEEK_SET);
    return audio::Decoder::from_descriptor(file.fd, kStdin, options);
  }

 private:
  std::string path_;
  audio::DecoderOptions options_;
  bool each_;
  std::optional<audio::ByteRange> stdin_;  // if it is to be read for each channel
};

class TokenizeWorker : public cli::Worker<Item, Lines> {
 public:
  explicit TokenizeWorker(const Work& work) : work_(work), tokenizer_(work.model, work.tokenizer) {
    if (!work.options.embeddings.empty()) {
      frames_.emplace(work.model, model::FrameRow::embedding);
    }
  }

  void take(Item& item) override {
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

  bool full() const override { return tokenizer_.full(); }

  std::vector<Lines> finish() override {
    std::vector<Lines> all = std::exchange(taken_, {});
    const std::vector<std::optional<std::size_t>> owners = std::exchange(owners_, {});
    std::size_t i = 0;
    for (model::TokenizedRecording& recording : tokenizer_.finish()) {
      const std::optional<std::size_t> owner = owners[i++];
      if (!owner) continue;
      Lines& lines = all[*owner];
      lines.seconds += recording.seconds;
      for (tokens::Record& record : recording.records) {
        if (work_.options.no_times) record.starts_ms.clear();
        lines.records.push_back(std::move(record));
      }
    }
    return all;
  }

 private:
  FrameRows embed(audio::Decoder& audio, std::string key) {
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

  const Work& work_;
  model::Tokenizer tokenizer_;
  std::optional<model::FrameStream> frames_;  // where embeddings are wanted instead
  std::vector<Lines> taken_;                  // of the items since the last call of finish
  // For each recording of the tokenizer, its index in taken_; none if the item failed.
  std::vector<std::optional<std::size_t>> owners_;
};

}  // namespace

void for_each_item(const TokenizeOptions& options, const std::function<void(Item)>& take) {
  if (!options.list.empty()) {
    tokens::read_audio_list(
        options.list,
        [&](tokens::ListedAudio audio) {
          take({audio.path, key_of(audio.path, audio.key), "", 0});
        },
        [&](const Error& error) {
          take({error.subject(), "", error.reason(), 0});
        });
    return;
  }
  std::optional<archive::ArchivedFiles> archived;
  if (!options.skip.empty()) {
    archived.emplace(options.skip);
    check_channel(options, archived->archive());
  }
  cli::for_each_input(
      options.paths, options.null,
      [&](const std::string& path) {
        if (!archived || !archived->holds(path)) take({path, key_of(path, path), "", 0});
      },
      [&](const std::string& path, const std::string& reason) {
        take({path, path, reason, 0});
      },
      [&](std::string_view name) {
        return cli::has_audio_extension(name) ||
               (!options.pre_globs.empty() && wants_pre(options, std::string(name)));
      });
}

std::unique_ptr<cli::Worker<Item, Lines>> make_worker(const Work& work) {
  return std::make_unique<TokenizeWorker>(work);
}

}  // namespace pairalign
