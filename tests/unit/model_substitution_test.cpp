#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"
#include "model/file/substitution.hpp"

using namespace pairalign;
using namespace pairalign::model;
namespace fs = std::filesystem;

namespace {

struct File {
  std::string path =
      (fs::temp_directory_path() / ("pairalign-scores-" + std::to_string(::getpid()))).string();
  ~File() { fs::remove(path); }
};

SubstitutionTables two_tables() {
  return {{"vq", {3, {20, 8, -128, 8, 24, -16, -128, -16, 127}, {0.5F, 0.25F, 0.25F}}},
          {"pairalign", {2, {1, -2, -2, 3}, {0.125F, 0.875F}}}};
}

// What loading says of the two tables once something is changed in the file.
template <class Change>
std::string complaint(Change change) {
  const File stored;
  Safetensors file;
  store(two_tables(), file);
  change(file);
  file.save(stored.path);
  try {
    load_substitutions(SafetensorsFile(stored.path));
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE_FIXTURE(File, "substitution tables survive the model file, beside other tensors") {
  Safetensors file;
  file.tensors["z"] = {{3}, {0.5F, -1.5F, 1e9F}};
  file.tensors["a"] = {{1}, {7}};
  file.save(path);
  CHECK(load_substitutions(SafetensorsFile(path)).empty());
  store(two_tables(), file);
  file.save(path);
  const SafetensorsFile read(path);
  CHECK(read.at("z", {3}).values() == file.tensors["z"].values);
  CHECK(read.at("a", {1}).values() == file.tensors["a"].values);
  CHECK(read.identity() == file.identity());
  const SubstitutionTables tables = load_substitutions(read);
  REQUIRE(tables.size() == 2);
  for (const auto& [tokenizer, table] : two_tables()) {
    CHECK(tables.at(tokenizer).vocabulary == table.vocabulary);
    CHECK(tables.at(tokenizer).scores == table.scores);
    CHECK(tables.at(tokenizer).background == table.background);
  }
  const ModelSubstitutions whole = read_substitutions(path);
  CHECK(whole.model_id == hex64(file.identity()));
  CHECK(whole.tables.size() == 2);
}

TEST_CASE_FIXTURE(File, "floats stay aligned beside bytes") {
  Safetensors file;
  store(two_tables(), file);  // 9 bytes of scores, among others
  file.tensors["z"] = {{3}, {0.5F, -1.5F, 1e9F}};
  file.save(path);
  const std::string bytes = read_file(path);
  for (const char* name : {"z", "background.vq", "background.pairalign"}) {
    CAPTURE(name);
    const std::string entry = "\"" + std::string(name) + "\":{\"data_offsets\":[";
    const std::size_t found = bytes.find(entry);
    REQUIRE(found != std::string::npos);
    CHECK(std::stoi(bytes.substr(found + entry.size())) % 4 == 0);
  }
}

TEST_CASE_FIXTURE(File, "scores take one byte each, and count for the identity") {
  Safetensors file;
  store(two_tables(), file);
  file.save(path);
  const auto size = fs::file_size(path);
  const std::uint64_t identity = file.identity();
  file.tensors["substitution.vq"].values[0] += 1;
  CHECK(file.identity() != identity);
  file.tensors.erase("substitution.vq");
  file.save(path);
  CHECK(read_file(path).find("\"I8\"") != std::string::npos);
  CHECK(size - fs::file_size(path) < 9 + 100);  // the scores and their line in the header
}

TEST_CASE("tables that cannot be are refused by name") {
  CHECK(complaint([](Safetensors&) {}) == "nothing");
  CHECK(complaint([](Safetensors& file) { file.tensors.erase("background.vq"); }) ==
        "background.vq: tensor is missing");
  CHECK(complaint([](Safetensors& file) {
          file.tensors["background.vq"] = {{2}, {0.5F, 0.5F}};
        }).find("background.vq: tensor has shape") == 0);
  CHECK(complaint([](Safetensors& file) {
          file.tensors["background.vq"].values[0] = -0.5F;
        }).find("background.vq: a share is negative") == 0);
  CHECK(complaint([](Safetensors& file) {
          file.tensors["background.vq"].values[0] = 0.75F;
        }).find("background.vq: the shares do not add up") == 0);
  CHECK(complaint([](Safetensors& file) { file.tensors["substitution.vq"].dtype = DType::f32; }) ==
        "substitution.vq: dtype is not I8");
  CHECK(complaint([](Safetensors& file) { file.tensors["substitution.vq"].shape = {9}; }) ==
        "substitution.vq: not a square matrix");
  CHECK(complaint([](Safetensors& file) {
          file.tensors["substitution.vq"] = {{}, {3}, DType::i8};
        }) == "substitution.vq: not a square matrix");
  CHECK(complaint([](Safetensors& file) {
          file.tensors["substitution.vq"] = {{1, 1}, {3}, DType::i8};
        }).find("substitution.vq: vocabulary is 1, outside 2 .. 4096") == 0);
  CHECK(complaint([](Safetensors& file) { file.tensors["substitution.vq"].values[5] = 9; }) ==
        "substitution.vq: scores are not symmetric: those of 1 and 2 differ");
}

TEST_CASE_FIXTURE(File,
                  "strings of chance survive the model file, and are no part of its identity") {
  Safetensors file;
  store(two_tables(), file);
  const std::uint64_t identity = file.identity();
  const ChanceStrings strings{{"vq", {0, 511, 65535, 7}}, {"pairalign", {}}};
  store(strings, file);
  file.save(path);
  CHECK(file.identity() == identity);
  CHECK(SafetensorsFile(path).identity() == identity);
  CHECK(load_chance_strings(SafetensorsFile(path)) == strings);
  CHECK(read_substitutions(path).chance == strings);
  CHECK(Safetensors::load(path).tensors["chance.vq"].values ==
        std::vector<float>{0, 511, 65535, 7});
  file.tensors["chance.vq"] = {{1}, {7}};
  file.save(path);
  CHECK_THROWS_WITH_AS(load_chance_strings(SafetensorsFile(path)), "chance.vq: dtype is not U16",
                       Error);
  file.tensors["chance.vq"] = {{1, 1}, {7}, DType::u16};
  file.save(path);
  CHECK_THROWS_WITH_AS(load_chance_strings(SafetensorsFile(path)), "chance.vq: not one-dimensional",
                       Error);
}
