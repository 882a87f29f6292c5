// pa-tokenize: audio to token strings.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stopwatch.hpp"
#include "cli/inputs.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "model/npy_file.hpp"
#include "tokens/key.hpp"
#include "tokens/settings.hpp"
#include "worker.hpp"

namespace pairalign {
namespace {

// Files in flight per thread: enough that short ones are decoded side by side, and that a long one
// does not leave the other threads idle.
constexpr int kFilesAhead = 32;

using Pipeline = cli::OrderedMap<Item, Lines>;

// Writes the lines of each input as its turn comes, and counts.
class Delivery {
 public:
  // `given`: the inputs; empty if a list of paths is piped in.
  // `matrix`: for embeddings, if they are wanted.
  Delivery(cli::Context& context, const std::vector<Item>& given, const TokenizeOptions& options,
           model::NpyFile* matrix)
      : options_(options),
        matrix_(matrix),
        stream_(tokens::parse_output_format(options.format)),
        messages_(context.messages),
        out_(context.out),
        progress_("pa-tokenize", given.size(), context.options.progress) {
    for (const Item& item : given)
      bytes_given_ += item.bytes;
  }

  void operator()(Item& item, std::future<Lines>& result) {
    // Flushed at once: the next tool in the pipeline may be waiting, and the next input may take
    // long.
    out_.write(text_of(item, result));
    out_.flush();
    ++done_;
    bytes_done_ += item.bytes;
    if (progress_.shown()) progress_.update(done_, audio_so_far("h"), part_done());
  }

  void finish() {
    out_.write(stream_.finish());
    progress_.finish();
    messages_.detail(
        fmt::format("{} of {} inputs written, {}", written_, done_, audio_so_far("h of audio")));
    if (incomplete_ > 0 && !options_.partial) {
      messages_.warning(
          fmt::format("{} of the inputs {} cut short or damaged; --partial writes what "
                      "can be read of such",
                      incomplete_, incomplete_ == 1 ? "is" : "are"));
    }
  }

 private:
  // Nothing for an input that failed, which is reported; in km, whose lines have no keys, an empty
  // line that keeps its place.
  std::string text_of(const Item& item, std::future<Lines>& result) {
    try {
      Lines lines = result.get();
      seconds_ += lines.seconds;
      ++written_;
      messages_.detail(fmt::format("{}: read by {}", item.path, lines.library));
      for (const std::string& remark : lines.remarks)
        messages_.warning(item.path + ": " + remark);
      if (!lines.fault.empty()) messages_.failure(Error(item.path, lines.fault));
      std::string text;
      for (const tokens::Record& record : lines.records)
        stream_.append(record, text);
      for (FrameRows& part : lines.embeddings)
        text += append_rows(part);
      return text;
    } catch (const audio::Incomplete& error) {
      ++incomplete_;
      messages_.failure(error);
    } catch (const std::exception&) {
      messages_.failure_caught(item.path);
    }
    return options_.format == "km" ? "\n" : "";
  }

  // Appends its rows to the matrix, and returns the line that says where they are.
  std::string append_rows(FrameRows& part) const {
    const std::int64_t first = matrix_->rows();
    matrix_->append({static_cast<const float*>(part.rows.map()), part.rows.size() / sizeof(float)});
    return fmt::format("{}\t{:.2f}\t{}\t{}\n", tokens::escape_key(part.key), part.seconds, first,
                       matrix_->rows() - first);
  }

  // By size, for the time left: recordings in a folder may last seconds or hours.
  std::optional<double> part_done() const {
    if (bytes_given_ == 0) return std::nullopt;
    return static_cast<double>(bytes_done_) / static_cast<double>(bytes_given_);
  }

  std::string audio_so_far(const char* unit) const {
    const double elapsed = watch_.seconds();
    return fmt::format("{:.2f} {}, {:.0f} x real time", seconds_ / 3600, unit, seconds_ / elapsed);
  }

