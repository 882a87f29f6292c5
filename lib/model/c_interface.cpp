// The C interface: include/pairalign/pairalign.h documents each function.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "model/model.hpp"
#include "model/tokenizer.hpp"
#include "pairalign/pairalign.h"
#include "tokens/writer.hpp"

using namespace pairalign;

static_assert(PAIRALIGN_SAMPLE_RATE == audio::kSampleRate);

struct pairalign_model {
  model::Model model;
};

struct pairalign_tokenizer {
  model::Tokenizer tokenizer;
  std::string header;
  std::vector<pairalign_token> settled;  ///< of the current recording, or of the last one
  std::size_t taken = 0;                 ///< how many of them have been taken
  bool begun = false;
};

namespace {

thread_local char last_error[1024];  // fixed size, as an allocation may be what failed

// Returns what `work` returns, or `failed` if it throws.
template <typename Result, typename Work>
Result guarded(Result failed, const Work& work) noexcept {
  try {
    return work();
  } catch (const std::exception& error) {
    std::snprintf(last_error, sizeof last_error, "%s", error.what());
  } catch (...) {
    std::snprintf(last_error, sizeof last_error, "unknown error");
  }
  return failed;
}

// Runs `work` on the current recording, beginning one if there is none and abandoning it on
// failure.
template <typename Work>
int on_recording(pairalign_tokenizer* t, const Work& work) noexcept {
  const int status = guarded(-1, [&] {
    if (!t->begun) {
      t->tokenizer.begin("");
      t->settled.clear();
      t->taken = 0;
      t->begun = true;
    }
    work();
    return 0;
  });
  if (status != 0) t->begun = false;
  return status;
}

}  // namespace

const char* pairalign_error(void) {
  return last_error;
}

pairalign_model* pairalign_open(const char* path) {
  return guarded<pairalign_model*>(nullptr,
                                   [&] { return new pairalign_model{model::Model::load(path)}; });
}

void pairalign_close(pairalign_model* model) {
  delete model;
}

pairalign_tokenizer* pairalign_tokenizer_new(const pairalign_model* model, const char* kind,
                                             int live) {
  return guarded<pairalign_tokenizer*>(nullptr, [&] {
    model::TokenizerOptions options;
    options.kind = kind != nullptr ? model::parse_tokenizer_kind(kind) : default_kind(model->model);
    options.live = live != 0;
    model::Tokenizer tokenizer(model->model, options);
    std::string header = tokens::RecordStream(tokens::OutputFormat::tsv).header(tokenizer.header());
    return new pairalign_tokenizer{std::move(tokenizer), std::move(header), {}, 0, false};
  });
}

void pairalign_tokenizer_free(pairalign_tokenizer* tokenizer) {
  delete tokenizer;
}

const char* pairalign_header(const pairalign_tokenizer* tokenizer) {
  return tokenizer->header.c_str();
}

int pairalign_push(pairalign_tokenizer* tokenizer, const float* samples, std::size_t count) {
  return on_recording(tokenizer, [&] {
    for (const model::LiveToken& token : tokenizer->tokenizer.push({samples, count}))
      tokenizer->settled.push_back({token.token, token.start_ms});
  });
}

int pairalign_finish(pairalign_tokenizer* tokenizer) {
  return on_recording(tokenizer, [&] {
    const auto recordings = tokenizer->tokenizer.finish();
    const tokens::Record& record = recordings.front().records.front();
    for (std::size_t i = tokenizer->settled.size(); i < record.tokens.size(); ++i)
      tokenizer->settled.push_back({record.tokens[i], record.starts_ms[i]});
    tokenizer->begun = false;
  });
}

std::size_t pairalign_take(pairalign_tokenizer* tokenizer, pairalign_token* tokens,
                           std::size_t capacity) {
  const std::size_t count = std::min(capacity, tokenizer->settled.size() - tokenizer->taken);
  std::copy_n(tokenizer->settled.data() + tokenizer->taken, count, tokens);
  tokenizer->taken += count;
  return count;
}
