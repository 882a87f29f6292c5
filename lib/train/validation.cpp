#include "train/validation.hpp"

#include <algorithm>
#include <cmath>

#include "train/crop_plan.hpp"
#include "train/frame_matching.hpp"
#include "train/frame_tokens.hpp"

namespace pairalign::train {
namespace {

using String = std::vector<tokens::Token>;

constexpr int kCrops = 96;
constexpr std::uint64_t kSeed = 0x76616c6964;  // unlike any training seed a user may choose
constexpr std::size_t kDecodedTogether = 16;   // pieces: enough rows for fast products
constexpr double kHighestPenalty = 4;          // of dpvq: above it, a string is one token
constexpr int kBisections = 12;

// A piece of a recording, clean and degraded.
struct Piece {
  std::vector<float> clean, view;                // features
  std::vector<float> clean_scores, view_scores;  // (frames, codes)
  double seconds = 0;
  std::vector<int> context_codes;  // of the clean crop around it
  std::int64_t agreed = 0, compared = 0;
};

// Counts the frames of the view that have the code of the same moment in the clean crop.
void match_codes(const Recipe& recipe, const CropPlan& crop, int codes, Piece& piece) {
  const FrameTokens degraded =
      segment_frames(model::NearestCodeSegmenter(codes), piece.view_scores, codes);
  const std::vector<int> matches =
      match_frames(recipe.features, crop, crop.views[0], static_cast<int>(degraded.size()),
                   static_cast<int>(piece.context_codes.size()));
  for (std::size_t j = 0; j < degraded.size(); ++j)
    piece.agreed += degraded[j] == piece.context_codes[static_cast<std::size_t>(matches[j])];
  piece.compared = static_cast<std::int64_t>(degraded.size());
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
    model::FrameScorer scorer(model);
    Piece& piece = pieces[i];
    piece.seconds = static_cast<double>(view.samples) / audio::kSampleRate;
    piece.clean = features.original(crop, view);
    piece.view = features.view(crop, view);
    piece.clean_scores = scorer.score(piece.clean);
    piece.view_scores = scorer.score(piece.view);
    piece.context_codes = scorer.nearest_codes(features.clean(crop));
    match_codes(recipe, crop, model.vocabulary(), piece);
  });
  return pieces;
}

String segment(model::Segmenter&& segmenter, const std::vector<float>& scores, int codes) {
  return merge_frames(segment_frames(std::move(segmenter), scores, codes));
}

StringPairs empty_pairs(const std::vector<Piece>& pieces) {
  StringPairs pairs;
  pairs.clean.resize(pieces.size());
  pairs.views.resize(pieces.size());
  for (const Piece& piece : pieces)
    pairs.clean_seconds += piece.seconds;
  return pairs;
}

template <class MakeSegmenter>
StringPairs segment_pieces(const std::vector<Piece>& pieces, int codes, ThreadPool& pool,
                           MakeSegmenter make_segmenter) {
  StringPairs pairs = empty_pairs(pieces);
  pool.parallel_for(pieces.size(), [&](std::size_t i) {
    pairs.clean[i] = segment(make_segmenter(), pieces[i].clean_scores, codes);
    pairs.views[i] = segment(make_segmenter(), pieces[i].view_scores, codes);
  });
  return pairs;
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
      counts[p] = segment(std::move(segmenter), pieces[p].clean_scores, codes).size();
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

// Decodes the strings of pieces [begin, end) and of their views; returns how many were capped.
int decode_group(const model::Model& model, const std::vector<Piece>& pieces, std::size_t begin,
                 std::size_t end, StringPairs& pairs) {
  const int bands = model.info().encoder.bands;
  std::vector<float> features;
  std::vector<int> lengths;
  std::vector<String*> strings;
  const auto append = [&](const std::vector<float>& piece, String& string) {
    features.insert(features.end(), piece.begin(), piece.end());
    lengths.push_back(static_cast<int>(piece.size()) / bands);
    strings.push_back(&string);
  };
  for (std::size_t i = begin; i < end; ++i) {
    append(pieces[i].clean, pairs.clean[i]);
    append(pieces[i].view, pairs.views[i]);
  }
  model::Encoder::Cache encoder;
  std::vector<float> embeddings;
  const nn::Weights w = model.weights();
  model.encoder().forward(w, features.data(), lengths, model.info().features.silence(), false,
                          embeddings, encoder);
  model::DecoderMemory::Cache memory;
  model.decoder()->memory().forward(w, encoder.final.data(), encoder.lengths, memory);
  std::vector<model::DecodeSequence> sequences;
  int first = 0;
  for (const int frames : encoder.lengths) {
    sequences.push_back({first, frames});
    first += frames;
  }
  int capped = 0;
  const std::vector<model::DecodedString> decoded =
      model::FreeDecoder(*model.decoder(), {}).decode(w, memory, sequences);
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    capped += decoded[i].capped;
    for (const model::DecodedToken& token : model::merge_repeats(decoded[i].tokens))
      strings[i]->push_back(token.token);
  }
  return capped;
}

