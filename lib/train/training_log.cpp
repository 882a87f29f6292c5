#include "train/training_log.hpp"

#include <algorithm>

#include <fcntl.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace pairalign::train {

using nlohmann::json;

void StepWindow::add(const StepReport& report) {
  code_counts_.resize(report.code_counts.size());
  for (std::size_t i = 0; i < code_counts_.size(); ++i)
    code_counts_[i] += report.code_counts[i];
  sum_.loss += report.loss;
  sum_.agreement += report.agreement;
  sum_.student_frames += report.student_frames;
  sum_.flops += report.flops;
  sum_.view_seconds += report.view_seconds;
  sum_.model_seconds += report.model_seconds;
  sum_.learning_rate = report.learning_rate;
  sum_.gradient_norm = report.gradient_norm;
  ++added_;
}

StepSummary StepWindow::summarise(const Recipe& recipe, std::int64_t step) const {
  const auto n = static_cast<double>(added_);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  StepSummary summary;
  summary.step = step;
  summary.steps = recipe.geometric.steps;
  summary.loss = sum_.loss / n;
  summary.agreement = sum_.agreement / n;
  summary.codes_used = static_cast<int>(std::count_if(
      code_counts_.begin(), code_counts_.end(), [](std::int64_t count) { return count > 0; }));
  summary.perplexity = perplexity(code_counts_);
  summary.learning_rate = sum_.learning_rate;
  summary.gradient_norm = sum_.gradient_norm;
  summary.pairs_per_second = n * recipe.geometric.crops * recipe.geometric.views / seconds;
  summary.audio_per_second =
      static_cast<double>(sum_.student_frames) / model::kFramesPerSecond / seconds;
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

void write(const Descriptor& file, const std::string& path, const json& entry) {
  if (file.get() >= 0) write_all(file.get(), entry.dump() + "\n", path);
}

}  // namespace

void TrainingLog::start(const RunDescription& run, const Recipe& recipe) {
  write(file_, path_,
        {{"event", "start"},
         {"command", run.command},
         {"step", run.step},
         {"hours", run.hours},
         {"threads", run.threads},
         {"precision", run.precision == nn::Precision::bf16 ? "bf16" : "f32"},
         {"matmul_gflops", run.matmul_gflops},
         {"recipe", json::parse(to_json(recipe))}});
}

void TrainingLog::step(const StepSummary& s) {
  write(file_, path_,
        {{"event", "step"},
         {"stage", "geometric"},
         {"step", s.step},
         {"steps", s.steps},
         {"loss", s.loss},
         {"agreement", s.agreement},
         {"codes_used", s.codes_used},
         {"perplexity", s.perplexity},
         {"learning_rate", s.learning_rate},
         {"gradient_norm", s.gradient_norm},
         {"pairs_per_second", s.pairs_per_second},
         {"audio_per_second", s.audio_per_second},
         {"gflops", s.gflops},
         {"view_share", s.view_share}});
}

void TrainingLog::validation(const ValidationReport& report, std::int64_t step) {
  write(file_, path_,
        {{"event", "validation"},
         {"step", step},
         {"agreement", report.agreement},
         {"perplexity", report.perplexity},
         {"codes_used", report.codes_used},
         {"vq_tokens_per_second", report.vq_tokens_per_second}});
}

void TrainingLog::end(const std::string& model_id) {
  write(file_, path_, {{"event", "end"}, {"model", model_id}});
}

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

}  // namespace pairalign::train
