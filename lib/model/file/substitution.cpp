#include "model/file/substitution.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json.hpp"

namespace pairalign::model {
namespace {

constexpr const char* kScoresPrefix = "substitution.";
constexpr const char* kBackgroundPrefix = "background.";
constexpr double kShareTolerance = 1e-3;  // of the sum of all shares: rounding moves it off 1

void check_symmetric(const Substitution& table, const std::string& name) {
  const auto n = static_cast<std::size_t>(table.vocabulary);
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (table.scores[a * n + b] != table.scores[b * n + a]) {
        throw Error(name, fmt::format("scores are not symmetric: those of {} and {} differ", b, a));
      }
    }
  }
}

void check_shares(const std::vector<float>& shares, const std::string& name) {
  double sum = 0;
  for (const float share : shares) {
    if (!(share >= 0)) throw Error(name, "a share is negative or not a number");
    sum += share;
  }
  if (!(std::abs(sum - 1) < kShareTolerance)) throw Error(name, "the shares do not add up to 1");
}

Substitution load_table(const SafetensorsFile& file, const std::string& tokenizer) {
  const std::string name = kScoresPrefix + tokenizer;
  const StoredTensor& scores = file.tensors().at(name);
  if (scores.dtype != DType::i8) throw Error(name, "dtype is not I8");
  Substitution table;
  table.vocabulary = scores.shape.empty() ? 0 : scores.shape[0];
  const int n = table.vocabulary;
  if (scores.shape != std::vector<int>{n, n}) throw Error(name, "not a square matrix");
  try {
    check_range("vocabulary", n, 2, Substitution::kLargestVocabulary);
  } catch (const Error& error) {
    throw Error(name, error.reason());
  }
  table.scores.resize(scores.size);
  scores.read(0, scores.size, table.scores.data());
  table.background = file.at(kBackgroundPrefix + tokenizer, {n}).values();
  check_symmetric(table, name);
  check_shares(table.background, kBackgroundPrefix + tokenizer);
  return table;
}

}  // namespace

void store(const SubstitutionTables& tables, Safetensors& file) {
  for (const auto& [tokenizer, table] : tables) {
    const int n = table.vocabulary;
    file.tensors[kScoresPrefix + tokenizer] = {
        {n, n}, {table.scores.begin(), table.scores.end()}, DType::i8};
    file.tensors[kBackgroundPrefix + tokenizer] = {{n}, table.background};
  }
}

void store(const ChanceStrings& strings, Safetensors& file) {
  for (const auto& [tokenizer, tokens] : strings) {
    file.tensors[kChancePrefix + tokenizer] = {
        {static_cast<int>(tokens.size())}, {tokens.begin(), tokens.end()}, DType::u16};
  }
}

SubstitutionTables load_substitutions(const SafetensorsFile& file, const std::string& only) {
  SubstitutionTables tables;
  for (const std::string& tokenizer : file.names_after(kScoresPrefix)) {
    if (only.empty() || tokenizer == only) tables[tokenizer] = load_table(file, tokenizer);
  }
  return tables;
}

ChanceStrings load_chance_strings(const SafetensorsFile& file, const std::string& only) {
  ChanceStrings strings;
  for (const std::string& tokenizer : file.names_after(kChancePrefix)) {
    if (!only.empty() && tokenizer != only) continue;
    const std::string name = kChancePrefix + tokenizer;
    const StoredTensor& tensor = file.tensors().at(name);
    if (tensor.dtype != DType::u16) throw Error(name, "dtype is not U16");
    if (tensor.shape.size() != 1) throw Error(name, "not one-dimensional");
    strings[tokenizer].resize(tensor.size);
    tensor.read(0, tensor.size, strings[tokenizer].data());
  }
  return strings;
}

ModelSubstitutions read_substitutions(const std::string& path, const std::string& only,
                                      bool with_tables) {
  const SafetensorsFile file(path);
  try {
    const auto found = file.metadata().find(kConfigKey);
    const bool configured = found != file.metadata().end();
    return {identity_of(file.identity(),
                        configured ? parse_json<nlohmann::json>(found->second) : nlohmann::json()),
            with_tables ? load_substitutions(file, only) : SubstitutionTables(),
            load_chance_strings(file, only)};
  } catch (const nlohmann::json::exception& error) {
    throw Error(path, "malformed model configuration: " + json_fault(error));
  } catch (const Error& error) {
    throw Error(path, error.what());
  }
}

}  // namespace pairalign::model