  const TokenizeOptions& options_;
  model::NpyFile* matrix_;
  tokens::RecordStream stream_;
  cli::Messages& messages_;
  cli::Output& out_;
  cli::Progress progress_;
  Stopwatch watch_;
  double seconds_ = 0;
  std::uint64_t bytes_given_ = 0;
  std::uint64_t bytes_done_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t incomplete_ = 0;
};

// Samples per read: 50 ms.
constexpr std::size_t kBlock = audio::kSampleRate / 20;

// Lines of tokens, each written once the end of the token, the start of the next, is known.
class TokenLines {
 public:
  TokenLines(tokens::RecordStream& stream, std::string key)
      : stream_(stream), key_(std::move(key)) {}

  void add(const std::vector<model::LiveToken>& found, std::string& text) {
    for (const model::LiveToken& token : found) {
      if (known_ > 0) append(last_, token, text);
      last_ = token;
      ++known_;
    }
  }

  // The last token known, and those of the whole string that `add` was not given.
  void finish(const tokens::Record& whole, std::string& text) {
    tokens::Record rest = whole;
    const auto written = static_cast<std::ptrdiff_t>(known_ > 0 ? known_ - 1 : 0);
    rest.tokens.erase(rest.tokens.begin(), rest.tokens.begin() + written);
    rest.starts_ms.erase(rest.starts_ms.begin(), rest.starts_ms.begin() + written);
    stream_.append(rest, text);
  }

 private:
  void append(const model::LiveToken& token, const model::LiveToken& next, std::string& text) {
    tokens::Record record;
    record.key = key_;
    record.tokens = {token.token, next.token};
    record.starts_ms = {token.start_ms, next.start_ms};
    std::string lines;
    stream_.append(record, lines);
    text += lines.substr(0, lines.find('\n') + 1);  // the second has no end yet
  }

