#include "train/validation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "align/unit_cost.hpp"
#include "train/crop_plan.hpp"
#include "train/frame_matching.hpp"
#include "train/frame_tokens.hpp"

namespace pairalign::train {
namespace {

using String = std::vector<tokens::Token>;

constexpr int kCrops = 96;
constexpr std::uint64_t kSeed = 0x76616c6964;  // unlike any training seed a user may choose
constexpr double kHighestPenalty = 4;          // of dpvq: above it, a string is one token
constexpr int kBisections = 12;

// A piece of a recording, clean or degraded.
struct Sound {
  std::vector<float> scores;  // (frames, codes)
  String decoded;             // empty without a decoder
  bool capped = false;
};

struct Piece {
  Sound clean, view;
  double seconds = 0;
  FrameTokens context_codes;        // of the clean crop around it
  double agreed = 0, compared = 0;  // frames of the view, with the code of that moment in the crop
};

Sound read_sound(const model::Model& model, const std::vector<float>& features,
                 FrameTokenizer& tokenizer) {
  tokenizer.read(features);
  Sound sound;
  sound.scores.assign(tokenizer.scores().begin(), tokenizer.scores().end());
  if (model.decoder() != nullptr)
    sound.decoded = merge_frames(tokenizer.pairalign({}, &sound.capped));
  return sound;
}

std::vector<Piece> read_pieces(const model::Model& model, const Recipe& recipe,
                               const PcmStore& store, const NoiseBank& noise, ThreadPool& pool) {
  CropConfig config;
  config.crops = kCrops;
  config.views = 1;
  const std::vector<CropPlan> crops = plan_step(config, recipe.views, kSeed, store, 0);
  const FeatureMaker features(recipe, store, noise);
  std::vector<Piece> pieces(crops.size());
  pool.parallel_for(crops.size(), [&](std::size_t i) {
    const CropPlan& crop = crops[i];
    const ViewPlan& view = crop.views[0];
    FrameTokenizer tokenizer(model);
    Piece& piece = pieces[i];
    piece.seconds = static_cast<double>(view.samples) / audio::kSampleRate;
    piece.clean = read_sound(model, features.original(crop, view), tokenizer);
    tokenizer.read(features.clean(crop));
    piece.context_codes = tokenizer.vq();
    piece.view = read_sound(model, features.view(crop, view), tokenizer);
    const FrameTokens degraded = tokenizer.vq();
    const std::vector<int> matches =
        match_frames(recipe.features, crop, view, static_cast<int>(degraded.size()),
                     static_cast<int>(piece.context_codes.size()));
    for (std::size_t j = 0; j < degraded.size(); ++j)
      piece.agreed += degraded[j] == piece.context_codes[static_cast<std::size_t>(matches[j])];
    piece.compared = static_cast<double>(degraded.size());
  });
  return pieces;
}

String segment(model::Segmenter&& segmenter, const std::vector<float>& scores, int codes) {
  return merge_frames(segment_frames(std::move(segmenter), scores, codes));
}

template <class MakeString>
StringReport measure(const std::vector<Piece>& pieces, int codes, ThreadPool& pool,
                     MakeString make_string) {
  StringPairs pairs;
  pairs.clean.resize(pieces.size());
  pairs.views.resize(pieces.size());
  pool.parallel_for(pieces.size(), [&](std::size_t i) {
    pairs.clean[i] = make_string(pieces[i].clean);
    pairs.views[i] = make_string(pieces[i].view);
  });
  for (const Piece& piece : pieces) {
    pairs.clean_seconds += piece.seconds;
    pairs.capped += piece.clean.capped + piece.view.capped;
  }
  return measure_strings(pairs, codes, pool);
}

// The penalty that gives the clean pieces `rate` tokens per second: the rate falls as it rises.
double penalty_for_rate(const std::vector<Piece>& pieces, int codes, double rate,
                        ThreadPool& pool) {
  std::vector<std::size_t> counts(pieces.size());
  double low = 0, high = kHighestPenalty;
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (low + high) / 2;
    pool.parallel_for(pieces.size(), [&](std::size_t p) {
      model::DurationPenalisedSegmenter segmenter(codes, middle);
      counts[p] = segment(std::move(segmenter), pieces[p].clean.scores, codes).size();
    });
    double tokens = 0, seconds = 0;
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      tokens += static_cast<double>(counts[p]);
      seconds += pieces[p].seconds;
    }
    (tokens > rate * seconds ? low : high) = middle;
  }
  return (low + high) / 2;
}

