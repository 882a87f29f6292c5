// pa-train: audio → model.

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/descriptor.hpp"
#include "base/file.hpp"
#include "cli/inputs.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "train/corpus.hpp"
#include "train/trainer.hpp"

namespace {

using namespace pairalign;
using nlohmann::json;

constexpr std::int64_t kLogEvery = 20;  // steps

struct Options {
  std::vector<std::string> paths;
  std::string output, recipe_file, valid, noise, log;
  bool resume = false, print_recipe = false;
  std::optional<std::uint64_t> seed;
  std::optional<std::int64_t> steps;
  std::string precision = "auto";
};

void register_options(CLI::App& app, Options& o) {
  cli::add_paths(app, "PATH", o.paths, "Audio file or folder (walked) to learn from");
  app.add_option("-o,--output", o.output, "Model file to write (FILE.safetensors); the checkpoint "
                                          "is kept beside it as FILE.safetensors.checkpoint")
      ->type_name("FILE");
  app.add_option("--recipe", o.recipe_file, "JSON file with the values that differ from the "
                                            "defaults; see --print-recipe")
      ->type_name("FILE");
  app.add_flag("--print-recipe", o.print_recipe,
               "Print the whole recipe that these options amount to, and stop");
  app.add_flag("--resume", o.resume, "Go on from the checkpoint of an interrupted run");
  app.add_option("--steps", o.steps, "Optimiser steps, instead of the recipe's");
  app.add_option("--seed", o.seed, "Seed of all that is drawn, instead of the recipe's");
  app.add_option("--valid", o.valid, "Folder to validate on, instead of a share of PATH")
      ->type_name("DIR");
  app.add_option("--noise", o.noise, "Folder of noises to mix in; without it, white noise")
      ->type_name("DIR");
  app.add_option("--log", o.log, "Append a JSON line for each report to FILE")->type_name("FILE");
  app.add_option("--precision", o.precision,
                 "Of the matrix products: auto takes bf16 where the processor has it")
      ->check(CLI::IsMember({"auto", "f32", "bf16"}));
}

train::Recipe read_recipe(const Options& o) {
  train::Recipe recipe;
  if (!o.recipe_file.empty()) {
    try {
      recipe = train::parse_recipe(read_file(o.recipe_file));
    } catch (const Error& error) {
      if (!error.subject().empty()) throw;
      throw Error(o.recipe_file, error.reason());
    }
  }
  if (o.seed) recipe.seed = *o.seed;
  if (o.steps) recipe.geometric.steps = *o.steps;
  return train::parse_recipe(train::to_json(recipe));  // checks the values given as options too
}

nn::Precision choose_precision(const std::string& name) {
  if (name == "f32") return nn::Precision::f32;
  if (name == "bf16") return nn::Precision::bf16;
  return nn::fastest_precision();
}

std::vector<std::string> list_audio(const std::vector<std::string>& paths, cli::Context& context) {
  std::vector<std::string> files;
  cli::for_each_input(
      paths, false, [&](const std::string& path) { files.push_back(path); },
      [&](const std::string& path, const std::string& reason) {
        context.messages.failure(Error(path, reason));
      });
  return files;
}

template <class Read>
auto read_all(const std::vector<std::string>& files, const std::string& label, ThreadPool& pool,
              cli::Context& context, Read read) {
  cli::Progress progress(label, files.size(), context.options.progress);
  return read(files, pool, [&](std::size_t done, const Error* failure) {
    if (failure != nullptr) context.messages.failure(*failure);
    progress.update(done);
  });
}

// JSON lines, each written in one call, so that a reader never sees half of one.
class Log {
 public:
  explicit Log(const std::string& path) : path_(path) {
    if (path.empty()) return;
    fd_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (fd_.get() < 0) throw errno_error(path, "cannot open");
  }

  void write(const json& entry) {
    if (fd_.get() >= 0) write_all(fd_.get(), entry.dump() + "\n", path_);
  }

