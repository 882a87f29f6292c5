// Writes the seeds of the corpus that are binary: segments, models, a checkpoint.
#include <cstdio>
#include <cstring>
#include <string>

#include "archive/writer.hpp"
#include "base/file.hpp"
#include "harness.hpp"
#include "small_model.hpp"
#include "train/recipe.hpp"
#include "train/state.hpp"

namespace pairalign::fuzz {
namespace {

void write_segment(const std::string& path, const archive::WriterOptions& options, int records,
                   bool rich) {
  const ScratchFolder scratch;
  {
    archive::ArchiveWriter writer(scratch / "a.pai", {"0123456789abcdef", "vq", 512}, options);
    Random random(1);
    for (int i = 0; i < records; ++i) {
      tokens::Record record{"talks/" + std::to_string(i) + ".wav", 0.5 * i, {}, {}};
      for (std::uint16_t t = 0; t < 12; ++t)
        record.tokens.push_back(static_cast<tokens::Token>(1 + (t + random.below(3)) % 14));
      for (std::uint32_t t = 0; rich && t < 12; ++t)
        record.starts_ms.push_back(80 * t);
      writer.add(record, rich ? std::optional<archive::Source>({1000, 2000, 3000}) : std::nullopt);
    }
    writer.commit();
  }
  write_file(path, std::string(1, '\0') + read_file(scratch / "a.pai/segment-000001"));
}

// The JSON header of a safetensors file, and a newline.
void write_header(const std::string& file, const std::string& path) {
  const std::string bytes = read_file(file);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  write_file(path, bytes.substr(sizeof length, length) + "\n");
}

// `parameters` all alike: what the harness puts behind a header without data is zeros.
model::Model zeros(bool with_decoder) {
  const model::Model random = small_model(with_decoder);
  return {random.info(), std::vector<float>(random.parameters().size())};
}

void write_models(const std::string& folder) {
  const ScratchFolder scratch;
  zeros(false).save(scratch / "model");
  write_header(scratch / "model", folder + "/encoder.json");
  zeros(true).save(scratch / "model");
  write_header(scratch / "model", folder + "/decoder.json");
  train::TrainingState state;
  state.student = state.teacher = state.centre = state.variance = {1, 2, 3};
  state.optimizer.m = state.optimizer.v = {1, 2, 3};
  train::save_checkpoint(scratch / "checkpoint", state, "{}");
  write_header(scratch / "checkpoint", folder + "/checkpoint.json");
  write_file(folder + "/checkpoint", read_file(scratch / "checkpoint"));
}

}  // namespace
}  // namespace pairalign::fuzz

int main(int argc, char** argv) {
  using namespace pairalign;
  if (argc != 2) {
    std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
    return 2;
  }
  const std::string folder = argv[1];
  archive::WriterOptions options;
  fuzz::write_segment(folder + "/archive/plain", options, 3, false);
  fuzz::write_segment(folder + "/archive/rich", options, 40, true);
  options.min_indexed_tokens = 1;
  fuzz::write_segment(folder + "/archive/indexed", options, 6, false);
  options.coding = archive::TokenCoding::entropy;
  fuzz::write_segment(folder + "/archive/entropy", options, 40, false);
  fuzz::write_models(folder + "/model");
  return 0;
}