ValidationReport compare_frames(const std::vector<Piece>& pieces, int codes) {
  ValidationReport report;
  std::vector<double> counts(static_cast<std::size_t>(codes));
  double agreed = 0, compared = 0;
  for (const Piece& piece : pieces) {
    agreed += piece.agreed;
    compared += piece.compared;
    for (const int code : piece.context_codes)
      ++counts[static_cast<std::size_t>(code)];
  }
  report.agreement = compared > 0 ? agreed / compared : 0;
  report.perplexity = perplexity(counts);
  report.codes_used = codes_in_use(counts);
  return report;
}

double normalised_distance(const String& a, const String& b) {
  const std::size_t longer = std::max(a.size(), b.size());
  if (longer == 0) return 0;
  return static_cast<double>(align::edit_distance(a, b)) / static_cast<double>(longer);
}

struct PairResult {
  double similarity = 0, reciprocal_rank = 0;
};

PairResult measure_pair(const StringPairs& pairs, std::size_t i) {
  const double own = normalised_distance(pairs.views[i], pairs.clean[i]);
  int rank = 1;
  for (std::size_t j = 0; j < pairs.clean.size(); ++j) {
    if (j == i) continue;
    const double other = normalised_distance(pairs.views[i], pairs.clean[j]);
    rank += other < own || (other == own && j < i);
  }
  return {1 - own, 1.0 / rank};
}

}  // namespace

bool collapsed(const std::vector<tokens::Token>& string) {
  const std::set<tokens::Token> different(string.begin(), string.end());
  return !string.empty() && static_cast<double>(different.size()) <=
                                kCollapsedRatio * static_cast<double>(string.size());
}

StringReport measure_strings(const StringPairs& pairs, int codes, ThreadPool& pool) {
  StringReport report;
  const std::size_t count = pairs.clean.size();
  if (count == 0) return report;
  std::vector<PairResult> results(count);
  pool.parallel_for(count, [&](std::size_t i) { results[i] = measure_pair(pairs, i); });

  std::vector<bool> used(static_cast<std::size_t>(codes));
  double tokens = 0, collapsed_strings = 0;
  for (std::size_t i = 0; i < count; ++i) {
    report.edit_similarity += results[i].similarity / static_cast<double>(count);
    report.reciprocal_rank += results[i].reciprocal_rank / static_cast<double>(count);
    tokens += static_cast<double>(pairs.clean[i].size());
    collapsed_strings += collapsed(pairs.clean[i]) + collapsed(pairs.views[i]);
    for (const tokens::Token token : pairs.clean[i])
      used[token] = true;
  }
  const double strings = 2 * static_cast<double>(count);
  report.tokens_per_second = tokens / pairs.clean_seconds;
  report.collapsed = collapsed_strings / strings;
  report.capped = pairs.capped / strings;
  report.codes_used = static_cast<int>(std::count(used.begin(), used.end(), true));
  return report;
}

int codes_in_use(const std::vector<double>& counts) {
  return static_cast<int>(
      std::count_if(counts.begin(), counts.end(), [](double n) { return n > 0; }));
}

double perplexity(const std::vector<double>& counts) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  double sum = 0;
  for (const double count : counts) {
    const double p = count / total;
    if (count > 0) sum -= p * std::log(p);
  }
  return total == 0 ? 0 : std::exp(sum);
}

ValidationReport validate(const model::Model& model, const Recipe& recipe, const PcmStore& store,
                          const NoiseBank& noise, ThreadPool& pool) {
  const int codes = model.vocabulary();
  const std::vector<Piece> pieces = read_pieces(model, recipe, store, noise, pool);
  ValidationReport report = compare_frames(pieces, codes);

  const auto measure_segments = [&](auto make_segmenter) {
    return measure(pieces, codes, pool, [&](const Sound& sound) {
      return segment(make_segmenter(), sound.scores, codes);
    });
  };
  const StringReport vq = measure_segments([&] { return model::NearestCodeSegmenter(codes); });
  report.tokenizers.push_back({"vq", vq});
  StringReport decoded;
  double rate = recipe.fixed_teacher.target_rate;
  if (model.decoder() != nullptr) {
    decoded = measure(pieces, codes, pool, [](const Sound& sound) { return sound.decoded; });
    rate = decoded.tokens_per_second;
  }
  const double penalty = penalty_for_rate(pieces, codes, rate, pool);
  report.tokenizers.push_back({"dpvq", measure_segments([&] {
                                 return model::DurationPenalisedSegmenter(codes, penalty);
                               })});
  if (model.decoder() != nullptr) report.tokenizers.push_back({"pairalign", decoded});
  return report;
}

}  // namespace pairalign::train