 private:
  std::string path_;
  Descriptor fd_;
};

volatile std::sig_atomic_t stop_signal = 0;

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { stop_signal = signal; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

// Sums reports between two lines of the log.
class Window {
 public:
  void add(const train::StepReport& report) {
    if (counts_.empty()) counts_.resize(report.code_counts.size());
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += report.code_counts[i];
    loss_ += report.loss;
    agreement_ += report.agreement;
    frames_ += static_cast<double>(report.student_frames);
    flops_ += report.flops;
    view_seconds_ += report.view_seconds;
    model_seconds_ += report.model_seconds;
    last_ = report;
    ++steps_;
  }

  json summary(std::int64_t step, const train::Recipe& recipe) const {
    const double seconds = elapsed();
    const double n = static_cast<double>(steps_);
    const double pairs = n * recipe.geometric.crops * recipe.geometric.views;
    const auto used = std::count_if(counts_.begin(), counts_.end(), [](auto c) { return c > 0; });
    return {{"event", "step"},
            {"stage", "geometric"},
            {"step", step},
            {"steps", recipe.geometric.steps},
            {"loss", loss_ / n},
            {"agreement", agreement_ / n},
            {"codes_used", used},
            {"perplexity", train::perplexity(counts_)},
            {"learning_rate", last_.learning_rate},
            {"gradient_norm", last_.gradient_norm},
            {"pairs_per_second", pairs / seconds},
            {"audio_per_second", frames_ / model::kFramesPerSecond / seconds},
            {"gflops", flops_ / seconds * 1e-9},
            {"view_share", view_seconds_ / (view_seconds_ + model_seconds_)}};
  }

  double elapsed() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  std::int64_t steps() const { return steps_; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::vector<std::int64_t> counts_;
  double loss_ = 0, agreement_ = 0, frames_ = 0, flops_ = 0, view_seconds_ = 0, model_seconds_ = 0;
  train::StepReport last_;
  std::int64_t steps_ = 0;
};

json to_json(const train::ValidationReport& report, std::int64_t step) {
  return {{"event", "validation"},
          {"step", step},
          {"agreement", report.agreement},
          {"perplexity", report.perplexity},
          {"codes_used", report.codes_used},
          {"vq_tokens_per_second", report.vq_tokens_per_second}};
}

double matmul_gflops(nn::Precision precision, ThreadPool& pool) {
  std::vector<double> rates(static_cast<std::size_t>(pool.threads()));
  pool.parallel_for(rates.size(), [&](std::size_t i) {
    rates[i] = nn::measure_matmul_rate(precision, 1024, 512, 256, 0.1);
  });
  double sum = 0;
  for (const double rate : rates) sum += rate * 1e-9;
  return sum;
}

// The training loop. Returns false when a signal ended it; the checkpoint is written then.
bool train_steps(train::Trainer& trainer, const std::string& checkpoint, Log& log,
                 cli::Context& context) {
  const train::Recipe& recipe = trainer.recipe();
  const std::int64_t first = trainer.steps_done();
  cli::Progress progress("training",
                         static_cast<std::uint64_t>(recipe.geometric.steps - first),
                         context.options.progress);
  Window window;
  std::string note;
  while (!trainer.finished()) {
    window.add(trainer.step());
    const std::int64_t step = trainer.steps_done();
    const bool report = window.steps() == kLogEvery || trainer.finished();
    if (report) {
      const json entry = window.summary(step, recipe);
      log.write(entry);
      note = fmt::format("loss {:.3f}, views agree {:.1f} %, codes {}, {:.0f} pairs/s",
                         entry["loss"].get<double>(), 100 * entry["agreement"].get<double>(),
                         entry["codes_used"].get<int>(), entry["pairs_per_second"].get<double>());
      context.messages.detail(fmt::format("step {}: {}", step, note));
    }
    progress.update(static_cast<std::uint64_t>(step - first), note);
    const bool stopping = stop_signal != 0;
    if (step % recipe.checkpoint_every == 0 || stopping) trainer.save(checkpoint);
    if (stopping) return false;
    if (step % recipe.validate_every == 0 && !trainer.finished()) {
      log.write(to_json(trainer.validate(), step));
    }
    if (report) window = Window();
  }
  return true;
}

std::string describe(const model::Model& model, const train::ValidationReport& report,
                     const std::string& path) {
  std::string text = fmt::format("{}: model {}, {} parameters, {} codes\n", path, model.id(),
                                 model.table().parameters(), model.vocabulary());
  if (report.codes_used > 0) {
    text += fmt::format(
        "on recordings kept aside: views agree on {:.1f} % of frames, {} codes in use, perplexity "
        "{:.0f}, vq {:.1f} tokens/s\n",
        100 * report.agreement, report.codes_used, report.perplexity, report.vq_tokens_per_second);
  }
  return text;
}

cli::ExitStatus run_training(const Options& o, const std::string& command, cli::Context& context) {
  const train::Recipe recipe = read_recipe(o);
  if (o.print_recipe) {
    context.out.write(train::to_json(recipe));
    return cli::kDone;
  }
  if (o.output.empty()) throw cli::UsageError("name the model to write with -o FILE");
  if (o.paths.empty()) throw cli::UsageError("name a file or folder to learn from");
  check_replaceable(o.output);
  const std::string checkpoint = o.output + ".checkpoint";
  if (o.resume && !std::filesystem::exists(checkpoint)) {
    throw Error(checkpoint, "no checkpoint to resume from");
  }
  ThreadPool pool(context.options.jobs);
  const nn::Precision precision = choose_precision(o.precision);
  train::Split split = train::split_paths(list_audio(o.paths, context),
                                          o.valid.empty() ? recipe.validation_share : 0);
  if (!o.valid.empty()) split.validation = list_audio({o.valid}, context);
  train::Trainer trainer(
      recipe, read_all(split.training, "reading audio", pool, context, train::read_recordings),
      read_all(split.validation, "reading validation audio", pool, context,
               train::read_recordings),
      o.noise.empty() ? audio::NoiseBank()
                      : read_all(list_audio({o.noise}, context), "reading noise", pool, context,
                                 train::read_noise),
      precision, pool);
  if (o.resume) trainer.resume(checkpoint);

  Log log(o.log);
  log.write({{"event", "start"},
             {"command", command},
             {"step", trainer.steps_done()},
             {"hours", trainer.training_seconds() / 3600},
             {"threads", pool.threads()},
             {"precision", precision == nn::Precision::bf16 ? "bf16" : "f32"},
             {"matmul_gflops", matmul_gflops(precision, pool)},
             {"recipe", json::parse(train::to_json(recipe))}});
  watch_signals();
  if (!train_steps(trainer, checkpoint, log, context)) {
    context.messages.failure(fmt::format("stopped at step {} of {}; go on with --resume",
                                         trainer.steps_done(), recipe.geometric.steps));
    return cli::kFailed;
  }
  const train::ValidationReport report = trainer.validate();
  const model::Model model = trainer.export_model(command);
  model.save(o.output);
  log.write(to_json(report, trainer.steps_done()));
  log.write({{"event", "end"}, {"model", model.id()}});
  std::filesystem::remove(checkpoint);
  context.out.write(describe(model, report, o.output));
  return cli::kDone;
}

std::string command_line(int argc, char** argv) {
  std::string text = "pa-train";
  for (int i = 1; i < argc; ++i) text += std::string(" ") + argv[i];
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return cli::run(
      argc, argv, "pa-train", "Train a tokenizer on a folder of audio.",
      cli::kJobs | cli::kProgress, [&](CLI::App& app) { register_options(app, options); },
      [&](cli::Context& context) {
        return run_training(options, command_line(argc, argv), context);
      });
}
