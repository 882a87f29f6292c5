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

/// The embeddings of a recording, a row a frame. On disk, for it may be long.
struct FrameRows {
  std::string key;
  double seconds = 0;
  audio::TemporaryFile rows;
};

/// What has become of one input, and what is to be said of it.
struct Lines {
  std::vector<tokens::Record> records;
  std::vector<FrameRows> embeddings;
  double seconds = 0;
  std::string library;               ///< that read it
  std::vector<std::string> remarks;  ///< nothing was lost by it
  std::string fault;                 ///< what was not read, and why; empty: nothing
};

/// What is the same for all workers.
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
  // Which of them each recording of the tokenizer is of; none: of an item that failed.
  std::vector<std::optional<std::size_t>> owners_;
};

}  // namespace pairalign
