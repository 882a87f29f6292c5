#include "model/model.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <gsl/assert>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/large_pages.hpp"
#include "base/random.hpp"
#include "model/config_json.hpp"
#include "model/decoding.hpp"
#include "model/file/safetensors.hpp"
#include "model/segmenter.hpp"
#include "nn/functions.hpp"

namespace pairalign::model {

using nlohmann::json;

namespace {

constexpr int kFormatVersion = 1;

// Other processors round differently, so a few frames of a self-test may differ, and more of the
// decoder, where one different token can change those after it.
constexpr double kSelfTestAgreement = 0.9;
constexpr double kDecoderSelfTestAgreement = 0.6;

}  // namespace

// A model is an untrusted file: everything that sizes a buffer is bounded before anything is
// allocated.
void check(const EncoderConfig& e, const audio::LogMelConfig& f) {
  check_range("encoder.bands", e.bands, 8, 512);
  check_range("encoder.width", e.width, 1, 4096);
  check_range("encoder.expansion", e.expansion, 1, 16);
  check_range("encoder.blocks", e.blocks, 1, 64);
  check_range("encoder.kernel", e.kernel, 1, 129);
  check_range("encoder.dimension", e.dimension, 1, 1024);
  check_range("encoder.codes", e.codes, 2, 65536);
  if (f.bands != e.bands) throw Error("", "bands of features and encoder differ");
  check_range("features.window", f.window, 1, 8192);
  check_range("features.hop", f.hop, 160, 160);
  check_range("features.fft", f.fft, f.window, 16384);
  check_range("features.low_hz", f.low_hz, 0, 7000);
  check_range("features.high_hz", f.high_hz, f.low_hz + 100, 8000);
  check_range("features.floor", f.floor, 1e-12, 1);
  check_range("features.scale", f.scale, 1e-3, 1e3);
}

void check(const DecoderConfig& d) {
  check_range("decoder.width", d.width, 1, 4096);
  check_range("decoder.layers", d.layers, 1, 64);
  check_range("decoder.heads", d.heads, 1, d.width);
  if (d.width % d.heads != 0) throw Error("", "decoder.heads does not divide decoder.width");
  check_range("decoder.expansion", d.expansion, 1, 16);
  check_range("decoder.pointer_width", d.pointer_width, 1, 4096);
  check_range("decoder.look_back", d.look_back, 0, 4096);
  check_range("decoder.look_ahead", d.look_ahead, 1, 4096);
  check_range("decoder.history", d.history, 1, 4096);
  check_range("decoder.longest", d.longest, 1, 4096);
  check_range("decoder.copy_temperature", d.copy_temperature, 1e-3, 10);
  check_range("decoder.segment_penalty", d.segment_penalty, 0, kMaxPenalty);
  if (d.segment_penalty > 0 && !d.copy) {
    throw Error("", "decoder.segment_penalty needs decoder.copy; without it, it is 0");
  }
}

// The control of both curves is a penalty.
void to_json(json& j, const RatePoint& point) {
  j = {{"penalty", point.control}, {"tokens_per_second", point.tokens_per_second}};
}

void from_json(const json& j, RatePoint& point) {
  j.at("penalty").get_to(point.control);
  j.at("tokens_per_second").get_to(point.tokens_per_second);
}

double control_for_rate(const std::vector<RatePoint>& curve, double rate) {
  for (std::size_t i = 0; i < curve.size(); ++i) {
    // The last point is its own neighbour: it may be the only one.
    const RatePoint &a = curve[i], &b = curve[std::min(i + 1, curve.size() - 1)];
    if (rate > a.tokens_per_second || rate < b.tokens_per_second) continue;
    const double span = std::log(a.tokens_per_second / b.tokens_per_second);
    const double part = span > 0 ? std::log(a.tokens_per_second / rate) / span : 0;
    return a.control + part * (b.control - a.control);
  }
  if (curve.empty()) throw Error("rate", "this model has no rate curve");
  throw Error(
      "rate",
      fmt::format("{} tokens/s is outside the measured range of this model, {:.1f} .. {:.1f}", rate,
                  curve.back().tokens_per_second, curve.front().tokens_per_second));
}

namespace {

ModelInfo parse_info(const json& config) {
  const int version = whole_number<int>(config.at("version"));
  if (version != kFormatVersion) {
    throw Error("", fmt::format("model format {}, this program reads {}", version, kFormatVersion));
  }
  for (const char* section : {"encoder", "features", "decoder", "self_test", "decoder_self_test"}) {
    if (config.contains(section) && !numbers_fit_int(config.at(section))) {
      throw Error("", fmt::format("'{}' holds a number out of range", section));
    }
  }
  ModelInfo info;
  config.at("encoder").get_to(info.encoder);
  config.at("features").get_to(info.features);
  config.at("dpvq_rate_curve").get_to(info.rate_curve);
  config.at("command").get_to(info.command);
  info.recipe = config.at("recipe").dump();
  check(info.encoder, info.features);
  // A model of the geometric stage alone has no decoder.
  if (config.contains("decoder")) {
    info.decoder = config.at("decoder").get<DecoderConfig>();
    config.at("pairalign_rate_curve").get_to(info.pairalign_rate_curve);
    check(*info.decoder);
  }
  return info;
}

Safetensors to_tensors(const nn::TensorTable& table, const std::vector<float>& parameters,
                       const SubstitutionTables& substitutions) {
  Safetensors file;
  for (const nn::TensorInfo& tensor : table.tensors()) {
    const auto begin = parameters.begin() + static_cast<std::ptrdiff_t>(tensor.offset);
    file.tensors[tensor.name] = {tensor.shape,
                                 {begin, begin + static_cast<std::ptrdiff_t>(tensor.size)}};
  }
  store(substitutions, file);
  return file;
}

// The output of a model for the self-test signal.
struct SelfTest {
  std::vector<int> codes;    // the nearest code of each frame
  std::vector<int> decoded;  // of `decode_frames`; empty without a decoder
};

SelfTest run_self_test(const Model& model) {
  const std::vector<float> features =
      audio::LogMel(model.info().features).compute(self_test_signal());
  FrameScorer scorer(model);
  SelfTest result;
  result.codes = scorer.nearest_codes(features);
  if (model.decoder() != nullptr) {
    result.decoded = decode_frames(*model.decoder(), model.weights(), scorer.encoded().data(),
                                   static_cast<int>(result.codes.size()), DecodeOptions());
  }
  return result;
}

void check_self_test(const char* what, const std::vector<int>& found, const json& stored,
                     double wanted) {
  const double same = agreement(found, stored.get<std::vector<int>>());
  if (same >= wanted) return;
  throw Error("", fmt::format("self-test failed: only {:.0f} % of its {} are those in the file",
                              100 * same, what));
}

json config_of(const ModelInfo& info) {
  json config = {{"version", kFormatVersion},
                 {"identity", kIdentityVersion},
                 {"encoder", info.encoder},
                 {"features", info.features},
                 {"dpvq_rate_curve", info.rate_curve},
                 {"command", info.command},
                 {"recipe", json::parse(info.recipe.empty() ? "{}" : info.recipe)}};
  if (info.decoder) {
    config["decoder"] = *info.decoder;
    config["pairalign_rate_curve"] = info.pairalign_rate_curve;
  }
  return config;
}

Model read_model(const SafetensorsFile& file, nn::Precision precision) {
  const auto found = file.metadata().find(kConfigKey);
  if (found == file.metadata().end()) {
    throw Error("", "not a pairalign model: the configuration is missing");
  }
  const json config = parse_json<json>(found->second);
  ModelInfo info = parse_info(config);
  nn::TensorTable table;
  const Encoder encoder(table, info.encoder);
  if (info.decoder) Decoder(table, *info.decoder, encoder);  // registers its tensors
  // Once all tensors are known to be in the file, its size bounds what is allocated for them.
  for (const nn::TensorInfo& tensor : table.tensors())
    file.at(tensor.name, tensor.shape);
  std::vector<float> parameters;
  parameters.reserve(table.size());
  prefer_large_pages(parameters.data(), table.size() * sizeof(float));
  parameters.resize(table.size());
  for (const nn::TensorInfo& tensor : table.tensors()) {
    file.at(tensor.name, tensor.shape).copy(0, tensor.size, parameters.data() + tensor.offset);
  }
  Model model(std::move(info), std::move(parameters), load_substitutions(file),
              identity_of(file.identity(), config));
  model.set_chance_strings(load_chance_strings(file));
  model.pack(precision);
  const SelfTest self_test = run_self_test(model);
  check_self_test("codes", self_test.codes, config.at("self_test"), kSelfTestAgreement);
  if (model.decoder() != nullptr) {
    check_self_test("decoded tokens", self_test.decoded, config.at("decoder_self_test"),
                    kDecoderSelfTestAgreement);
  }
  return model;
}

}  // namespace

Model Model::load(const std::string& path, nn::Precision precision) {
  const SafetensorsFile file(path);
  try {
    return read_model(file, precision);
  } catch (const json::exception& error) {
    throw Error(path, "malformed model configuration: " + json_fault(error));
  } catch (const Error& error) {
    throw Error(path, error.what());
  }
}

Model::Model(ModelInfo info, std::vector<float> parameters, SubstitutionTables substitutions,
             std::string id)
    : info_(std::move(info)),
      encoder_(table_, info_.encoder),
      parameters_(std::move(parameters)),
      substitutions_(std::move(substitutions)),
      id_(std::move(id)) {
  if (info_.decoder) decoder_.emplace(table_, *info_.decoder, encoder_);
  if (parameters_.size() != table_.size()) throw Error("", "parameters do not fit the model");
  if (id_.empty()) set_substitutions(std::move(substitutions_));
}

void Model::set_substitutions(SubstitutionTables tables) {
  substitutions_ = std::move(tables);
  id_ = identity_of(to_tensors(table_, parameters_, substitutions_).identity(), config_of(info_));
}

void Model::save(const std::string& path) const {
  Safetensors file = to_tensors(table_, parameters_, substitutions_);
  store(chance_strings_, file);
  const SelfTest self_test = run_self_test(*this);
  json config = config_of(info_);
  config["self_test"] = self_test.codes;
  if (info_.decoder) config["decoder_self_test"] = self_test.decoded;
  file.metadata["format"] = "pt";  // what Python's loader expects to see
  file.metadata[kConfigKey] = config.dump();
  file.save(path);
}

Model average(const std::vector<Model>& models) {
  Expects(!models.empty());
  const Model& first = models.front();
  std::vector<double> sums(first.parameters().size());
  for (const Model& model : models) {
    if (model.table().size() != first.table().size() ||
        nn::common_front(model.table(), first.table()) != first.table().size())
      throw Error("", "models of different shapes cannot be averaged");
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] += static_cast<double>(model.parameters()[i]);
  }
  std::vector<float> mean(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i)
    mean[i] = static_cast<float>(sums[i] / static_cast<double>(models.size()));
  float* const codes = mean.data() + first.encoder().codebook();
  std::vector<float> norms(static_cast<std::size_t>(first.vocabulary()));
  nn::l2_normalize_forward(codes, first.vocabulary(), first.info().encoder.dimension, codes,
                           norms.data());
  Model result(first.info(), std::move(mean), first.substitutions());
  result.set_chance_strings(first.chance_strings());
  return result;
}

