#include "archive/manifest.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"
#include "tokens/text.hpp"

namespace pairalign::archive {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kManifestVersion = 2;

constexpr char kRemovedMagic[8] = {'P', 'A', 'I', 'R', 'D', 'E', 'L', '\n'};
constexpr std::uint32_t kRemovedVersion = 1;

struct RemovedHead {
  char magic[8];
  std::uint32_t byte_order;
  std::uint32_t version;
  std::uint64_t segment;
  std::uint64_t records;
};
static_assert(sizeof(RemovedHead) == 32);

constexpr std::size_t kTailSize = sizeof(std::uint64_t) + sizeof kSegmentEnd;

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
  const Json end = {{"end", segments}, {"xxh3", hex64(hash_of(above))}};
  return end.dump() + "\n";
}

std::uint64_t number_in(const Json& line, const char* name) {
  return whole_number<std::uint64_t>(line.at(name));
}

std::uint64_t hash_in(const Json& line) {
  return std::stoull(line.at("hash").get<std::string>(), nullptr, 16);
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

template <class Choice>
Choice parse(const std::string& name, const Choice (&choices)[2]) {
  for (const Choice choice : choices) {
    if (name == name_of(choice)) return choice;
  }
  throw Error(
      "", fmt::format("'{}' is not one of {}, {}", name, name_of(choices[0]), name_of(choices[1])));
}

}  // namespace

TokenCoding parse_token_coding(const std::string& name) {
  return parse(name, {TokenCoding::fixed, TokenCoding::entropy});
}

const char* name_of(TokenCoding coding) {
  return coding == TokenCoding::fixed ? "fixed" : "entropy";
}

Indexing parse_indexing(const std::string& name) {
  return parse(name, {Indexing::pairs, Indexing::none});
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
  // The last one is empty.
  const std::vector<std::string_view> lines = tokens::split(without_end_line(path, text), '\n');
  Manifest manifest;
  try {
    const Json top = parse_json<Json>(lines[0]);
    const int version = whole_number<int>(top.at("pairalign_archive"));
    if (version != kManifestVersion) {
      throw Error(path, fmt::format("archive format version {}, and this program reads version {}",
                                    version, kManifestVersion));
    }
    manifest.header.model = top.value("model", "");
    manifest.header.tokenizer = top.value("tokenizer", "");
    if (top.contains("vocab")) manifest.header.vocabulary = whole_number<int>(top.at("vocab"));
    manifest.coding = parse_token_coding(top.value("pack", "fixed"));
    manifest.indexing = parse_indexing(top.value("index", "pairs"));
    manifest.next_file = number_in(top, "next_file");
    for (const Json& number : top.value("replaced", Json::array()))
      manifest.replaced.push_back(whole_number<std::uint64_t>(number));
    for (std::size_t i = 1; i + 1 < lines.size(); ++i)
      manifest.segments.push_back(parse_segment(parse_json<Json>(lines[i])));
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

// Of the records before removed[j], removed[j] − j are not removed; that number ascends with j.
std::size_t nth_live(const RecordNumbers& removed, std::size_t i) {
  const auto next =
      std::partition_point(removed.begin(), removed.end(), [&](const std::uint32_t& record) {
        return record - static_cast<std::size_t>(&record - removed.data()) <= i;
      });
  return i + static_cast<std::size_t>(next - removed.begin());
}

std::uint64_t removed_file_size(std::uint64_t records) {
  return sizeof(RemovedHead) + padded(records * sizeof(std::uint32_t)) + kTailSize;
}

std::string to_bytes(RemovedFile& file) {
  RemovedHead head{};
  std::memcpy(head.magic, kRemovedMagic, sizeof head.magic);
  head.byte_order = kByteOrderMark;
  head.version = kRemovedVersion;
  head.segment = file.segment;
  head.records = file.records.size();
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  bytes.append(reinterpret_cast<const char*>(file.records.data()),
               file.records.size() * sizeof file.records[0]);
  bytes.resize(padded(bytes.size()), '\0');
  file.hash = hash_of(bytes);
  bytes.append(reinterpret_cast<const char*>(&file.hash), sizeof file.hash);
  bytes.append(kSegmentEnd, sizeof kSegmentEnd);
  return bytes;
}

RemovedFile parse_removed(const std::string& path, std::string_view bytes) {
  const auto check = [&](bool good, const char* reason) {
    if (!good) throw Error(path, std::string("damaged: ") + reason);
  };
  RemovedHead head;
  check(bytes.size() >= sizeof head + kTailSize, "too short for a file of removed records");
  std::memcpy(&head, bytes.data(), sizeof head);
  check(std::memcmp(head.magic, kRemovedMagic, sizeof kRemovedMagic) == 0,
        "does not begin like a file of removed records");
  check(head.byte_order == kByteOrderMark && head.version == kRemovedVersion,
        "another byte order or version");
  check(head.records > 0, "it names no record");
  const std::size_t room = bytes.size() - sizeof head - kTailSize;
  check(head.records <= room / sizeof(std::uint32_t) &&
            room == padded(head.records * sizeof(std::uint32_t)),
        "its size does not match its number of records");
  const std::size_t body = sizeof head + room;
  RemovedFile file;
  file.segment = head.segment;
  std::memcpy(&file.hash, bytes.data() + body, sizeof file.hash);
  check(file.hash == hash_of(bytes.substr(0, body)), "its checksum does not match");
  check(bytes.substr(body + sizeof file.hash) == std::string_view(kSegmentEnd, sizeof kSegmentEnd),
        "the end mark is missing");
  file.records.resize(head.records);
  const std::size_t size = head.records * sizeof(std::uint32_t);
  std::memcpy(file.records.data(), bytes.data() + sizeof head, size);
  const std::string_view padding = bytes.substr(sizeof head + size, room - size);
  check(padding.find_first_not_of('\0') == padding.npos, "it is not padded with zeros");
  const auto& records = file.records;
  check(std::adjacent_find(records.begin(), records.end(), std::greater_equal<>()) == records.end(),
        "its records do not ascend");
  return file;
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
