// examples/live/live.c is the test that C compiles and links it: tests/install/run.sh.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "model/model.hpp"
#include "model/tokenizer.hpp"
#include "pairalign/pairalign.h"
#include "untrained_model.hpp"

using namespace pairalign;
using namespace pairalign::model;

namespace {

// An untrained model in a file of its own.
struct ModelFile {
  ModelFile()
      : path(std::filesystem::temp_directory_path() /
             ("pairalign-" + std::to_string(::getpid()) + ".safetensors")) {
    test::untrained_model().save(path);
  }
  ~ModelFile() { std::filesystem::remove(path); }
  std::string path;
};

void take_all(pairalign_tokenizer* tokenizer, std::vector<pairalign_token>& tokens) {
  pairalign_token some[3];
  while (const std::size_t count = pairalign_take(tokenizer, some, 3))
    tokens.insert(tokens.end(), some, some + count);
}

// Tokens of `signal`, pushed `step` samples at a time and taken as they come.
std::vector<pairalign_token> tokenize(pairalign_tokenizer* tokenizer,
                                      const std::vector<float>& signal, std::size_t step) {
  std::vector<pairalign_token> tokens;
  for (std::size_t i = 0; i < signal.size(); i += step) {
    const std::size_t count = std::min(step, signal.size() - i);
    REQUIRE(pairalign_push(tokenizer, signal.data() + i, count) == 0);
    take_all(tokenizer, tokens);
  }
  REQUIRE(pairalign_finish(tokenizer) == 0);
  take_all(tokenizer, tokens);
  return tokens;
}

}  // namespace

TEST_CASE(
    "tokens through the C interface are those of the C++ one, for recording after recording") {
  const ModelFile file;
  const std::vector<float> signal = self_test_signal();
  pairalign_model* model = pairalign_open(file.path.c_str());
  REQUIRE(model != nullptr);
  const Model same = Model::load(file.path);
  for (const std::string kind : {"vq", "dpvq", "frames"}) {
    for (const bool live : {false, true}) {
      CAPTURE(kind);
      CAPTURE(live);
      TokenizerOptions options;
      options.kind = parse_tokenizer_kind(kind);
      Tokenizer expected(same, options);
      expected.begin("");
      expected.push(signal);
      const tokens::Record record = expected.finish().front().records.front();
      REQUIRE(record.tokens.size() > 5);

      pairalign_tokenizer* tokenizer = pairalign_tokenizer_new(model, kind.c_str(), live);
      REQUIRE(tokenizer != nullptr);
      CHECK(std::string(pairalign_header(tokenizer)) ==
            "#pairalign 1 model=" + same.id() + " tokenizer=" + kind + " vocab=32\n");
      for (const std::size_t step : {std::size_t{777}, signal.size()}) {
        const std::vector<pairalign_token> tokens = tokenize(tokenizer, signal, step);
        REQUIRE(tokens.size() == record.tokens.size());
        for (std::size_t i = 0; i < tokens.size(); ++i) {
          CHECK(tokens[i].token == record.tokens[i]);
          CHECK(tokens[i].start_ms == record.starts_ms[i]);
        }
      }
      pairalign_tokenizer_free(tokenizer);
    }
  }
  pairalign_close(model);
}

TEST_CASE("a recording without samples has no tokens, and what was not taken of the last is gone") {
  const ModelFile file;
  pairalign_model* model = pairalign_open(file.path.c_str());
  pairalign_tokenizer* tokenizer = pairalign_tokenizer_new(model, nullptr, 0);
  const std::vector<float> signal = self_test_signal();
  REQUIRE(pairalign_push(tokenizer, signal.data(), signal.size()) == 0);
  REQUIRE(pairalign_finish(tokenizer) == 0);
  REQUIRE(pairalign_finish(tokenizer) == 0);
  pairalign_token token;
  CHECK(pairalign_take(tokenizer, &token, 1) == 0);
  pairalign_tokenizer_free(tokenizer);
  pairalign_close(model);
}

TEST_CASE("what fails says why") {
  CHECK(pairalign_open("/no/such/model") == nullptr);
  CHECK(std::string(pairalign_error()).find("/no/such/model: ") == 0);
  pairalign_close(nullptr);
  pairalign_tokenizer_free(nullptr);

  const ModelFile file;
  pairalign_model* model = pairalign_open(file.path.c_str());
  CHECK(pairalign_tokenizer_new(model, "phonemes", 0) == nullptr);
  CHECK(std::string(pairalign_error()).find("dpvq") != std::string::npos);
  CHECK(pairalign_tokenizer_new(model, "pairalign", 0) == nullptr);  // it has no decoder
  CHECK(std::string(pairalign_error()).find("decoder") != std::string::npos);
  pairalign_close(model);
}
