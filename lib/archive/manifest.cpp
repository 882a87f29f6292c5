#include "archive/manifest.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"

namespace pairalign::archive {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kManifestVersion = 2;

Json to_json(const Manifest& manifest) {
  const tokens::Header& header = manifest.header;
  Json top = {{"pairalign_archive", kManifestVersion}};
  if (!header.model.empty()) top["model"] = header.model;
  if (!header.tokenizer.empty()) top["tokenizer"] = header.tokenizer;
  if (header.vocabulary != 0) top["vocab"] = header.vocabulary;
  if (manifest.coding != TokenCoding::fixed) top["pack"] = name_of(manifest.coding);
  if (manifest.indexing != Indexing::pairs) top["index"] = name_of(manifest.indexing);
  top["next_file"] = manifest.next_file;
  if (!manifest.replaced.empty()) top["replaced"] = manifest.replaced;
  return top;
}

Json to_json(const SegmentEntry& segment) {
  Json line = {{"segment", segment.number},
               {"bytes", segment.bytes},
               {"records", segment.records},
               {"tokens", segment.tokens},
               {"largest_token", segment.largest_token},
               {"hash", hex64(segment.hash)}};
  const RemovedEntry& removed = segment.removed;
  if (removed.file != 0) {
    line["removed"] = {{"file", removed.file},
                       {"records", removed.records},
                       {"tokens", removed.tokens},
                       {"hash", hex64(removed.hash)}};
  }
  return line;
}

std::string end_line(std::size_t segments, std::string_view above) {
  const Json end = {{"end", segments}, {"xxh3", hex64(hash64(above.data(), above.size()))}};
  return end.dump() + "\n";
}

std::uint64_t number_in(const Json& line, const char* name) {
  return whole_number<std::uint64_t>(line.at(name));
}

std::uint64_t hash_in(const Json& line) {
  return std::stoull(line.at("hash").get<std::string>(), nullptr, 16);
}

void parse_top(const Json& top, Manifest& manifest) {
  manifest.header.model = top.value("model", "");
  manifest.header.tokenizer = top.value("tokenizer", "");
  if (top.contains("vocab")) manifest.header.vocabulary = whole_number<int>(top.at("vocab"));
  manifest.coding = parse_token_coding(top.value("pack", "fixed"));
  manifest.indexing = parse_indexing(top.value("index", "pairs"));
  manifest.next_file = number_in(top, "next_file");
  if (!top.contains("replaced")) return;
  for (const Json& number : top.at("replaced"))
    manifest.replaced.push_back(whole_number<std::uint64_t>(number));
}

SegmentEntry parse_segment(const Json& line) {
  SegmentEntry segment{number_in(line, "segment"),
                       number_in(line, "bytes"),
                       number_in(line, "records"),
                       number_in(line, "tokens"),
                       whole_number<tokens::Token>(line.at("largest_token")),
                       hash_in(line),
                       {}};
  if (line.contains("removed")) {
    const Json& removed = line.at("removed");
    segment.removed = {number_in(removed, "file"), number_in(removed, "records"),
                       number_in(removed, "tokens"), hash_in(removed)};
  }
  return segment;
}

// Returns the text without its last line, which it checks.
std::string_view without_end_line(const std::string& path, std::string_view text) {
  const std::size_t last = text.size() < 2 ? text.npos : text.rfind('\n', text.size() - 2);
  if (last == text.npos) throw Error(path, "damaged: too short for a manifest");
  const std::string_view body = text.substr(0, last + 1);
  const auto lines = static_cast<std::size_t>(std::count(body.begin(), body.end(), '\n'));
  if (text.substr(body.size()) != end_line(lines - 1, body)) {
    throw Error(path, "damaged: its last line is not the checksum of the lines above");
  }
  return body;
}

}  // namespace

TokenCoding parse_token_coding(const std::string& name) {
  for (const TokenCoding coding : {TokenCoding::fixed, TokenCoding::entropy}) {
    if (name == name_of(coding)) return coding;
  }
  throw Error("", "'" + name + "' is not one of fixed, entropy");
}

const char* name_of(TokenCoding coding) {
  return coding == TokenCoding::fixed ? "fixed" : "entropy";
}

Indexing parse_indexing(const std::string& name) {
  for (const Indexing indexing : {Indexing::pairs, Indexing::none}) {
    if (name == name_of(indexing)) return indexing;
  }
  throw Error("", "'" + name + "' is not one of pairs, none");
}

const char* name_of(Indexing indexing) {
  return indexing == Indexing::pairs ? "pairs" : "none";
}

std::string to_text(const Manifest& manifest) {
  std::string text = to_json(manifest).dump() + "\n";
  for (const SegmentEntry& segment : manifest.segments)
    text += to_json(segment).dump() + "\n";
  return text + end_line(manifest.segments.size(), text);
}

Manifest parse_manifest(const std::string& path, std::string_view text) {
  std::string_view body = without_end_line(path, text);
  Manifest manifest;
  try {
    for (bool first = true; !body.empty(); first = false) {
      const std::size_t newline = body.find('\n');
      const Json line = Json::parse(body.substr(0, newline));
      body.remove_prefix(newline + 1);
      if (!first) {
        manifest.segments.push_back(parse_segment(line));
        continue;
      }
      const int version = whole_number<int>(line.at("pairalign_archive"));
      if (version != kManifestVersion) {
        throw Error(path,
                    fmt::format("archive format version {}, and this program reads version {}",
                                version, kManifestVersion));
      }
      parse_top(line, manifest);
    }
  } catch (const Error& error) {
    if (!error.subject().empty()) throw;
    throw Error(path, "damaged: not a manifest");
  } catch (const std::logic_error&) {  // std::stoull
    throw Error(path, "damaged: not a manifest");
  } catch (const Json::exception&) {
    throw Error(path, "damaged: not a manifest");
  }
  return manifest;
}

RecordNumbers read_removed(const std::string& folder, const SegmentEntry& entry) {
  if (entry.removed.file == 0) return {};
  const std::string path = folder + "/" + removed_file(entry.removed.file);
  RemovedFile file = parse_removed(path, open_under_either_name(path, read_file));
  const bool fits = file.segment == entry.number && file.hash == entry.removed.hash &&
                    file.records.size() == entry.removed.records && !file.records.empty() &&
                    file.records.back() < entry.records && entry.removed.tokens <= entry.tokens;
  if (!fits) throw Error(path, "damaged: not the removed records that the manifest describes");
  return std::move(file.records);
}

Manifest read_manifest(const std::string& folder) {
  const std::string path = folder + "/" + kManifestFile;
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) throw errno_error(folder, "cannot open");
  if (!S_ISDIR(info.st_mode)) throw Error(folder, "not an archive: archives are folders");
  if (!exists(path)) throw no_manifest(folder);
  return parse_manifest(path, read_file(path));
}

}  // namespace pairalign::archive
