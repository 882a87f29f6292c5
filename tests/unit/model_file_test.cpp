#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "model/file/safetensors.hpp"
#include "model/model.hpp"

using namespace pairalign;
using namespace pairalign::model;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("pairalign-model-" + std::to_string(::getpid()))) {
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  fs::path path;
};

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

Model random_model(std::uint64_t seed) {
  ModelInfo info;
  info.encoder.width = 16;
  info.encoder.blocks = 1;
  info.encoder.codes = 32;
  info.encoder.dimension = 8;
  info.command = "pa-train test";
  info.rate_curve = {{0.0, 40}, {0.5, 10}};
  nn::TensorTable table;
  const Encoder encoder(table, info.encoder);
  Random random(seed);
  return {info, table.initialise(random)};
}

// The copy path is off: it would have a random decoder repeat what the encoder says.
Model random_model_with_decoder() {
  ModelInfo info = random_model(1).info();
  info.decoder.emplace();
  info.decoder->width = 16;
  info.decoder->heads = 2;
  info.decoder->longest = 13;
  info.decoder->copy = false;
  info.decoder->segment_penalty = 0;
  info.pairalign_rate_curve = {{0.1, 30}, {0.7, 9}};
  nn::TensorTable table;
  const Encoder encoder(table, info.encoder);
  const Decoder decoder(table, *info.decoder, encoder);
  Random random(2);
  return {info, table.initialise(random)};
}

std::string with_header(const std::string& json, const std::string& data) {
  const std::uint64_t size = json.size();
  return std::string(reinterpret_cast<const char*>(&size), sizeof size) + json + data;
}

}  // namespace

TEST_CASE("safetensors: what is written is read, and identity follows the values") {
  const Folder folder;
  Safetensors file;
  file.metadata["note"] = "a \"quoted\" text";
  file.tensors["b"] = {{2, 3}, {1, 2, 3, 4, 5, 6}};
  file.tensors["a"] = {{0}, {}};
  file.save(folder / "x");
  Safetensors read = Safetensors::load(folder / "x");
  CHECK(read.metadata == file.metadata);
  CHECK(read.tensors["b"].values == file.tensors["b"].values);
  CHECK(read.tensors["a"].values.empty());
  CHECK(read.identity() == file.identity());
  const SafetensorsFile mapped(folder / "x");
  CHECK(mapped.metadata() == file.metadata);
  CHECK(mapped.identity() == file.identity());
  CHECK(mapped.at("b", {2, 3}).values() == file.tensors["b"].values);
  CHECK_THROWS_AS(mapped.at("b", {3, 2}), Error);
  CHECK_THROWS_AS(mapped.at("c", {1}), Error);
  read.tensors["b"].values[5] = 7;
  CHECK(read.identity() != file.identity());
}

TEST_CASE("safetensors: cut at every length it is refused") {
  const Folder folder;
  Safetensors file;
  file.tensors["t"] = {{2}, {1, 2}};
  file.save(folder / "whole");
  const std::string bytes = read_file(folder / "whole");
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    write(folder / "cut", bytes.substr(0, n));
    REQUIRE_THROWS_AS(Safetensors::load(folder / "cut"), Error);
  }
}

TEST_CASE("safetensors: headers that lie are refused") {
  const Folder folder;
  const std::string data(8, '\0');
  for (const char* header : {
           R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}})",
           R"({"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
           R"({"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}})",
           R"({"t":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}})",
           R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})",
           R"({"t":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}})",
           R"({"t":{"shape":[2],"data_offsets":[0,8]}})",
           R"({"t":7})",
           R"([1])",
           R"({)",
       }) {
    CAPTURE(header);
    write(folder / "lie", with_header(header, data));
    CHECK_THROWS_AS(Safetensors::load(folder / "lie"), Error);
  }
  const std::uint64_t huge = ~std::uint64_t{0};
  write(folder / "lie", std::string(reinterpret_cast<const char*>(&huge), sizeof huge) + "{}");
  CHECK_THROWS_AS(Safetensors::load(folder / "lie"), Error);
}

TEST_CASE("a model survives its file, and its identity does") {
  const Folder folder;
  const Model model = random_model(1);
  model.save(folder / "m.safetensors");
  const Model read = Model::load(folder / "m.safetensors");
  CHECK(read.id() == model.id());
  CHECK(read.parameters() == model.parameters());
  CHECK(read.info().command == "pa-train test");
  CHECK(read.info().rate_curve.size() == 2);
  CHECK(random_model(2).id() != model.id());
}

