// Which tokens stand for one another: log-odds scores of token pairs, kept in the model file.
//
// A score says how much likelier two tokens are as renderings of the same moment of speech than as
// tokens that met by chance, as BLOSUM does for amino acids (Henikoff and Henikoff, 1992):
//   score(a, b) = log2(q(a, b) / (p(a) · p(b)))
// with q the share of the pair among aligned tokens and p the shares of single tokens, less where the
// tokens come and go from speaker to speaker. Above 0 the pair speaks for the same speech, below
// against it. Each tokenizer of a model has a matrix of its
// own, for the same code is confused differently in strings of another rate.
//
// In the file: `substitution.NAME`, I8 (vocabulary, vocabulary), in quarters of a bit, and
// `background.NAME`, F32 (vocabulary), for each tokenizer NAME.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/file/chance_strings.hpp"
#include "model/file/safetensors.hpp"

namespace pairalign::model {

struct Substitution {
  static constexpr int kScoresPerBit = 4;
  /// Larger vocabularies have no matrix: it grows with the square, 16 MB at this one.
  static constexpr int kLargestVocabulary = 4096;

  int vocabulary = 0;
  std::vector<std::int8_t> scores;  ///< (vocabulary, vocabulary), symmetric, kScoresPerBit to a bit
  std::vector<float> background;    ///< (vocabulary), share of each token among all
};

/// By the name of the tokenizer.
using SubstitutionTables = std::map<std::string, Substitution>;

/// Adds the tensors of all tables to `file`.
void store(const SubstitutionTables& tables, Safetensors& file);

/// The tables in `file`, or that of one tokenizer; none where it holds none. Throws Error(tensor,
/// reason): not square, a vocabulary out of range, scores that are not I8 or not symmetric, a
/// background that is missing, of another size or no shares.
SubstitutionTables load_substitutions(const SafetensorsFile& file, const std::string& only = {});

/// What a search needs of a model, read without making the model.
struct ModelSubstitutions {
  std::string model_id;  ///< Model::id of the same file
  SubstitutionTables tables;
  ChanceStrings chance;
};

/// Of all tokenizers or of one, with the tables or without. Throws Error(path, reason), also for
/// what `load_substitutions` and `load_chance_strings` find.
ModelSubstitutions read_substitutions(const std::string& path, const std::string& only = {},
                                      bool with_tables = true);

}  // namespace pairalign::model
