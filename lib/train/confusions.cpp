#include "train/confusions.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

#include "align/alignment.hpp"
#include "align/soft_cost.hpp"
#include "base/error.hpp"
#include "train/crop_plan.hpp"
#include "train/frame_matching.hpp"
#include "train/frame_tokens.hpp"

namespace pairalign::train {
namespace {

constexpr std::uint64_t kSeed = 0x636f6e667573;  // unlike any training seed a user may choose
constexpr int kMaxCrops = 3000;
// Passes over a small corpus, in crops and in pairs: more would only repeat the same audio.
constexpr double kPasses = 8;

constexpr int kMaxPairs = 10000;  // natural pairs: their confusions are more varied

constexpr std::size_t kCropsAtOnce = 64;  // between two reports

// Weight of `weigh_by_constancy`. On the development set of speech, 0, .5 and 1 give a MAP of .263,
// .271 and .273 for words by other speakers, .795, .808 and .809 for sentences in another language,
// .241, .276 and .312 for typed queries, .804, .803 and .796 for words over the telephone.
constexpr double kConstancyWeight = 0.5;

using model::kNoToken;

// Tokens of the same moment in a clean crop and in one of its views.
struct TokenPair {
  int clean, heard;
};
using TokenPairs = std::map<std::string, std::vector<TokenPair>>;  // by tokenizer
using Counts = std::map<std::string, ConfusionCounts>;             // likewise

// What two renderings of the same speech give.
struct Found {
  TokenPairs tokens;
  std::map<std::string, StringPair> strings;  // by tokenizer; of natural pairs only
};

// The tokens of a crop and its views.
Found pair_tokens(const Recipe& recipe, const FeatureMaker& features, const CropPlan& crop,
                  double penalty, FrameTokenizer& tokenizer) {
  tokenizer.read(features.clean(crop));
  const auto clean = tokenizer.by_tokenizer(penalty);
  const int clean_frames = tokenizer.frames();
  Found found;
  for (const ViewPlan& view : crop.views) {
    tokenizer.read(features.view(crop, view));
    const std::vector<int> matches =
        match_frames(recipe.features, crop, view, tokenizer.frames(), clean_frames);
    for (const auto& [name, tokens] : tokenizer.by_tokenizer(penalty)) {
      for (std::size_t j = 0; j < tokens.size(); ++j) {
        const TokenPair pair{clean.at(name)[static_cast<std::size_t>(matches[j])], tokens[j]};
        if (pair.clean != kNoToken && pair.heard != kNoToken) found.tokens[name].push_back(pair);
      }
    }
  }
  return found;
}

// The tokens of two crops that hold a natural pair, inside its spans.
Found pair_spans(const Recipe& recipe, const FeatureMaker& features, const CropPlan* crops,
                 double penalty, FrameTokenizer& tokenizer) {
  std::map<std::string, FrameTokens> tokens;
  std::vector<float> embeddings;
  std::vector<int> crop_frames;
  for (int c = 0; c < 2; ++c) {
    tokenizer.read(features.clean(crops[c]));
    for (const auto& [name, frames] : tokenizer.by_tokenizer(penalty))
      tokens[name].insert(tokens[name].end(), frames.begin(), frames.end());
    const std::vector<float>& rows = tokenizer.embeddings();
    embeddings.insert(embeddings.end(), rows.begin(), rows.end());
    crop_frames.push_back(tokenizer.frames());
  }
  const std::vector<int> partners = crossed_rows(recipe.features, {crops, crops + 2}, crop_frames,
                                                 embeddings.data(), recipe.encoder.dimension);
  Found pair;
  for (std::size_t j = 0; j < partners.size(); ++j) {
    const auto partner = static_cast<std::size_t>(partners[j]);
    if (partner == j) continue;
    const bool in_first = j < static_cast<std::size_t>(crop_frames[0]);
    for (const auto& [name, frames] : tokens) {
      if (frames[j] == kNoToken) continue;
      StringPair& strings = pair.strings[name];
      std::vector<tokens::Token>& string = in_first ? strings.first : strings.second;
      const auto token = static_cast<tokens::Token>(frames[j]);
      if (string.empty() || string.back() != token) string.push_back(token);
      if (frames[partner] != kNoToken) pair.tokens[name].push_back({frames[partner], frames[j]});
    }
  }
  return pair;
}

// The penalty of dpvq for the token rate that pairalign is trained for.
double penalty_of(const model::Model& model, const Recipe& recipe) {
  const std::vector<model::RatePoint>& curve = model.info().rate_curve;
  if (curve.empty()) throw Error("", "confusions are counted once the rate curve is measured");
  return model::control_for_rate(
      curve, std::clamp(recipe.fixed_teacher.target_rate, curve.back().tokens_per_second,
                        curve.front().tokens_per_second));
}

std::vector<CropPlan> plan_crops(const Recipe& recipe, const PcmStore& store) {
  CropConfig config = recipe.geometric;
  config.crops = static_cast<int>(
      std::clamp<double>(std::ceil(kPasses * store.seconds() / config.crop_seconds), 1, kMaxCrops));
  return plan_step(config, recipe.views, kSeed, store, 0);
}

// Crops of natural pairs, two by two.
std::vector<CropPlan> plan_pairs(const Recipe& recipe, const PcmStore& store,
                                 const NaturalPairs& pairs) {
  CropConfig config = recipe.geometric;
  // With few spans, no more than kPasses pairs per span.
  const double draws = std::min<double>(kMaxPairs, kPasses * static_cast<double>(pairs.spans()));
  config.crops = 2 * static_cast<int>(draws);
  config.views = 0;
  config.pair_share = 1;
  config.teacher_warp = 0;
  return plan_step(config, recipe.views, kSeed, store, 1, &pairs);
}

void add_pairs(const TokenPairs& pairs, int vocabulary, Counts& counts) {
  for (const auto& [name, token_pairs] : pairs) {
    ConfusionCounts& sum = counts.try_emplace(name, vocabulary).first->second;
    for (const TokenPair& pair : token_pairs)
      sum.add(static_cast<tokens::Token>(pair.clean), static_cast<tokens::Token>(pair.heard));
  }
}

}  // namespace

ConfusionCounts::ConfusionCounts(int vocabulary)
    : vocabulary_(vocabulary),
      counts_(static_cast<std::size_t>(vocabulary) * static_cast<std::size_t>(vocabulary)) {}

void ConfusionCounts::add(tokens::Token clean, tokens::Token heard, double weight) {
  if (clean >= vocabulary_ || heard >= vocabulary_) throw Error("", "token beyond the vocabulary");
  counts_[clean * static_cast<std::size_t>(vocabulary_) + heard] += weight;
}

double ConfusionCounts::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), 0.0);
}

