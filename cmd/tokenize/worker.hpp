// A thread of pa-tokenize.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "audio/decoder.hpp"
#include "audio/temporary_file.hpp"
#include "cli/ordered_map.hpp"
#include "inputs.hpp"
#include "model/frame_stream.hpp"
#include "model/model.hpp"
#include "model/tokenizer.hpp"
#include "tokens/writer.hpp"

namespace pairalign {

/// The embeddings of a recording, one row per frame. On disk, since it may be long.
struct FrameRows {
  std::string key;
  double seconds = 0;
  audio::TemporaryFile rows;
};

/// The result of one input, and what to report about it.
struct Lines {
  std::vector<tokens::Record> records;
  std::vector<FrameRows> embeddings;
  double seconds = 0;
  std::string library;               ///< that decoded it
  std::vector<std::string> remarks;  ///< warnings, without loss of audio
  std::string fault;                 ///< what was not read, and why; empty: nothing
};

/// Shared by all workers.
struct Work {
  const TokenizeOptions& options;
  const model::Model& model;
  model::TokenizerOptions tokenizer;
  audio::DecoderOptions decoder;
  bool each_channel = false;
  tokens::OutputFormat format = tokens::OutputFormat::tsv;
  bool with_starts = false;
};

class TokenizeWorker : public cli::Worker<Item, Lines> {
 public:
  explicit TokenizeWorker(const Work& work);

  void take(Item& item) override;
  bool full() const override { return tokenizer_.full(); }
  std::vector<Lines> finish() override;

 private:
  class Input;

  FrameRows embed(audio::Decoder& audio, std::string key);

  const Work& work_;
  model::Tokenizer tokenizer_;
  std::optional<model::FrameStream> frames_;  // where embeddings are wanted instead
  std::vector<Lines> taken_;                  // of the items since the last call of finish
  // For each recording of the tokenizer, its index in taken_; none if the item failed.
  std::vector<std::optional<std::size_t>> owners_;
};

}  // namespace pairalign
