// Readers of safetensors files: models, the tables that a search reads of them, and checkpoints.
//
// An input that begins with '{' is the JSON header of a file, up to the first newline; the harness
// puts its length before it and kDataBytes of data behind it, in which what follows the newline
// repeats. Any other input is a file as it is.
#include "model/model.hpp"

#include <cstring>

#include "base/error.hpp"
#include "harness.hpp"
#include "model/file/substitution.hpp"
#include "model/tokenizer.hpp"
#include "train/state.hpp"

namespace pairalign::fuzz {
namespace {

constexpr std::size_t kDataBytes = 1 << 14;

std::string file_of(std::string_view input) {
  if (input.empty() || input.front() != '{') return std::string(input);
  const std::size_t newline = std::min(input.find('\n'), input.size());
  const std::string_view header = input.substr(0, newline);
  std::string_view pattern = input.substr(std::min(newline + 1, input.size()));
  if (pattern.empty()) pattern = std::string_view("\0\0\0\0", 4);
  const std::uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += header;
  for (std::size_t i = 0; i < kDataBytes; ++i)
    bytes += pattern[i % pattern.size()];
  return bytes;
}

// A model that loads must be usable.
void use(const model::Model& model) {
  for (const auto kind : {model::TokenizerKind::vq, model::TokenizerKind::pairalign}) {
    if (kind == model::TokenizerKind::pairalign && model.decoder() == nullptr) continue;
    model::TokenizerOptions options;
    options.kind = kind;
    require(!model::Tokenizer(model, options).header().model.empty(), "a model has an identity");
  }
}

template <class Read>
void try_to(Read read) {
  try {
    read();
  } catch (const Error&) {
  }
}

}  // namespace
}  // namespace pairalign::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pairalign;
  const fuzz::MemoryFile file(fuzz::file_of(fuzz::as_text(data, size)));
  fuzz::try_to([&] { fuzz::use(model::Model::load(file.path())); });
  fuzz::try_to([&] { model::read_substitutions(file.path()); });
  fuzz::try_to([&] { train::load_checkpoint(file.path()); });
  return 0;
}
