// What a tokenizer's model does by itself, reading and features of the audio left out: seconds of
// audio per second, and floating-point operations beside what matrix products alone reach with all
// threads together. Prints JSON.
#include <chrono>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "audio/decoder.hpp"
#include "audio/log_mel.hpp"
#include "base/thread_pool.hpp"
#include "cli/inputs.hpp"
#include "cli/program.hpp"
#include "model/decoding.hpp"
#include "model/model.hpp"
#include "model/segmenter.hpp"
#include "nn/matmul.hpp"

namespace pairalign {
namespace {

using model::Model;

struct Options {
  std::string model;
  std::string precision = "auto";
  double seconds = 0.5;
  std::vector<std::string> paths;
};

// FLOP/s over the product that pa-train measures itself by too.
double matmul_rate(nn::Precision precision, double seconds, ThreadPool& pool) {
  std::vector<double> rates(static_cast<std::size_t>(pool.threads()));
  pool.parallel_for(rates.size(), [&](std::size_t i) {
    rates[i] = nn::measure_matmul_rate(precision, 1024, 512, 256, seconds);
  });
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

struct Recording {
  double seconds = 0;
  std::vector<float> features;
};

Recording read(const std::string& path, const audio::LogMel& log_mel) {
  audio::Decoder decoder(path);
  std::vector<float> pcm, block(1 << 15);
  while (const std::size_t n = decoder.read(block))
    pcm.insert(pcm.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(n));
  return {static_cast<double>(pcm.size()) / audio::kSampleRate, log_mel.compute(pcm)};
}

// Recordings that one thread takes at a time, as pa-tokenize does: short ones until they are twenty
// seconds.
using Group = std::vector<Recording>;

void add_to_groups(Recording recording, std::vector<Group>& groups) {
  double seconds = 0;
  if (!groups.empty()) {
    for (const Recording& other : groups.back())
      seconds += other.seconds;
  }
  if (groups.empty() || seconds >= 20) groups.emplace_back();
  groups.back().push_back(std::move(recording));
}

// Multiply-adds of a group.
double write_vq(const Model& model, const Group& group) {
  model::FrameScorer scorer(model);
  double frames = 0;
  for (const Recording& recording : group)
    frames += static_cast<double>(scorer.nearest_codes(recording.features).size());
  return model.encoder().multiply_adds_per_frame() * frames;
}

double write_pairalign(const Model& model, const Group& group) {
  model::FrameScorer scorer(model);
  const model::Decoder& decoder = *model.decoder();
  std::vector<float> all;
  std::vector<int> lengths;
  std::vector<model::DecodeSequence> sequences;
  int rows = 0;
  for (const Recording& recording : group) {
    const std::vector<float>& encoded = scorer.encode(recording.features);
    all.insert(all.end(), encoded.begin(), encoded.end());
    lengths.push_back(static_cast<int>(encoded.size()) / model.info().encoder.width);
    sequences.push_back({rows, lengths.back()});
    rows += lengths.back();
  }
  model::DecoderMemory::Cache memory;
  decoder.memory().forward(model.weights(), all.data(), lengths, memory);
  double steps = 0;
  for (const model::DecodedString& string :
       model::FreeDecoder(decoder, {}).decode(model.weights(), memory, sequences)) {
    steps += static_cast<double>(string.tokens.size());
  }
  return (model.encoder().multiply_adds_per_frame() + decoder.multiply_adds_per_frame()) * rows +
         decoder.multiply_adds_per_step() * steps;
}

template <class Write>
nlohmann::json measure(const Model& model, const std::vector<Group>& groups, ThreadPool& pool,
                       const Write& write) {
  std::vector<double> multiply_adds(groups.size());
  double audio = 0;
  for (const Group& group : groups) {
    for (const Recording& recording : group)
      audio += recording.seconds;
  }
  const auto start = std::chrono::steady_clock::now();
  pool.parallel_for(groups.size(),
                    [&](std::size_t i) { multiply_adds[i] = write(model, groups[i]); });
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double sum = std::accumulate(multiply_adds.begin(), multiply_adds.end(), 0.0);
  return {{"times_real_time", audio / seconds}, {"flop_per_second", 2 * sum / seconds}};
}

cli::ExitStatus run_bench(const Options& options, cli::Context& context) {
  const nn::Precision precision = nn::parse_precision(options.precision);
  const Model model = Model::load(cli::find_model(options.model), precision);
  ThreadPool pool(context.options.jobs);
  const audio::LogMel log_mel(model.info().features);
  std::vector<Group> groups;
  cli::for_each_input(
      options.paths, false,
      [&](const std::string& path) { add_to_groups(read(path, log_mel), groups); },
      [](const std::string& path, const std::string& reason) { throw Error(path, reason); });
  nlohmann::json report = {
      {"model", model.id()},
      {"precision", precision == nn::Precision::bf16 ? "bf16" : "f32"},
      {"matmul_flop_per_second", matmul_rate(precision, options.seconds, pool)},
      {"vq", measure(model, groups, pool, write_vq)}};
  if (model.decoder() != nullptr) {
    report["pairalign"] = measure(model, groups, pool, write_pairalign);
  }
  context.out.write(report.dump() + "\n");
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  Options options;
  return cli::run(
      argc, argv,
      cli::Tool{"model_rate", "",
                "Measures the models of the tokenizers alone, beside products of matrices.",
                cli::kJobs},
      [&](CLI::App& app) {
        cli::add_paths(app, "PATH", options.paths, "Audio files and folders")->required();
        app.add_option("--model", options.model, "Model file");
        app.add_option("--precision", options.precision, "auto, f32 or bf16");
        app.add_option("--seconds", options.seconds, "How long to multiply matrices alone");
      },
      [&](cli::Context& context) { return run_bench(options, context); });
}
