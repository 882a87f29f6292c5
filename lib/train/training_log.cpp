#include "train/training_log.hpp"

#include <algorithm>

#include <fcntl.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace pairalign::train {

using nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StepSummary, loss, codes_used, perplexity, learning_rate,
                                   gradient_norm, pairs_per_second, audio_per_second, gflops,
                                   view_share)

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StringReport, tokens_per_second, edit_similarity,
                                   reciprocal_rank, codes_used, collapsed, capped)

void StepWindow::add_term(const Term& term) {
  const auto found = std::find_if(sum_.terms.begin(), sum_.terms.end(),
                                  [&](const Term& t) { return t.name == term.name; });
  if (found == sum_.terms.end()) {
    sum_.add_term(term.name, term.weight * term.value, term.weight);
  } else {
    found->value += term.weight * term.value;
    found->weight += term.weight;
  }
}

void StepWindow::add(const StepReport& report) {
  sum_.code_counts.resize(report.code_counts.size());
  for (std::size_t i = 0; i < report.code_counts.size(); ++i)
    sum_.code_counts[i] += report.code_counts[i];
  for (const Term& term : report.terms)
    add_term(term);
  sum_.loss += report.loss;
  sum_.pairs += report.pairs;
  sum_.student_frames += report.student_frames;
  sum_.flops += report.flops;
  sum_.view_seconds += report.view_seconds;
  sum_.model_seconds += report.model_seconds;
  sum_.learning_rate = report.learning_rate;
  sum_.gradient_norm = report.gradient_norm;
  ++added_;
}

StepSummary StepWindow::summarise(const RunPosition& position) const {
  const double seconds = watch_.seconds();
  StepSummary summary;
  summary.position = position;
  summary.loss = sum_.loss / static_cast<double>(added_);
  for (const Term& term : sum_.terms) {
    const double mean = term.weight > 0 ? term.value / term.weight : 0;
    summary.terms.push_back({term.name, mean, term.weight});
  }
  summary.codes_used = codes_in_use(sum_.code_counts);
  summary.perplexity = perplexity(sum_.code_counts);
  summary.learning_rate = sum_.learning_rate;
  summary.gradient_norm = sum_.gradient_norm;
  summary.pairs_per_second = sum_.pairs / seconds;
  summary.audio_per_second = sum_.student_frames / model::kFramesPerSecond / seconds;
  summary.gflops = sum_.flops / seconds * 1e-9;
  summary.view_share = sum_.view_seconds / (sum_.view_seconds + sum_.model_seconds);
  return summary;
}

TrainingLog::TrainingLog(const std::string& path) : path_(path) {
  if (path.empty()) return;
  file_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (file_.get() < 0) throw errno_error(path, "cannot open");
}

namespace {

// Billions of operations per second.
double measure_matmul_gflops(nn::Precision precision, ThreadPool& pool) {
  std::vector<double> rates(static_cast<std::size_t>(pool.threads()));
  pool.parallel_for(rates.size(), [&](std::size_t i) {
    rates[i] = nn::measure_matmul_rate(precision, 1024, 512, 256, 0.2);
  });
  double sum = 0;
  for (const double rate : rates)
    sum += rate * 1e-9;
  return sum;
}

void write(const Descriptor& file, const std::string& path, const json& entry) {
  if (file.get() >= 0) write_all(file.get(), entry.dump() + "\n", path);
}

}  // namespace

void TrainingLog::start(const std::string& command, const Trainer& trainer, nn::Precision precision,
                        ThreadPool& pool) {
  const RunPosition position = trainer.position();
  write(file_, path_,
        {{"event", "start"},
         {"command", command},
         {"stage", position.stage},
         {"step", position.step},
         {"hours", trainer.training_seconds() / 3600},
         {"threads", pool.threads()},
         {"precision", precision == nn::Precision::bf16 ? "bf16" : "f32"},
         {"matmul_gflops", measure_matmul_gflops(precision, pool)},
         {"recipe", json::parse(to_json(trainer.recipe()))}});
}

void TrainingLog::step(const StepSummary& s) {
  json entry = s;
  entry["event"] = "step";
  entry["stage"] = s.position.stage;
  entry["step"] = s.position.step;
  entry["steps"] = s.position.steps;
  for (const Term& term : s.terms)
    entry[term.name] = term.value;
  write(file_, path_, entry);
}

void TrainingLog::validation(const ValidationReport& report, const RunPosition& position) {
  json tokenizers = json::object();
  for (const auto& [name, strings] : report.tokenizers)
    tokenizers[name] = strings;
  write(file_, path_,
        {{"event", "validation"},
         {"stage", position.stage},
         {"step", position.step},
         {"agreement", report.agreement},
         {"perplexity", report.perplexity},
         {"codes_used", report.codes_used},
         {"tokenizers", tokenizers}});
}

void TrainingLog::end(const std::string& model_id) {
  write(file_, path_, {{"event", "end"}, {"model", model_id}});
}

}  // namespace pairalign::train