StringPairs decode_pieces(const model::Model& model, const std::vector<Piece>& pieces,
                          ThreadPool& pool) {
  StringPairs pairs = empty_pairs(pieces);
  std::vector<int> capped((pieces.size() + kDecodedTogether - 1) / kDecodedTogether);
  pool.parallel_for(capped.size(), [&](std::size_t g) {
    const std::size_t begin = g * kDecodedTogether;
    const std::size_t end = std::min(pieces.size(), begin + kDecodedTogether);
    capped[g] = decode_group(model, pieces, begin, end, pairs);
  });
  for (const int count : capped)
    pairs.capped += count;
  return pairs;
}

ValidationReport compare_frames(const std::vector<Piece>& pieces, int codes) {
  ValidationReport report;
  std::vector<std::int64_t> counts(static_cast<std::size_t>(codes));
  double agreed = 0, compared = 0;
  for (const Piece& piece : pieces) {
    agreed += static_cast<double>(piece.agreed);
    compared += static_cast<double>(piece.compared);
    for (const int code : piece.context_codes)
      ++counts[static_cast<std::size_t>(code)];
  }
  report.agreement = compared > 0 ? agreed / compared : 0;
  report.perplexity = perplexity(counts);
  report.codes_used = codes_in_use(counts);
  return report;
}

}  // namespace

int codes_in_use(const std::vector<std::int64_t>& counts) {
  return static_cast<int>(
      std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; }));
}

double perplexity(const std::vector<std::int64_t>& counts) {
  double total = 0, sum = 0;
  for (const std::int64_t count : counts)
    total += static_cast<double>(count);
  if (total == 0) return 0;
  for (const std::int64_t count : counts) {
    const double p = static_cast<double>(count) / total;
    if (count > 0) sum -= p * std::log(p);
  }
  return std::exp(sum);
}

ValidationReport validate(const model::Model& model, const Recipe& recipe, const PcmStore& store,
                          const NoiseBank& noise, ThreadPool& pool) {
  const int codes = model.vocabulary();
  const std::vector<Piece> pieces = read_pieces(model, recipe, store, noise, pool);
  ValidationReport report = compare_frames(pieces, codes);

  const StringPairs vq =
      segment_pieces(pieces, codes, pool, [&] { return model::NearestCodeSegmenter(codes); });
  report.tokenizers.push_back({"vq", measure_strings(vq, codes, pool)});
  StringReport decoded;
  double rate = recipe.fixed_teacher.target_rate;
  if (model.decoder() != nullptr) {
    decoded = measure_strings(decode_pieces(model, pieces, pool), codes, pool);
    rate = decoded.tokens_per_second;
  }
  const double penalty = penalty_for_rate(pieces, codes, rate, pool);
  const StringPairs dpvq = segment_pieces(
      pieces, codes, pool, [&] { return model::DurationPenalisedSegmenter(codes, penalty); });
  report.tokenizers.push_back({"dpvq", measure_strings(dpvq, codes, pool)});
  if (model.decoder() != nullptr) report.tokenizers.push_back({"pairalign", decoded});
  return report;
}

}  // namespace pairalign::train
