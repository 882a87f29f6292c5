// pa-train: audio → model.

#include <csignal>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "base/file.hpp"
#include "cli/inputs.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "train/corpus.hpp"
#include "train/trainer.hpp"
#include "train/training_log.hpp"

namespace {

using namespace pairalign;

constexpr std::int64_t kReportEvery = 20;  // steps

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
  app.add_option("-o,--output", o.output,
                 "Model file to write (FILE.safetensors); the checkpoint "
                 "is kept beside it as FILE.safetensors.checkpoint")
      ->type_name("FILE");
  app.add_option("--recipe", o.recipe_file,
                 "JSON file with the values that differ from the "
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

volatile std::sig_atomic_t stop_signal = 0;

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { stop_signal = signal; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

std::string describe(const train::StepSummary& summary) {
  return fmt::format("loss {:.3f}, views agree {:.1f} %, {} codes, {:.0f} pairs/s", summary.loss,
                     100 * summary.agreement, summary.codes_used, summary.pairs_per_second);
}

// Returns false when a signal ended the loop; a checkpoint is written then.
bool train_steps(train::Trainer& trainer, const std::string& checkpoint, train::TrainingLog& log,
                 cli::Context& context) {
  const train::Recipe& recipe = trainer.recipe();
  const std::int64_t first = trainer.steps_done();
  cli::Progress progress("training", static_cast<std::uint64_t>(recipe.geometric.steps - first),
                         context.options.progress);
  train::StepWindow window;
  std::string note;
  while (!trainer.finished()) {
    window.add(trainer.step());
    const std::int64_t step = trainer.steps_done();
    const bool reported = window.size() == kReportEvery || trainer.finished();
    if (reported) {
      const train::StepSummary summary = window.summarise(recipe, step);
      log.step(summary);
      note = describe(summary);
      context.messages.detail(fmt::format("step {}: {}", step, note));
    }
    progress.update(static_cast<std::uint64_t>(step - first), note);
    const bool stopping = stop_signal != 0;
    if (step % recipe.checkpoint_every == 0 || stopping) trainer.save(checkpoint);
    if (stopping) return false;
    if (step % recipe.validate_every == 0 && !trainer.finished()) {
      log.validation(trainer.validate(), step);
    }
    if (reported) window = {};
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
      read_all(split.validation, "reading validation audio", pool, context, train::read_recordings),
      o.noise.empty() ? audio::NoiseBank()
                      : read_all(list_audio({o.noise}, context), "reading noise", pool, context,
                                 train::read_noise),
      precision, pool);
  if (o.resume) trainer.resume(checkpoint);

  train::TrainingLog log(o.log);
  log.start({command, trainer.steps_done(), trainer.training_seconds() / 3600, pool.threads(),
             precision, train::measure_matmul_gflops(precision, pool)},
            recipe);
  watch_signals();
  if (!train_steps(trainer, checkpoint, log, context)) {
    context.messages.failure(fmt::format("stopped at step {} of {}; go on with --resume",
                                         trainer.steps_done(), recipe.geometric.steps));
    return cli::kFailed;
  }
  const train::ValidationReport report = trainer.validate();
  const model::Model model = trainer.export_model(command);
  model.save(o.output);
  log.validation(report, trainer.steps_done());
  log.end(model.id());
  std::filesystem::remove(checkpoint);
  context.out.write(describe(model, report, o.output));
  return cli::kDone;
}

std::string command_line(int argc, char** argv) {
  std::string text = "pa-train";
  for (int i = 1; i < argc; ++i)
    text += std::string(" ") + argv[i];
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