double ConfusionCounts::count(int clean, int heard) const {
  return counts_[static_cast<std::size_t>(clean) * static_cast<std::size_t>(vocabulary_) +
                 static_cast<std::size_t>(heard)];
}

ConfusionCounts mix(const ConfusionCounts& a, const ConfusionCounts& b, double share) {
  const double a_total = a.total(), b_total = b.total();
  if (b_total == 0) return a;
  ConfusionCounts result(a.vocabulary());
  for (int x = 0; x < a.vocabulary(); ++x) {
    for (int y = 0; y < a.vocabulary(); ++y) {
      const double count = (1 - share) * a.count(x, y) + share * b.count(x, y) * a_total / b_total;
      result.add(static_cast<tokens::Token>(x), static_cast<tokens::Token>(y), count);
    }
  }
  return result;
}

model::Substitution to_substitution(const ConfusionCounts& counts,
                                    const SubstitutionConfig& config) {
  const int n = counts.vocabulary();
  const auto pair_count = [&](int a, int b) {
    return (counts.count(a, b) + counts.count(b, a)) / 2 + (a == b ? config.own_count : 0);
  };
  std::vector<double> token_counts;
  double total = 0;
  for (int a = 0; a < n; ++a) {
    double sum = 0;
    for (int b = 0; b < n; ++b)
      sum += pair_count(a, b);
    token_counts.push_back(sum);
    total += sum;
  }
  model::Substitution table;
  table.vocabulary = n;
  for (int a = 0; a < n; ++a) {
    const double count_a = token_counts[static_cast<std::size_t>(a)];
    for (int b = 0; b < n; ++b) {
      const double by_chance = count_a * token_counts[static_cast<std::size_t>(b)] / total;
      const double odds = (1 - config.chance) * pair_count(a, b) / by_chance + config.chance;
      const double bits = std::min(std::log2(odds), config.highest_bits);
      table.scores.push_back(
          static_cast<std::int8_t>(std::lround(bits * model::Substitution::kScoresPerBit)));
    }
    table.background.push_back(static_cast<float>(count_a / total));
  }
  return table;
}

