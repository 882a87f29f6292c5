#include "live.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tokens/key.hpp"

namespace pairalign {
namespace {

// Samples per read: 50 ms.
constexpr std::size_t kBlock = audio::kSampleRate / 20;

// Lines of tokens, each written once the end of the token, the start of the next, is known.
class TokenLines {
 public:
  TokenLines(const tokens::RecordFormatter& formatter, std::string key)
      : formatter_(formatter), key_(std::move(key)) {}

  void add(const std::vector<model::LiveToken>& found, std::string& text) {
    for (const model::LiveToken& token : found) {
      if (known_ > 0) append(last_, token, text);
      last_ = token;
      ++known_;
    }
  }

  /// The last token known, and those of the whole string that `add` was not given.
  void finish(const tokens::Record& whole, std::string& text) const {
    tokens::Record rest = whole;
    const auto written = static_cast<std::ptrdiff_t>(known_ > 0 ? known_ - 1 : 0);
    rest.tokens.erase(rest.tokens.begin(), rest.tokens.begin() + written);
    rest.starts_ms.erase(rest.starts_ms.begin(), rest.starts_ms.begin() + written);
    formatter_.append(rest, text);
  }

 private:
  void append(const model::LiveToken& token, const model::LiveToken& next,
              std::string& text) const {
    tokens::Record record;
    record.key = key_;
    record.tokens = {token.token, next.token};
    record.starts_ms = {token.start_ms, next.start_ms};
    std::string lines;
    formatter_.append(record, lines);
    text += lines.substr(0, lines.find('\n') + 1);  // the second has no end yet
  }

  const tokens::RecordFormatter& formatter_;
  std::string key_;
  model::LiveToken last_;
  std::size_t known_ = 0;
};

void write(const Work& work, const tokens::RecordFormatter& formatter,
           std::vector<tokens::Record> records, cli::Output& out) {
  std::string text;
  for (tokens::Record& record : records) {
    if (!work.with_starts) record.starts_ms.clear();
    formatter.append(record, text);
  }
  out.write(text);
  out.flush();
}

}  // namespace

bool is_live(const TokenizeOptions& options) {
  struct stat status {};
  const bool pipe = ::fstat(STDIN_FILENO, &status) == 0 && !S_ISREG(status.st_mode);
  const bool token_lines = options.format == "ctm" || options.format == "audacity";
  const bool document = tokens::is_document(tokens::parse_output_format(options.format));
  return pipe && options.paths == std::vector<std::string>{"-"} && channel(options) >= 0 &&
         options.tokenizer.renderings == 1 && (token_lines || (options.window_s && !document));
}

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
  const tokens::RecordFormatter formatter(work.format);
  TokenLines lines(formatter, key);
  std::vector<float> block(kBlock);
  while (const std::size_t n = audio.read(block)) {
    std::string text;
    lines.add(tokenizer.push({block.data(), n}), text);
    context.out.write(text);
    write(work, formatter, tokenizer.take_windows(), context.out);
  }
  std::vector<tokens::Record> records = std::move(tokenizer.finish().back().records);
  if (how.window_s > 0) {
    write(work, formatter, std::move(records), context.out);
  } else {
    std::string text;
    lines.finish(records.front(), text);
    context.out.write(text);
  }
  for (const std::string& remark : audio.remarks())
    context.messages.warning("standard input: " + remark);
  if (!audio.fault().empty()) throw Error("standard input", audio.fault());
}

}  // namespace pairalign
