// The yardstick of tokenising: how fast all threads together multiply matrices, alone with oneDNN,
// and how many multiply-adds the model asks for. Prints JSON.
#include <numeric>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/thread_pool.hpp"
#include "cli/program.hpp"
#include "model/default_model.hpp"
#include "model/model.hpp"
#include "nn/matmul.hpp"

namespace pairalign {
namespace {

struct Options {
  std::string model;
  double seconds = 0.5;
};

// FLOP/s in the arithmetic of pa-tokenize, over the product that pa-train measures itself by too.
double matmul_rate(double seconds, int threads) {
  ThreadPool pool(threads);
  std::vector<double> rates(static_cast<std::size_t>(pool.threads()));
  pool.parallel_for(rates.size(), [&](std::size_t i) {
    rates[i] = nn::measure_matmul_rate(nn::Precision::f32, 1024, 512, 256, seconds);
  });
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

cli::ExitStatus run_bench(const Options& options, cli::Context& context) {
  const model::Model model = model::Model::load(model::find_model(options.model));
  const double multiply_adds = model.encoder().multiply_adds_per_frame() * model::kFramesPerSecond;
  const nlohmann::json report = {
      {"model", model.id()},
      {"flop_per_second", matmul_rate(options.seconds, context.options.jobs)},
      {"flop_per_second_of_audio", 2 * multiply_adds}};
  context.out.write(report.dump() + "\n");
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  Options options;
  return cli::run(
      argc, argv, "matmul_rate",
      "Measures the rate of matrix products, and what a model needs of them.", cli::kJobs,
      [&](CLI::App& app) {
        app.add_option("--model", options.model, "Model file");
        app.add_option("--seconds", options.seconds, "How long to measure");
      },
      [&](cli::Context& context) { return run_bench(options, context); });
}
