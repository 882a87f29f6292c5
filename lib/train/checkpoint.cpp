#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json_number.hpp"
#include "model/file/safetensors.hpp"
#include "train/state.hpp"

namespace pairalign::train {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StageRecord, seconds, loss)

namespace {

using nlohmann::json;

constexpr int kCheckpointVersion = 4;
constexpr const char* kStateKey = "pairalign.checkpoint";
constexpr const char* kRecipeKey = "pairalign.recipe";

void put(model::Safetensors& file, const char* name, const std::vector<float>& values) {
  file.tensors[name] = {{static_cast<int>(values.size())}, values};
}

std::vector<float> take(model::Safetensors& file, const char* name) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) throw Error("", std::string(name) + " is missing");
  return std::move(found->second.values);
}

}  // namespace

void save_checkpoint(const std::string& path, const TrainingState& state,
                     const std::string& recipe_json) {
  model::Safetensors file;
  put(file, "student", state.student);
  put(file, "teacher", state.teacher);
  put(file, "optimizer.m", state.optimizer.m);
  put(file, "optimizer.v", state.optimizer.v);
  put(file, "centre", state.centre);
  put(file, "variance", state.variance);
  put(file, "token_shares", state.token_shares);
  put(file, "code_shares", state.code_shares);
  file.metadata[kStateKey] = json{
      {"version", kCheckpointVersion},
      {"stage", state.stage},
      {"step", state.step},
      {"samples", state.samples},
      {"pairs", state.pairs},
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
    const json numbers = json::parse(state_text->second);
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
    state.optimizer.step = whole_number<std::int64_t>(numbers.at("optimizer_step"));
    state.length_control = numbers.at("length_control").get<double>();
    state.records = numbers.at("records").get<std::vector<StageRecord>>();
    state.student = take(file, "student");
    state.teacher = take(file, "teacher");
    state.optimizer.m = take(file, "optimizer.m");
    state.optimizer.v = take(file, "optimizer.v");
    state.centre = take(file, "centre");
    state.variance = take(file, "variance");
    state.token_shares = take(file, "token_shares");
    state.code_shares = take(file, "code_shares");
    return result;
  } catch (const json::exception& error) {
    throw Error(path, std::string("malformed checkpoint: ") + error.what());
  } catch (const Error& error) {
    throw Error(path, error.what());
  }
}

}  // namespace pairalign::train