std::vector<float> self_test_signal() {
  constexpr double kPi = 3.141592653589793;
  constexpr int kSamples = 2 * audio::kSampleRate;
  std::vector<float> signal(kSamples);
  Random random(1);
  double phase = 0;
  for (int i = 0; i < kSamples; ++i) {
    const double t = static_cast<double>(i) / audio::kSampleRate;
    const double pitch = 120 + 40 * std::sin(2 * kPi * 0.7 * t);
    phase += 2 * kPi * pitch / audio::kSampleRate;
    const double formant = 1200 + 900 * std::sin(2 * kPi * 1.3 * t);
    const double voiced = std::fmod(t, 0.4) < 0.28 ? 0.1 : 0.0;
    double value = 0;
    // sin((h + 1) φ) = 2 cos(φ) sin(h φ) − sin((h − 1) φ)
    const double twice_cosine = 2 * std::cos(phase);
    double before = 0, harmonic = std::sin(phase);
    for (int h = 1; voiced > 0 && h <= 24; ++h) {
      const double distance = (h * pitch - formant) / 400;
      value += std::exp(-distance * distance) * harmonic;
      before = std::exchange(harmonic, twice_cosine * harmonic - before);
    }
    signal[static_cast<std::size_t>(i)] =
        static_cast<float>(voiced * value + (voiced > 0 ? 0.001 : 0.03) * random.normal());
  }
  return signal;
}

