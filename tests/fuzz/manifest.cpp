// Manifests and lists of removed records. An input is the text of a manifest without its last line,
// the checksum, which is made here; or, when it begins as they do, a list of removed records.
#include "archive/manifest.hpp"

#include <cstring>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "harness.hpp"

namespace pairalign::fuzz {
namespace {

constexpr std::string_view kRemovedMagic = "PAIRDEL\n";
constexpr std::string_view kSegmentEnd = "PAIREND\n";

void read_manifest(std::string text) {
  if (text.empty() || text.back() != '\n') text += '\n';
  std::size_t lines = 0;
  for (const char c : text)
    lines += c == '\n';
  text += fmt::format("{{\"end\":{},\"xxh3\":\"{}\"}}\n", lines - 1,
                      hex64(hash64(text.data(), text.size())));
  const archive::Manifest manifest = archive::parse_manifest("manifest", text);
  const std::string printed = to_text(manifest);
  require(to_text(archive::parse_manifest("manifest", printed)) == printed,
          "a manifest survives writing and reading");
}

void read_removed(std::string bytes) {
  const std::uint64_t hash = hash64(bytes.data(), bytes.size());
  bytes.append(reinterpret_cast<const char*>(&hash), sizeof hash);
  bytes += kSegmentEnd;
  archive::RemovedFile removed = archive::parse_removed("removed", bytes);
  require(to_bytes(removed) == bytes, "removed records survive reading and writing");
}

}  // namespace
}  // namespace pairalign::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pairalign::fuzz;
  const std::string input(as_text(data, size));
  try {
    if (input.compare(0, kRemovedMagic.size(), kRemovedMagic) == 0) {
      read_removed(input);
    } else {
      read_manifest(input);
    }
  } catch (const pairalign::Error&) {
  }
  return 0;
}