  tokens::RecordStream& stream_;
  std::string key_;
  model::LiveToken last_;
  std::size_t known_ = 0;
};

void write_records(const Work& work, tokens::RecordStream& stream,
                   std::vector<tokens::Record> records, cli::Output& out) {
  std::string text;
  for (tokens::Record& record : records) {
    if (work.options.no_times) record.starts_ms.clear();
    stream.append(record, text);
  }
  out.write(text);
  out.flush();
}

// Whether output can be written before the end of a pipe: windows, and formats with one line per
// token. A record of the whole begins with its duration, which is known only at the end.
bool is_live(const TokenizeOptions& options) {
  struct stat status {};
  const bool pipe = ::fstat(STDIN_FILENO, &status) == 0 && !S_ISREG(status.st_mode);
  const bool token_lines = options.format == "ctm" || options.format == "audacity";
  const bool document = tokens::is_document(tokens::parse_output_format(options.format));
  return pipe && options.paths == std::vector<std::string>{"-"} && channel(options) >= 0 &&
         options.tokenizer.renderings == 1 && (token_lines || (options.window_s && !document));
}

// Writes the lines of standard input, each as soon as it is known; they are the same as for a file.
// Throws Error("standard input", reason) after the lines up to the fault.
void tokenize_live(const Work& work, cli::Context& context) {
  audio::Decoder audio =
      audio::Decoder::from_descriptor(STDIN_FILENO, "standard input", work.decoder);
  context.messages.detail(fmt::format("standard input: read by {}", audio.library()));
  const int channel = work.decoder.channel;
  const std::string key =
      channel > 0 && audio.channels() > 1 ? tokens::with_channel("-", channel) : "-";
  model::TokenizerOptions how = work.tokenizer;
  how.live = true;
  model::Tokenizer tokenizer(work.model, how);
  tokenizer.begin(key);
  tokens::RecordStream stream(tokens::parse_output_format(work.options.format));
  TokenLines lines(stream, key);
  std::vector<float> block(kBlock);
  while (const std::size_t n = audio.read(block)) {
    std::string text;
    lines.add(tokenizer.push({block.data(), n}), text);
    context.out.write(text);
    write_records(work, stream, tokenizer.take_windows(), context.out);
  }
  std::vector<tokens::Record> records = std::move(tokenizer.finish().back().records);
  if (how.window_s > 0) {
    write_records(work, stream, std::move(records), context.out);
  } else {
    std::string text;
    lines.finish(records.front(), text);
    context.out.write(text);
  }
  for (const std::string& remark : audio.remarks())
    context.messages.warning("standard input: " + remark);
  if (!audio.fault().empty()) throw Error("standard input", audio.fault());
}

// Of a file; 0: not known.
std::uint64_t size_of(const std::string& path) {
  std::error_code none;
  const std::uintmax_t bytes = std::filesystem::file_size(path, none);
  return none ? 0 : bytes;
}

audio::DecoderOptions decoder_options(const TokenizeOptions& options) {
  audio::DecoderOptions result;
  result.channel = std::max(channel(options), 0);
  result.partial = options.partial;
  result.ffmpeg = cli::find_ffmpeg();
  result.scratch = cli::scratch_folder();
  if (!options.preprocessor.empty()) {
    result.preprocessor = cli::find_program(options.preprocessor);
    if (result.preprocessor.empty()) {
      throw cli::UsageError("--pre: there is no program " + options.preprocessor);
    }
  }
  return result;
}

cli::ExitStatus tokenize(const TokenizeOptions& options, cli::Context& context) {
  check_usage(options);
  const audio::DecoderOptions decoder = decoder_options(options);
  const bool piped_paths = options.paths.empty() && options.list.empty();
  if (piped_paths) {
    cli::require_piped_stdin("give audio files or folders, or pipe in a list of paths");
  }

  const model::Model model =
      model::Model::load(cli::find_model(options.model), nn::parse_precision(options.precision));
  model::TokenizerOptions how = tokenizer_options(options, model);
  const bool left_to_model = !options.kind && !options.frames && options.embeddings.empty();
  if (left_to_model && how.kind != model::TokenizerKind::pairalign) {
    context.messages.detail("the model has no decoder: its tokenizer vq is used");
  }
  std::optional<model::NpyFile> matrix;
  if (options.embeddings.empty()) {
    const tokens::RecordStream stream(tokens::parse_output_format(options.format));
    tokens::Header header = model::Tokenizer(model, how).header();
    if (options.channel != "mix") tokens::set_setting(header, "channel", options.channel);
    context.out.write(stream.header(header));
  } else {
    const int dimension = model.info().encoder.dimension;
    matrix.emplace(options.embeddings, static_cast<std::size_t>(dimension));
    context.out.write(
        fmt::format("#pairalign-embeddings 1 model={} dimension={}\n", model.id(), dimension));
  }

  // Paths that are given or listed are counted first, so that progress knows the total; a piped
  // list is processed as it arrives.
  std::vector<Item> given;
  if (!piped_paths) {
    for_each_item(options, [&](Item item) {
      if (item.fault.empty()) item.bytes = size_of(item.path);
      given.push_back(std::move(item));
    });
  }
  const int jobs = context.options.jobs;
  how.overlapped = !piped_paths && given.size() < static_cast<std::size_t>(jobs);
  const Work work{options, model, how, decoder};
  if (is_live(options)) {
    tokenize_live(work, context);
    return cli::kDone;
  }
  Pipeline::Workers workers;
  for (int i = 0; i < jobs; ++i)
    workers.push_back(make_worker(work));
  Delivery delivery(context, given, options, matrix ? &*matrix : nullptr);
  Pipeline pipeline(std::move(workers), static_cast<std::size_t>(jobs) * kFilesAhead,
                    std::ref(delivery));
  if (piped_paths) {
    for_each_item(options, [&](Item item) { pipeline.push(std::move(item)); });
  }
  for (Item& item : given)
    pipeline.push(std::move(item));
  pipeline.finish();
  if (matrix) matrix->finish();
  delivery.finish();
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int pairalign::cli::tool_main(int argc, char** argv) {
  TokenizeOptions options;
  return cli::run(
      argc, argv, tokenize_tool(), [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) { return tokenize(options, context); });
}