void weigh_by_constancy(const std::vector<StringPair>& pairs, double weight,
                        model::Substitution& table) {
  const auto n = static_cast<std::size_t>(table.vocabulary);
  const align::SoftCost cost(table.vocabulary, table.scores);
  std::vector<double> seen(n), alone(n);
  for (const auto& [a, b] : pairs) {
    auto from_a = a.begin();
    auto from_b = b.begin();
    for (const char edit : align::edit_script(cost, a, b)) {
      if (edit != 'D') {
        ++seen[*from_a];
        alone[*from_a++] += edit == 'I';
      }
      if (edit != 'I') {
        ++seen[*from_b];
        alone[*from_b++] += edit == 'D';
      }
    }
  }
  const double all_alone = std::accumulate(alone.begin(), alone.end(), 0.0);
  if (all_alone == 0) return;
  const double usual = all_alone / std::accumulate(seen.begin(), seen.end(), 0.0);
  constexpr double kUsual = 5;  // pseudo-count of unaligned occurrences, at the overall rate
  std::vector<double> bits;
  for (std::size_t t = 0; t < n; ++t) {
    const double share = (alone[t] + kUsual) / (seen[t] + kUsual / usual);
    bits.push_back(-weight * std::log2(share / usual));
  }
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) {
      std::int8_t& score = table.scores[a * n + b];
      const auto steps = std::lround((bits[a] + bits[b]) * model::Substitution::kScoresPerBit);
      score = static_cast<std::int8_t>(std::clamp<long>(score + steps, -128, 127));
    }
  }
}

model::SubstitutionTables measure_substitutions(const model::Model& model, const Recipe& recipe,
                                                const PcmStore& store, const NoiseBank& noise,
                                                const NaturalPairs& pairs, ThreadPool& pool,
                                                const CropReport& report) {
  if (model.vocabulary() > model::Substitution::kLargestVocabulary) return {};
  const double penalty = penalty_of(model, recipe);
  const FeatureMaker features(recipe, store, noise);
  const std::vector<CropPlan> crops = plan_crops(recipe, store);
  std::vector<CropPlan> paired;
  if (!pairs.empty() && recipe.pairs.table_share > 0) paired = plan_pairs(recipe, store, pairs);
  Counts degraded, natural;
  std::map<std::string, std::vector<StringPair>> strings;
  const std::size_t all = crops.size() + paired.size() / 2;
  for (std::size_t first = 0; first < all; first += kCropsAtOnce) {
    std::vector<Found> found(std::min(kCropsAtOnce, all - first));
    pool.parallel_for(found.size(), [&](std::size_t i) {
      FrameTokenizer tokenizer(model);
      const std::size_t at = first + i;
      found[i] = at < crops.size() ? pair_tokens(recipe, features, crops[at], penalty, tokenizer)
                                   : pair_spans(recipe, features, &paired[2 * (at - crops.size())],
                                                penalty, tokenizer);
    });
    for (std::size_t i = 0; i < found.size(); ++i) {
      add_pairs(found[i].tokens, model.vocabulary(), first + i < crops.size() ? degraded : natural);
      for (auto& [name, pair] : found[i].strings)
        strings[name].push_back(std::move(pair));
    }
    if (report) report(first + found.size(), all);
  }
  model::SubstitutionTables tables;
  for (auto& [name, counts] : degraded) {
    const auto other = natural.find(name);
    if (other != natural.end()) counts = mix(counts, other->second, recipe.pairs.table_share);
    tables[name] = to_substitution(counts);
    weigh_by_constancy(strings[name], kConstancyWeight, tables[name]);
  }
  return tables;
}

}  // namespace pairalign::train
