// What a search needs from a model file: substitution scores and background strings.
//
// Substitution scores are log-odds of token pairs.
// A score tells how much likelier two tokens are as renderings of the same moment of speech than as
// a chance pair, as BLOSUM does for amino acids (Henikoff and Henikoff, 1992):
//   score(a, b) = log2(q(a, b) / (p(a) · p(b)))
// with q the share of the pair among aligned tokens and p the shares of single tokens, reduced for
// tokens that another speaker's string often lacks. A score above 0 is evidence for the same
// speech, one below 0 evidence against it. Each tokenizer of a model has its own matrix, because
// the same code is confused differently in strings of another rate.
//
// In the file: `substitution.NAME`, I8 (vocabulary, vocabulary), in quarters of a bit, and
// `background.NAME`, F32 (vocabulary), for each tokenizer NAME.
//
// Background strings of speech: a search compares a query with them to learn how well it matches by
// chance. They ship with the model, so that chance is never estimated from an archive that may
// contain the query.
//
// In the file: `chance.NAME`, U16 (tokens), for each tokenizer NAME: strings of many recordings
// laid end to end. They are not part of the model's identity, as no string depends on them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/file/safetensors.hpp"
#include "tokens/record.hpp"

namespace pairalign::model {

struct Substitution {
  static constexpr int kScoresPerBit = 4;
  /// Larger vocabularies have no matrix: its size grows quadratically, to 16 MB at this one.
  static constexpr int kLargestVocabulary = 4096;

  int vocabulary = 0;
  std::vector<std::int8_t> scores;  ///< (vocabulary, vocabulary), symmetric, kScoresPerBit per bit
  std::vector<float> background;    ///< (vocabulary), share of each token among all
};

// By name of the tokenizer.
using SubstitutionTables = std::map<std::string, Substitution>;
using ChanceStrings = std::map<std::string, std::vector<tokens::Token>>;

/// Adds the tensors of all tokenizers to `file`.
void store(const SubstitutionTables& tables, Safetensors& file);
void store(const ChanceStrings& strings, Safetensors& file);

/// The tables in `file`, of all tokenizers or of one; empty if there are none. Throws Error(tensor,
/// reason): scores that are not square, not I8 or not symmetric, a vocabulary out of range, a
/// background that is missing, of the wrong size or not a distribution.
SubstitutionTables load_substitutions(const SafetensorsFile& file, const std::string& only = {});

/// The strings in `file`, of all tokenizers or of one; empty if there are none. Throws
/// Error(tensor, reason) for a tensor that is not U16 or not one-dimensional.
ChanceStrings load_chance_strings(const SafetensorsFile& file, const std::string& only = {});

/// What a search needs from a model, read without loading all of it.
struct ModelSubstitutions {
  std::string model_id;  ///< Model::id of the same file
  SubstitutionTables tables;
  ChanceStrings chance;
};

/// For all tokenizers or for one, with or without the tables. Throws Error(path, reason), also in
/// the cases in which `load_substitutions` and `load_chance_strings` throw.
ModelSubstitutions read_substitutions(const std::string& path, const std::string& only = {},
                                      bool with_tables = true);

}  // namespace pairalign::model
