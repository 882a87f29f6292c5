// live [TOKENIZER]: tokenises a microphone, or any other live source of samples. Reads raw samples
// from standard input (16 kHz, mono, 16 bits, little-endian), and writes a line per token to
// standard output as soon as it is settled: its start in seconds and its id. README.md beside this
// file says how to build it.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include <pairalign/audio.hpp>
#include <pairalign/tokenize.hpp>

namespace {

constexpr std::size_t kChunk = pairalign::audio::kSampleRate / 10;  // 100 ms

// The next samples; fewer than kChunk at the end only.
std::vector<float> read_chunk() {
  std::array<unsigned char, 2 * kChunk> bytes{};
  const std::size_t count = std::fread(bytes.data(), 1, bytes.size(), stdin) / 2;
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<std::int16_t>(bytes[2 * i] | bytes[2 * i + 1] << 8);
    samples[i] = static_cast<float>(value) / 32768;
  }
  return samples;
}

void print(std::uint32_t start_ms, int token) {
  std::printf("%.2f %d\n", start_ms / 1000.0, token);
  std::fflush(stdout);
}

void run(pairalign::model::Tokenizer& tokenizer) {
  tokenizer.begin("live");
  std::size_t samples = 0, told = 0;
  double longest = 0;
  while (true) {
    const std::vector<float> chunk = read_chunk();
    if (chunk.empty()) break;
    samples += chunk.size();
    for (const pairalign::model::LiveToken& token : tokenizer.push(chunk)) {
      const double now = static_cast<double>(samples) / pairalign::audio::kSampleRate;
      longest = std::max(longest, now - token.start_ms / 1000.0);
      print(token.start_ms, token.token);
      ++told;
    }
  }
  // Tokens that were not yet settled when the samples ended.
  const auto recordings = tokenizer.finish();
  const pairalign::tokens::Record& record = recordings.front().records.front();
  for (; told < record.tokens.size(); ++told)
    print(record.starts_ms[told], record.tokens[told]);
  std::fprintf(stderr, "live: %.2f s, %zu tokens, the longest wait for one %.2f s\n",
               record.seconds, told, longest);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const char* chosen = std::getenv("PAIRALIGN_MODEL");
    const auto model = pairalign::model::Model::load(chosen != nullptr ? chosen : DEFAULT_MODEL);
    pairalign::model::TokenizerOptions options;
    options.live = true;
    options.kind = argc > 1 ? pairalign::model::parse_tokenizer_kind(argv[1]) : default_kind(model);
    pairalign::model::Tokenizer tokenizer(model, options);
    if (tokenizer.latency() > 0)
      std::fprintf(stderr, "live: a token is settled %.2f s after its start at the latest\n",
                   tokenizer.latency() + 0.1);  // and samples wait for their chunk to be full
    run(tokenizer);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "live: %s\n", error.what());
    return 1;
  }
  return 0;
}
