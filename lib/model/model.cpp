#include "model/model.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "model/config_json.hpp"
#include "model/safetensors.hpp"
#include "model/segmenter.hpp"
#include "model/self_test.hpp"
#include "nn/normalize.hpp"

namespace pairalign::model {

using nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RatePoint, penalty, tokens_per_second)

namespace {

constexpr int kFormatVersion = 1;
constexpr const char* kConfigKey = "pairalign";  // one JSON text among the string metadata

}  // namespace

// A model is a stranger's file: what sizes buffers is bounded before anything is allocated.
void check(const EncoderConfig& e, const audio::LogMelConfig& f) {
  check_range("bands", e.bands, 8, 512);
  check_range("width", e.width, 1, 4096);
  check_range("expansion", e.expansion, 1, 16);
  check_range("blocks", e.blocks, 1, 64);
  check_range("kernel", e.kernel, 1, 129);
  check_range("dimension", e.dimension, 1, 1024);
  check_range("codes", e.codes, 2, 65536);
  if (f.bands != e.bands) throw Error("", "bands of features and encoder differ");
  check_range("window", f.window, 1, 8192);
  check_range("hop", f.hop, 160, 160);
  check_range("fft", f.fft, f.window, 16384);
  check_range("low_hz", f.low_hz, 0, 7000);
  check_range("high_hz", f.high_hz, f.low_hz + 100, 8000);
  check_range("floor", f.floor, 1e-12, 1);
  check_range("scale", f.scale, 1e-3, 1e3);
}

namespace {

ModelInfo parse_info(const json& config) {
  const int version = config.at("version").get<int>();
  if (version != kFormatVersion) {
    throw Error("", fmt::format("model format {}, this program reads {}", version, kFormatVersion));
  }
  ModelInfo info;
  info.encoder = config.at("encoder").get<EncoderConfig>();
  info.features = config.at("features").get<audio::LogMelConfig>();
  info.rate_curve = config.at("dpvq_rate_curve").get<std::vector<RatePoint>>();
  info.command = config.at("command").get<std::string>();
  info.recipe = config.at("recipe").dump();
  check(info.encoder, info.features);
  return info;
}

Safetensors to_tensors(const nn::TensorTable& table, const std::vector<float>& parameters) {
  Safetensors file;
  for (const nn::TensorInfo& tensor : table.tensors()) {
    const auto begin = parameters.begin() + static_cast<std::ptrdiff_t>(tensor.offset);
    file.tensors[tensor.name] = {tensor.shape,
                                 {begin, begin + static_cast<std::ptrdiff_t>(tensor.size)}};
  }
  return file;
}

Model read_model(const Safetensors& file) {
  const auto found = file.metadata.find(kConfigKey);
  if (found == file.metadata.end()) {
    throw Error("", "no pairalign model: the configuration is missing");
  }
  const json config = json::parse(found->second);
  ModelInfo info = parse_info(config);
  nn::TensorTable table;
  const Encoder encoder(table, info.encoder);
  std::vector<float> parameters(table.size());
  for (const nn::TensorInfo& tensor : table.tensors()) {
    const std::vector<float>& values = file.at(tensor.name, tensor.shape);
    std::copy(values.begin(), values.end(),
              parameters.begin() + static_cast<std::ptrdiff_t>(tensor.offset));
  }
  Model model(std::move(info), parameters);
  const double same =
      agreement(self_test_codes(model), config.at("self_test").get<std::vector<int>>());
  if (same < kSelfTestAgreement) {
    throw Error("", fmt::format("self-test failed: {:.0f} % of its codes come out as the file says",
                                100 * same));
  }
  return model;
}

}  // namespace

Model Model::load(const std::string& path) {
  const Safetensors file = Safetensors::load(path);
  try {
    return read_model(file);
  } catch (const json::exception& error) {
    throw Error(path, std::string("malformed model configuration: ") + error.what());
  } catch (const Error& error) {
    throw Error(path, error.what());
  }
}

Model::Model(ModelInfo info, const std::vector<float>& parameters)
    : info_(std::move(info)), encoder_(table_, info_.encoder), parameters_(parameters) {
  if (parameters_.size() != table_.size()) throw Error("", "parameters do not fit the encoder");
  id_ = hex64(to_tensors(table_, parameters_).identity());
}

void Model::save(const std::string& path) const {
  Safetensors file = to_tensors(table_, parameters_);
  const json config = {{"version", kFormatVersion},
                       {"encoder", info_.encoder},
                       {"features", info_.features},
                       {"dpvq_rate_curve", info_.rate_curve},
                       {"command", info_.command},
                       {"recipe", json::parse(info_.recipe.empty() ? "{}" : info_.recipe)},
                       {"self_test", self_test_codes(*this)}};
  file.metadata["format"] = "pt";  // what Python's loader expects to see
  file.metadata[kConfigKey] = config.dump();
  file.save(path);
}

FrameScorer::FrameScorer(const Model& model, nn::Precision precision)
    : model_(model), precision_(precision), silence_(model.info().features.silence()) {}

const std::vector<float>& FrameScorer::score(const std::vector<float>& features) {
  const EncoderConfig& config = model_.info().encoder;
  const int length = static_cast<int>(features.size()) / config.bands;
  model_.encoder().forward(model_.parameters().data(), features.data(), {length}, silence_,
                           precision_, false, embeddings_, cache_);
  const int rows = cache_.rows;
  norms_.resize(static_cast<std::size_t>(rows));
  nn::l2_normalize_forward(embeddings_.data(), rows, config.dimension, embeddings_.data(),
                           norms_.data());
  frames_operand_.assign(embeddings_.data(), rows, config.dimension, precision_);
  codes_operand_.assign(model_.codebook(), config.codes, config.dimension, precision_);
  scores_.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(config.codes));
  nn::matmul(frames_operand_, nn::Transpose::no, codes_operand_, nn::Transpose::yes,
             scores_.data());
  return scores_;
}

std::vector<int> FrameScorer::nearest_codes(const std::vector<float>& features) {
  const std::vector<float>& scores = score(features);
  const int codes = model_.vocabulary();
  std::vector<int> result;
  for (std::size_t i = 0; i < scores.size(); i += static_cast<std::size_t>(codes)) {
    result.push_back(nearest_code(scores.data() + i, codes));
  }
  return result;
}

}  // namespace pairalign::model
