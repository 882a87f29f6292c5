// The inputs of pa-tokenize, and what a thread makes of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audio/decoder.hpp"
#include "audio/temporary_file.hpp"
#include "cli/ordered_map.hpp"
#include "model/model.hpp"
#include "model/tokenizer.hpp"
#include "options.hpp"
#include "tokens/writer.hpp"

namespace pairalign {

/// An input; `fault` is set when it was found unusable before it was opened.
struct Item {
  std::string path;
  std::string key;  ///< of its records
  std::string fault;
  std::uint64_t bytes = 0;  ///< of the file; 0: not known
};

/// In order; with --skip, files that are archived and unchanged are skipped.
void for_each_item(const TokenizeOptions& options, const std::function<void(Item)>& take);

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
};

std::unique_ptr<cli::Worker<Item, Lines>> make_worker(const Work& work);

}  // namespace pairalign