double agreement(const std::vector<int>& a, const std::vector<int>& b) {
  if (a.size() != b.size() || a.empty()) return 0;
  const int same =
      std::inner_product(a.begin(), a.end(), b.begin(), 0, std::plus<>(), std::equal_to<>());
  return static_cast<double>(same) / static_cast<double>(a.size());
}

FrameScorer::FrameScorer(const Model& model)
    : model_(model), silence_(model.info().features.silence()) {}

const std::vector<float>& FrameScorer::encode(const std::vector<float>& features) {
  const int length = static_cast<int>(features.size()) / model_.info().encoder.bands;
  model_.encoder().forward(model_.weights(), features.data(), {length}, silence_, false,
                           embeddings_, cache_);
  return cache_.final;
}

const std::vector<float>& FrameScorer::embed(const std::vector<float>& features) {
  encode(features);
  cosines_.norms.resize(static_cast<std::size_t>(cache_.rows));
  nn::l2_normalize_forward(embeddings_.data(), cache_.rows, model_.info().encoder.dimension,
                           embeddings_.data(), cosines_.norms.data());
  return embeddings_;
}

const std::vector<float>& FrameScorer::score(const std::vector<float>& features) {
  encode(features);
  const EncoderConfig& config = model_.info().encoder;
  const nn::Codebook codebook = {model_.codebook(), config.codes, config.dimension};
  codebook.forward(model_.weights().precision, embeddings_, scores_, cosines_);
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