TEST_CASE("the average of models: of each weight the mean, of each code the direction") {
  std::vector<Model> models;
  for (const std::uint64_t seed : {3U, 4U, 5U})
    models.push_back(random_model(seed));
  const Model mean = average(models);
  CHECK(mean.id() != models[0].id());
  CHECK(mean.info().rate_curve.size() == 2);
  const auto begin = models[0].encoder().codebook();
  const auto end = begin + std::size_t{32} * 8;
  for (std::size_t i = 0; i < mean.parameters().size(); ++i) {
    if (i >= begin && i < end) continue;
    const double expected = (static_cast<double>(models[0].parameters()[i]) +
                             static_cast<double>(models[1].parameters()[i]) +
                             static_cast<double>(models[2].parameters()[i])) /
                            3;
    REQUIRE(static_cast<double>(mean.parameters()[i]) == doctest::Approx(expected));
  }
  for (std::size_t code = 0; code < 32; ++code) {
    double length = 0, cosine = 0, sum_length = 0;
    for (std::size_t i = begin + 8 * code; i < begin + 8 * (code + 1); ++i) {
      const auto value = static_cast<double>(mean.parameters()[i]);
      double sum = 0;
      for (const Model& model : models)
        sum += static_cast<double>(model.parameters()[i]);
      length += value * value;
      sum_length += sum * sum;
      cosine += value * sum;
    }
    REQUIRE(length == doctest::Approx(1));
    REQUIRE(cosine / std::sqrt(sum_length) == doctest::Approx(1));
  }
  models.push_back(random_model_with_decoder());
  CHECK_THROWS_WITH_AS(average(models), "models of different shapes cannot be averaged", Error);
}

TEST_CASE("a model with a decoder survives its file, and one that was changed is found out") {
  const Folder folder;
  const Model model = random_model_with_decoder();
  model.save(folder / "m");
  const Model read = Model::load(folder / "m");
  CHECK(read.id() == model.id());
  CHECK(read.parameters() == model.parameters());
  REQUIRE(read.decoder() != nullptr);
  CHECK(read.decoder()->config().longest == 13);
  REQUIRE(read.info().pairalign_rate_curve.size() == 2);
  CHECK(read.info().pairalign_rate_curve[1].control == 0.7);
  CHECK(read.info().pairalign_rate_curve[1].tokens_per_second == 9);

  Safetensors file = Safetensors::load(folder / "m");
  for (float& value : file.tensors["decoder.vocabulary.weight"].values)
    value = -value;
  file.save(folder / "changed");
  CHECK_THROWS_WITH_AS(Model::load(folder / "changed"), doctest::Contains("decoded tokens"), Error);

  const std::string bytes = read_file(folder / "m");
  for (const auto& [from, to] : {std::pair{R"(\"heads\":2)", R"(\"heads\":3)"},
                                 std::pair{R"(\"longest\":13)", R"(\"longest\":00)"}}) {
    std::string changed = bytes;
    const std::size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    changed.replace(at, std::strlen(from), to);
    write(folder / "changed", changed);
    CHECK_THROWS_AS(Model::load(folder / "changed"), Error);
  }
}

TEST_CASE("a model whose tensors were changed fails its self-test") {
  const Folder folder;
  random_model(1).save(folder / "m");
  Safetensors file = Safetensors::load(folder / "m");
  for (float& value : file.tensors["encoder.stem.weight"].values)
    value = -value;
  file.save(folder / "m");
  CHECK_THROWS_WITH_AS(Model::load(folder / "m"), doctest::Contains("self-test"), Error);
}

TEST_CASE("configurations out of bounds are refused before anything is allocated") {
  const Folder folder;
  random_model(1).save(folder / "m");
  const std::string bytes = read_file(folder / "m");
  for (const auto& [from, to] : {std::pair{R"(\"width\":16)", R"(\"width\":-6)"},
                                 std::pair{R"(\"codes\":32)", R"(\"codes\":99)"},
                                 std::pair{R"(\"kernel\":9)", R"(\"kernel\":0)"},
                                 std::pair{R"(\"version\":1)", R"(\"version\":2)"}}) {
    std::string changed = bytes;
    const std::size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    changed.replace(at, std::strlen(from), to);
    write(folder / "changed", changed);
    CHECK_THROWS_AS(Model::load(folder / "changed"), Error);
  }
}

TEST_CASE("a safetensors file that is no model, and a file that is neither") {
  const Folder folder;
  Safetensors().save(folder / "empty");
  CHECK_THROWS_WITH_AS(Model::load(folder / "empty"), doctest::Contains("not a pairalign model"),
                       Error);
  write(folder / "text", "hello");
  CHECK_THROWS_AS(Model::load(folder / "text"), Error);
  CHECK_THROWS_AS(Model::load(folder / "absent"), Error);
}

TEST_CASE("agreement of code strings") {
  CHECK(agreement({1, 2, 3, 4}, {1, 2, 0, 4}) == doctest::Approx(0.75));
  CHECK(agreement({1}, {1, 1}) == 0);
  CHECK(agreement({}, {}) == 0);
}
