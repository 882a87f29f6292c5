#include "stats/training_history.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "tokens/line_reader.hpp"

namespace pairalign::stats {
namespace {

using Json = nlohmann::ordered_json;

const Json& member(const Json& object, const char* name, bool fits(const Json&)) {
  const auto found = object.find(name);
  if (found == object.end() || !fits(*found)) {
    throw Error("", std::string("not a training log entry: no valid \"") + name + '"');
  }
  return *found;
}

std::string string_member(const Json& object, const char* name) {
  return member(object, name, [](const Json& value) { return value.is_string(); });
}

std::int64_t step_member(const Json& object, const char* name) {
  return member(object, name, [](const Json& value) { return value.is_number_integer(); });
}

// Adds the numbers in `json`: one that is not finite (an overflowed loss) is null in the log.
void add_points(std::vector<Curve>& curves, const std::string& tokenizer, const Json& json,
                std::int64_t step) {
  for (const auto& [name, value] : json.items()) {
    if (!value.is_number() || name == "step" || name == "steps") continue;
    auto curve = std::find_if(curves.begin(), curves.end(), [&, &name = name](const Curve& c) {
      return c.tokenizer == tokenizer && c.name == name;
    });
    if (curve == curves.end()) {
      curve = curves.insert(name == "loss" ? curves.begin() : curves.end(), {tokenizer, name, {}});
    }
    curve->points.push_back({static_cast<double>(step), value.get<double>()});
  }
}

// A run begins, or resumes from a checkpoint and so goes back to the step of that.
void start(const Json& entry, std::vector<StageHistory>& stages) {
  const std::string name = string_member(entry, "stage");
  const std::int64_t step = step_member(entry, "step");
  const auto same = std::find_if(stages.rbegin(), stages.rend(),
                                 [&](const StageHistory& stage) { return stage.name == name; });
  if (step == 0 || same == stages.rend()) {
    // A stage that reported nothing is dropped.
    if (!stages.empty() && stages.back().training.empty()) stages.pop_back();
    stages.push_back({name});
    return;
  }
  stages.erase(same.base(), stages.end());
  StageHistory& stage = stages.back();
  stage.step = std::min(stage.step, step);
  const auto beyond = [step](const Point& p) { return p.x > static_cast<double>(step); };
  drop_points(stage.training, beyond);
  drop_points(stage.validation, beyond);
}

void add_measures(const Json& entry, bool validation, std::vector<StageHistory>& stages) {
  const std::int64_t step = step_member(entry, "step");
  const std::string name = string_member(entry, "stage");
  if (stages.empty() || stages.back().name != name) stages.push_back({name});
  StageHistory& stage = stages.back();
  if (!validation) {
    stage.step = step;
    if (entry.contains("steps")) stage.steps = step_member(entry, "steps");
    add_points(stage.training, "", entry, step);
    return;
  }
  add_points(stage.validation, "", entry, step);
  const auto tokenizers = entry.find("tokenizers");
  if (tokenizers == entry.end()) return;
  for (const auto& [tokenizer, measures] : tokenizers->items())
    add_points(stage.validation, tokenizer, measures, step);
}

// Throws Error("", reason).
void add_line(std::string_view line, std::vector<StageHistory>& stages) {
  const Json entry = parse_json<Json>(line, false);
  if (!entry.is_object()) throw Error("", "not a training log entry: not a JSON object");
  const std::string event = string_member(entry, "event");
  if (event == "start") start(entry, stages);
  if (event == "step" || event == "validation") add_measures(entry, event == "validation", stages);
  if (event == "end" && !stages.empty()) stages.back().model = string_member(entry, "model");
}

}  // namespace

double expected_steps(const StageHistory& stage) {
  return static_cast<double>(std::max({stage.steps, stage.step, std::int64_t{1}}));
}

std::string describe(const StageHistory& stage) {
  if (stage.steps == 0) return stage.name + ", no step reported yet";
  return fmt::format("{}, step {} of {}", stage.name, stage.step, stage.steps);
}

TrainingHistory read_training_history(const std::string& path,
                                      const std::function<void(const Error&)>& on_fault) {
  tokens::LineReader lines(path);
  TrainingHistory history;
  // A bad line is a fault only if another line follows: the last one may still be being written.
  std::optional<Error> fault;
  std::string_view line;
  while (lines.next(line)) {
    if (fault) {
      if (lines.line() == 2) throw *fault;
      on_fault(*fault);
      fault.reset();
    }
    try {
      add_line(line, history.stages);
    } catch (const Error& error) {
      fault.emplace(lines.name() + ":" + std::to_string(lines.line()), error.reason());
    }
  }
  if (history.stages.empty()) throw Error(lines.name(), "not a training log: no stage has started");
  return history;
}

}  // namespace pairalign::stats
