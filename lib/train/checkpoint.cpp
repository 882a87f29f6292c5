#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json.hpp"
#include "model/file/safetensors.hpp"
#include "train/state.hpp"

namespace pairalign::train {

// With default: checkpoints of earlier versions do not count the steps skipped.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StageRecord, seconds, loss, skipped)

namespace {

using nlohmann::json;

constexpr int kCheckpointVersion = 5;
constexpr const char* kStateKey = "pairalign.checkpoint";
constexpr const char* kRecipeKey = "pairalign.recipe";

// The buffers of a state, by their names in the file. `State`: TrainingState, const or not.
template <class State>
auto buffers(State& state) {
  using Buffer = std::pair<const char*, decltype(&state.student)>;
  return std::array<Buffer, 8>{{{"student", &state.student},
                                {"teacher", &state.teacher},
                                {"optimizer.m", &state.optimizer.m},
                                {"optimizer.v", &state.optimizer.v},
                                {"centre", &state.centre},
                                {"variance", &state.variance},
                                {"token_shares", &state.token_shares},
                                {"code_shares", &state.code_shares}}};
}

}  // namespace

void save_checkpoint(const std::string& path, const TrainingState& state,
                     const std::string& recipe_json) {
  model::Safetensors file;
  for (const auto& [name, values] : buffers(state))
    file.tensors[name] = {{static_cast<int>(values->size())}, *values};
  file.metadata[kStateKey] = json{
      {"version", kCheckpointVersion},
      {"stage", state.stage},
      {"step", state.step},
      {"samples", state.samples},
      {"pairs", state.pairs},
      {"noise", state.noise},
      {"optimizer_step", state.optimizer.step},
      {"length_control", state.length_control},
      {"records", state.records}}.dump();
  file.metadata[kRecipeKey] = recipe_json;
  file.save(path);
}

Checkpoint load_checkpoint(const std::string& path) {
  model::Safetensors file = model::Safetensors::load(path);
  const auto state_text = file.metadata.find(kStateKey);
  if (state_text == file.metadata.end()) throw Error(path, "not a training checkpoint");
  try {
    const json numbers = parse_json<json>(state_text->second);
    if (whole_number<int>(numbers.at("version")) != kCheckpointVersion) {
      throw Error("", "a checkpoint of another version");
    }
    Checkpoint result;
    result.recipe_json = file.metadata[kRecipeKey];
    TrainingState& state = result.state;
    state.stage = whole_number<std::size_t>(numbers.at("stage"));
    state.step = whole_number<std::int64_t>(numbers.at("step"));
    state.samples = whole_number<std::int64_t>(numbers.at("samples"));
    state.pairs = whole_number<std::uint64_t>(numbers.at("pairs"));
    state.noise = whole_number<std::uint64_t>(numbers.at("noise"));
    state.optimizer.step = whole_number<std::int64_t>(numbers.at("optimizer_step"));
    state.length_control = numbers.at("length_control").get<double>();
    state.records = numbers.at("records").get<std::vector<StageRecord>>();
    for (const auto& [name, values] : buffers(state)) {
      const auto found = file.tensors.find(name);
      if (found == file.tensors.end()) throw Error("", std::string(name) + " is missing");
      *values = std::move(found->second.values);
    }
    return result;
  } catch (const json::exception& error) {
    throw Error(path, "malformed checkpoint: " + json_fault(error));
  } catch (const Error& error) {
    throw Error(path, error.what());
  }
}

}  // namespace pairalign::train
