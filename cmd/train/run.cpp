// pa-train: audio → model.

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <unordered_map>
#include <vector>

#include <fmt/ranges.h>

#include "base/file.hpp"
#include "cli/inputs.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "model/model.hpp"
#include "options.hpp"
#include "train/communicator.hpp"
#include "train/corpus.hpp"
#include "train/measures.hpp"
#include "train/natural_pairs.hpp"
#include "train/trainer.hpp"
#include "train/training_log.hpp"

namespace {

using namespace pairalign;

constexpr std::int64_t kReportEvery = 20;  // steps

// The shapes of an existing model override those of the recipe.
void fit_to_model(const model::Model& model, bool stages_given, train::Recipe& recipe) {
  recipe.encoder = model.info().encoder;
  recipe.features = model.info().features;
  if (model.decoder() != nullptr)
    recipe.decoder.segment_penalty = model.info().decoder->segment_penalty;
  recipe.geometric.pair_warmup = 0;  // its frames can be aligned at once
  const bool others = recipe.stages.size() > 1;
  if (!stages_given && others && recipe.stages.front() == train::kGeometric) {
    recipe.stages.erase(recipe.stages.begin());
  }
}

train::Recipe read_recipe(const TrainOptions& o, const std::optional<model::Model>& from) {
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
  if (o.steps) {
    recipe.geometric.steps = recipe.fixed_teacher.steps = recipe.ema_teacher.steps = *o.steps;
    recipe.epochs = 0;
  }
  if (!o.stages.empty()) recipe.stages = o.stages;
  if (from) fit_to_model(*from, !o.stages.empty(), recipe);
  return train::parse_recipe(train::to_json(recipe));  // checks the values given as options too
}

// Audio files and, for each, the argument it was found under.
struct AudioFiles {
  std::vector<std::string> paths;
  std::unordered_map<std::string, std::string> roots;
};

AudioFiles list_audio(const std::vector<std::string>& arguments, cli::Context& context) {
  AudioFiles files;
  for (const std::string& argument : arguments) {
    cli::for_each_input(
        {argument}, false,
        [&](const std::string& path) {
          files.paths.push_back(path);
          files.roots.emplace(path, argument);
        },
        [&](const std::string& path, const std::string& reason) {
          context.messages.failure(Error(path, reason));
        });
  }
  return files;
}

template <class Read>
auto read_all(const std::vector<std::string>& files, const std::string& label, ThreadPool& pool,
              cli::Context& context, Read read) {
  cli::Progress progress(label, files.size(), context.options.progress);
  audio::DecoderOptions options;
  options.ffmpeg = cli::find_ffmpeg();
  options.scratch = cli::scratch_folder();
  return read(files, options, pool, [&](std::size_t done, const Error* failure) {
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
  std::string text = fmt::format("stage {} of {}, {}: loss {:.3f}", summary.position.index + 1,
                                 summary.position.count, summary.position.stage, summary.loss);
  for (const train::Term& term : summary.terms)
    text += fmt::format(", {} {:.3g}", term.name, term.value);
  return text +
         fmt::format(", {} codes, {:.0f} pairs/s", summary.codes_used, summary.pairs_per_second);
}

// Of several processes, only the first reports and writes.
bool first_of(const train::Communicator& peers) {
  return peers.rank() == 0;
}

// Returns false if a signal to any of the processes ended the loop, after writing a checkpoint.
bool train_steps(train::Trainer& trainer, const std::string& checkpoint, train::TrainingLog& log,
                 const train::Communicator& peers, cli::Context& context) {
  const train::Recipe& recipe = trainer.recipe();
  train::RunPosition at = trainer.position();
  const std::int64_t first = at.run_step;
  cli::Progress progress("training", static_cast<std::uint64_t>(at.run_steps - first),
                         context.options.progress);
  train::StepWindow window;
  std::string note;
  while (!at.run_finished()) {
    window.add(trainer.step());
    at = trainer.position();
    const bool reported = window.size() == kReportEvery || at.stage_finished();
    if (reported) {
      const train::StepSummary summary = window.summarise(at);
      log.step(summary);
      note = describe(summary);
      context.messages.detail(fmt::format("step {} of {}, {}", at.step, at.steps, note));
    }
    progress.update(static_cast<std::uint64_t>(at.run_step - first), note);
    const bool stopping = peers.sum_of(stop_signal != 0 ? 1 : 0) > 0;
    // The last one is for what may go wrong while the model is made and written.
    if (first_of(peers) &&
        (at.step % recipe.checkpoint_every == 0 || at.run_finished() || stopping)) {
      trainer.save(checkpoint);
    }
    if (stopping) return false;
    if (first_of(peers) && (at.step % recipe.validate_every == 0 || at.stage_finished()) &&
        !at.run_finished()) {
      log.validation(trainer.validate(trainer.model()), at);
    }
    if (reported) window = {};
  }
  return true;
}

std::string describe(const train::ValidationReport& report) {
  if (report.tokenizers.empty()) return "no recordings were held out; see --valid\n";
  std::string text = fmt::format(
      "on held-out recordings, degraded pieces and clean ones agree on {:.1f} % of frames "
      "(perplexity {:.0f});\nas strings:   tokens/s  similarity  MRR    codes  collapsed  capped\n",
      100 * report.agreement, report.perplexity);
  for (const auto& [name, strings] : report.tokenizers) {
    text += fmt::format("  {:<10}  {:8.2f}  {:10.3f}  {:.3f}  {:5}  {:7.1f} %  {:4.1f} %\n", name,
                        strings.tokens_per_second, strings.edit_similarity, strings.reciprocal_rank,
                        strings.codes_used, 100 * strings.collapsed, 100 * strings.capped);
  }
  return text;
}

std::string describe(const model::Model& model, const train::Trainer& trainer,
                     const train::ValidationReport& report, const std::string& path) {
  std::string text = fmt::format("{}: model {}, {} parameters, {} codes\n", path, model.id(),
                                 model.table().parameters(), model.vocabulary());
  const train::Recipe& recipe = trainer.recipe();
  for (std::size_t i = 0; i < trainer.records().size(); ++i) {
    const train::StageRecord& record = trainer.records()[i];
    text +=
        fmt::format("{}: {} steps in {}, loss {:.3f}\n", recipe.stages[i],
                    train::stage_config(recipe, recipe.stages[i]).steps,
                    cli::clock_time(record.seconds, cli::ClockForm::whole_seconds), record.loss);
  }
  return text + describe(report);
}

void report(const train::PairFaults& faults, cli::Context& context) {
  if (faults.stray_speakers > 0) {
    context.messages.warning(fmt::format(
        "{} lines of the lists of speakers name no recording of the training audio, or several: "
        "{}{}",
        faults.stray_speakers, fmt::join(faults.first_stray, ", "),
        static_cast<std::size_t>(faults.stray_speakers) > faults.first_stray.size() ? ", …" : ""));
  }
  if (faults.count() == 0) return;
  for (const std::string& fault : faults.first)
    context.messages.warning(fault);
  context.messages.warning(fmt::format(
      "of the words and pairs, {} name no recording of the training audio, {} lie outside theirs, "
      "{} overlap their partner, {} are shorter or longer than the recipe asks; they are left out",
      faults.unknown_recordings, faults.outside_recording, faults.overlapping,
      faults.other_length));
}

train::NaturalPairs read_pairs(const TrainOptions& o, const train::PairConfig& config,
                               const train::PcmStore& store, const train::RecordingNames& names,
                               cli::Context& context) {
  if (o.words.empty() && o.pairs.empty()) return {};
  train::PairCollector collector(store, names, config);
  for (const std::string& path : o.speakers)
    collector.read_speakers(path);
  for (const std::string& path : o.words)
    collector.read_words(path);
  for (const std::string& path : o.pairs)
    collector.read_pairs(path);
  report(collector.faults(), context);
  train::NaturalPairs pairs = collector.finish();
  context.messages.detail(
      fmt::format("natural pairs: {} types of {} spans", pairs.types(), pairs.spans()));
  return pairs;
}

// Removes the temporary files that a run killed while writing has left beside that file.
void remove_leftovers(const std::string& path) {
  const std::filesystem::path file(path);
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  std::error_code fault;
  for (std::filesystem::directory_iterator at(folder, fault), end; !fault && at != end;
       at.increment(fault)) {
    if (file_of_temporary(at->path().filename().string()) == file.filename().string())
      std::filesystem::remove(at->path(), fault);
  }
}

bool is_silent(const train::PcmStore& store, std::size_t recording) {
  constexpr std::int64_t kSamples = 1 << 14;
  constexpr float kFaint = 1e-3F;  // -60 dBFS
  std::vector<float> block(kSamples);
  for (std::int64_t at = 0; at < store.size(recording); at += kSamples) {
    store.read(recording, at, kSamples, block.data());
    const auto loud = [](float sample) { return std::abs(sample) > kFaint; };
    if (std::any_of(block.begin(), block.end(), loud)) return false;
  }
  return true;
}

// Nothing can be learned from silence, and the result would not show it.
void refuse_silence(const train::PcmStore& store, cli::Messages& messages) {
  std::size_t silent = 0;
  for (std::size_t i = 0; i < store.count(); ++i)
    silent += is_silent(store, i);
  if (silent == 0) return;
  if (silent == store.count()) {
    throw Error("", "the audio is silent: no sample of any recording is above -60 dBFS");
  }
  messages.warning(fmt::format("{} of {} recordings are silent: no sample is above -60 dBFS",
                               silent, store.count()));
}

// Before the disk is filled.
void report_scratch_space(const std::vector<std::string>& files, cli::Messages& messages) {
  const std::string folder = cli::scratch_folder();
  std::error_code fault;
  std::uintmax_t bytes = 0;
  for (const std::string& file : files) {
    const std::uintmax_t size = std::filesystem::file_size(file, fault);
    if (!fault) bytes += size;
  }
  const std::uintmax_t free = std::filesystem::space(folder, fault).available;
  const std::string text = fmt::format(
      "the decoded audio of {} files is kept in {} during training, 0.115 GB per hour; "
      "{:.1f} GB are free there; set TMPDIR to use another folder",
      files.size(), folder, static_cast<double>(free) / 1e9);
  if (!fault && free < bytes) {
    messages.warning(text);
  } else {
    messages.detail(text);
  }
}

std::unique_ptr<train::Trainer> make_trainer(const TrainOptions& o, const train::Recipe& recipe,
                                             nn::Precision precision, ThreadPool& pool,
                                             const train::Communicator& peers,
                                             cli::Context& context) {
  const AudioFiles files = list_audio(o.paths, context);
  train::Split split =
      train::split_paths(files.paths, o.valid.empty() ? recipe.validation_share : 0);
  train::RecordingNames names;
  for (const std::string& path : split.validation)
    names.add(path, files.roots.at(path), std::nullopt);
  if (!o.valid.empty()) split.validation = list_audio({o.valid}, context).paths;
  report_scratch_space(files.paths, context.messages);
  train::Recordings training =
      read_all(split.training, "reading audio", pool, context, train::read_recordings);
  for (std::size_t i = 0; i < training.paths.size(); ++i) {
    const std::string& path = split.training[training.paths[i]];
    names.add(path, files.roots.at(path), i);
  }
  refuse_silence(training.store, context.messages);
  train::NaturalPairs pairs = read_pairs(o, recipe.pairs, training.store, names, context);
  train::Recordings validation =
      read_all(split.validation, "reading validation audio", pool, context, train::read_recordings);
  if (!o.valid.empty() && validation.store.count() == 0)
    throw Error(o.valid, "no audio to validate on");
  train::NoiseBank noise;
  if (!o.noise.empty()) {
    noise = read_all(list_audio({o.noise}, context).paths, "reading noise", pool, context,
                     train::read_noise);
    if (noise.empty()) throw Error(o.noise, "no noise to mix in");
  }
  return std::make_unique<train::Trainer>(recipe, std::move(training.store),
                                          std::move(validation.store), std::move(noise),
                                          std::move(pairs), precision, pool, peers);
}

// Counting confusions takes most of the time: a signal ends it.
model::Model export_model(const train::Trainer& trainer, const std::string& command,
                          cli::Context& context) {
  std::optional<cli::Progress> progress;
  return trainer.export_model(command, [&](std::size_t done, std::size_t all) {
    if (stop_signal != 0)
      throw Error("", "stopped after the last step, before the model; continue with --resume");
    if (!progress) progress.emplace("counting confusions", all, context.options.progress);
    progress->update(done);
  });
}

void report_skipped_steps(const train::Trainer& trainer, cli::Messages& messages) {
  const train::Recipe& recipe = trainer.recipe();
  for (std::size_t i = 0; i < trainer.records().size(); ++i) {
    const std::int64_t skipped = trainer.records()[i].skipped;
    if (skipped == 0) continue;
    messages.warning(fmt::format(
        "{}: {} of {} steps were skipped, as their gradients were not finite", recipe.stages[i],
        skipped, train::stage_config(recipe, recipe.stages[i]).steps));
  }
}

void check_call(const TrainOptions& o, const std::string& checkpoint) {
  check_usage(o);
  check_replaceable(o.output);
  const bool stopped = std::filesystem::exists(checkpoint);
  if (o.resume && !stopped) {
    throw Error(checkpoint, "no checkpoint to resume from; start without --resume");
  }
  if (o.resume || o.force) return;
  if (stopped) {
    throw Error(checkpoint,
                "a training run stopped here; --resume continues it, --force starts over");
  }
  if (std::filesystem::exists(o.output)) {
    throw Error(o.output, "the model exists; --force replaces it once the new one is trained");
  }
}

std::optional<model::Model> starting_model(const std::vector<std::string>& names) {
  if (names.empty()) return std::nullopt;
  std::vector<model::Model> models;
  models.reserve(names.size());
  for (const std::string& name : names)
    models.push_back(model::Model::load(cli::find_model(name)));
  return models.size() == 1 ? std::move(models.front()) : model::average(models);
}

// Copies a trained model, or changes it where -o names it too, with chance strings (for E-values)
// from other audio.
cli::ExitStatus measure_chance(const TrainOptions& o, cli::Context& context) {
  check_usage(o);
  check_replaceable(o.output);
  std::error_code absent;
  const bool in_place = o.from.size() == 1 &&
                        std::filesystem::equivalent(o.output, cli::find_model(o.from[0]), absent);
  if (!o.force && !in_place && std::filesystem::exists(o.output))
    throw Error(o.output, "another model exists there; --force replaces it");
  model::Model model = *starting_model(o.from);
  ThreadPool pool(context.options.jobs);
  const train::Recordings speech = read_all(list_audio(o.paths, context).paths, "reading audio",
                                            pool, context, train::read_recordings);
  if (speech.store.count() == 0) throw Error("", "no audio to take strings from");
  model.set_chance_strings(train::measure_chance_strings(model, speech.store, pool));
  model.save(o.output);
  std::string text = fmt::format("{}: model {}, strings of chance", o.output, model.id());
  for (const auto& [tokenizer, tokens] : model.chance_strings())
    text += fmt::format(", {} {} tokens", tokenizer, tokens.size());
  context.out.write(text + '\n');
  return cli::kDone;
}

cli::ExitStatus run_training(const TrainOptions& o, const std::string& command,
                             cli::Context& context) {
  if (measures_chance(o)) return measure_chance(o, context);
  const std::optional<model::Model> from = starting_model(o.from);
  const train::Recipe recipe = read_recipe(o, from);
  if (o.print_recipe) {
    context.out.write(train::to_json(recipe));
    return cli::kDone;
  }
  if (!from && recipe.stages.front() != train::kGeometric) {
    throw cli::UsageError("stage " + recipe.stages.front() +
                          " needs a trained encoder: name its model with --from");
  }
  const std::string checkpoint = o.output + ".checkpoint";
  check_call(o, checkpoint);
  remove_leftovers(o.output);
  remove_leftovers(checkpoint);
  ThreadPool pool(context.options.jobs);
  const nn::Precision precision = nn::parse_precision(o.precision);
  const auto joined = train::join_peers();
  const train::Communicator& peers = *joined;
  train::TrainingLog log(first_of(peers) ? o.log : "");
  const auto trainer = make_trainer(o, recipe, precision, pool, peers, context);
  if (o.resume) {
    trainer->resume(checkpoint);
  } else if (from) {
    trainer->start_from(*from);
  }
  log.start(command, *trainer, precision, pool);
  watch_signals();
  if (!train_steps(*trainer, checkpoint, log, peers, context)) {
    const train::RunPosition at = trainer->position();
    context.messages.failure(
        fmt::format("stopped at step {} of {} of stage {}; continue with --resume", at.step,
                    at.steps, at.stage));
    return cli::kFailed;
  }
  if (!first_of(peers)) return cli::kDone;
  report_skipped_steps(*trainer, context.messages);
  const model::Model model = export_model(*trainer, command, context);
  model.save(o.output);
  const train::ValidationReport report = trainer->validate(model);
  log.validation(report, trainer->position());
  log.end(model.id());
  std::filesystem::remove(checkpoint);
  context.out.write(describe(model, *trainer, report, o.output));
  return cli::kDone;
}

std::string command_line(int argc, char** argv) {
  std::string text = "pa-train";
  for (int i = 1; i < argc; ++i)
    text += std::string(" ") + argv[i];
  return text;
}

}  // namespace

int pairalign::cli::tool_main(int argc, char** argv) {
  TrainOptions options;
  return cli::run(
      argc, argv, train_tool(), [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) {
        return run_training(options, command_line(argc, argv), context);
      });
}
