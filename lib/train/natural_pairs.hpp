// Natural pairs: spans of two recordings that hold the same content, said twice.
//
// A pair comes from word times (the same word, or run of words, in two recordings) or from a search
// that found one span in another recording. Spans that hold the same content form a type; training
// draws a type, with tempered frequencies, then two spans of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/random.hpp"
#include "train/corpus.hpp"
#include "train/recipe.hpp"

namespace pairalign::train {

/// A span of a training recording, in samples.
struct SpokenSpan {
  std::size_t recording = 0;
  std::int64_t first = 0, samples = 0;
  /// The speaker: two spans of one voice are not a pair.
  std::size_t voice = 0;
};

/// The names by which training recordings are known: the path as given, and the path relative to
/// the folder it was found in, both with and without extension.
class RecordingNames {
 public:
  /// `root`: the argument that led to `path`. Held-out recordings are known but have no index.
  void add(const std::string& path, const std::string& root, std::optional<std::size_t> recording);

  enum class Kind { unknown, ambiguous, held_out, training };
  struct Found {
    Kind kind = Kind::unknown;
    std::size_t recording = 0;  ///< index of a training recording
  };
  Found find(const std::string& name) const;

 private:
  std::unordered_map<std::string, Found> names_;
};

/// Pairs to draw from; immutable, const members may be shared between threads.
class NaturalPairs {
 public:
  struct Pair {
    SpokenSpan a, b;
  };

  bool empty() const { return types_.empty(); }
  std::size_t types() const { return types_.size(); }
  std::size_t spans() const;
  /// Hash of everything that `draw` depends on: a run can only be resumed with the same pairs.
  std::uint64_t fingerprint() const;
  Pair draw(Random& random) const;
  /// Samples at either end of a span that are not taken as the same content; see PairConfig.
  std::int64_t slack() const { return slack_; }

 private:
  friend class PairCollector;
  std::vector<std::vector<SpokenSpan>> types_;  // each holds two voices or more
  std::vector<double> weights_;                 // cumulative sums over the types
  std::int64_t slack_ = 0;
};

/// The entries of the lists that were not used, with the first few faults described.
struct PairFaults {
  std::int64_t unknown_recordings = 0, outside_recording = 0, overlapping = 0;
  std::int64_t other_length = 0;  ///< words and pairs; not described, as the recipe decides
  std::vector<std::string> first;
  /// Lines of the speakers without a recording, as where they are a whole corpus's, and the first
  /// of their names.
  std::int64_t stray_speakers = 0;
  std::vector<std::string> first_stray;

  /// Of words and pairs.
  std::int64_t count() const {
    return unknown_recordings + outside_recording + overlapping + other_length;
  }
};

/// Reads lists of pairs. Errors are Error(path, reason), with the line number in the reason.
class PairCollector {
 public:
  /// All arguments must outlive the collector.
  PairCollector(const PcmStore& store, const RecordingNames& names, const PairConfig& config)
      : store_(store), names_(names), config_(config) {}

  /// Kaldi's utt2spk: one `recording speaker` per line. Must be read before the words. A speaker is
  /// the same in all lists; a recording that no line names is a voice of its own.
  void read_speakers(const std::string& path);
  /// A NIST CTM as Kaldi writes it: `recording channel start duration word [confidence]`, seconds.
  /// Every word and every run of up to three words that two voices say becomes a type.
  void read_words(const std::string& path);
  /// `KEY#t=a,b TAB KEY#t=c,d [TAB …]`, as pa-search prints; each line becomes a type of its own.
  void read_pairs(const std::string& path);

  const PairFaults& faults() const { return faults_; }
  /// Throws Error("", reason) if the lists that were read yield no pair, or no speaker.
  NaturalPairs finish();

 private:
  struct Word {
    double start = 0, end = 0;
    std::string text;
  };
  std::optional<SpokenSpan> span_of(const std::string& name, double start, double end,
                                    const std::string& where);
  void add_runs(const std::string& recording, std::vector<Word>& words, const std::string& where);
  static void fault(const std::string& text, std::int64_t& counter,
                    std::vector<std::string>& first);
  bool has_usable_length(const SpokenSpan& span) const;

  const PcmStore& store_;
  const RecordingNames& names_;
  const PairConfig& config_;
  PairFaults faults_;
  std::unordered_map<std::string, std::size_t> voices_;    // of speakers who have a recording
  std::unordered_map<std::size_t, std::size_t> speakers_;  // of recordings: voices
  std::unordered_map<std::string, std::vector<SpokenSpan>> words_;
  std::vector<std::vector<SpokenSpan>> found_;
};

}  // namespace pairalign::train
