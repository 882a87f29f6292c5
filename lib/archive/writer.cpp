#include "archive/writer.hpp"

#include <algorithm>
#include <cerrno>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/folder.hpp"
#include "archive/segment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

namespace pairalign::archive {
namespace {

tokens::Token largest_in(const Manifest& manifest) {
  tokens::Token largest = 0;
  for (const SegmentEntry& entry : manifest.segments) {
    largest = std::max(largest, entry.largest_token);
  }
  return largest;
}

std::vector<std::uint64_t> numbers_replaced(const Manifest& before, const Manifest& after) {
  std::unordered_set<std::uint64_t> named;
  for (const SegmentEntry& entry : after.segments)
    named.insert({entry.number, entry.removed.file});
  std::vector<std::uint64_t> replaced;
  for (const SegmentEntry& entry : before.segments) {
    for (const std::uint64_t number : {entry.number, entry.removed.file}) {
      if (number != 0 && named.count(number) == 0) replaced.push_back(number);
    }
  }
  return replaced;
}

}  // namespace

ArchiveWriter::ArchiveWriter(const std::string& path, const tokens::Header& header,
                             const WriterOptions& options)
    : path_(path), options_(options), pool_(options.threads) {
  try {
    lock_folder();
    load();
    take_header(header);
    const TokenCoding coding = options.coding.value_or(manifest_.coding);
    const Indexing indexing = options.indexing.value_or(manifest_.indexing);
    changed_ = changed_ || coding != manifest_.coding || indexing != manifest_.indexing;
    manifest_.coding = coding;
    manifest_.indexing = indexing;
  } catch (...) {
    remove_new_folder();
    throw;
  }
}

ArchiveWriter::~ArchiveWriter() {
  drop_written(0);
  for (const std::uint64_t number : removed_files_)
    ::unlink(new_file(removed_file(number)).c_str());
  remove_new_folder();
}

void ArchiveWriter::remove_new_folder() {
  if (manifest_is_new_) ::unlink(file(kManifestFile).c_str());
  if (!folder_is_new_) return;
  if (lock_) lock_->remove();
  ::rmdir(path_.c_str());
}

void ArchiveWriter::lock_folder() {
  folder_is_new_ = ::mkdir(path_.c_str(), 0777) == 0;
  if (!folder_is_new_) {
    struct stat info {};
    if (errno != EEXIST || ::stat(path_.c_str(), &info) != 0)
      throw errno_error(path_, "cannot create");
    if (!S_ISDIR(info.st_mode)) throw Error(path_, "not an archive, which is a folder");
    // A folder of somebody else's files must not become an archive by a slip of the hand.
    if (!exists(file(kManifestFile)) && !is_free(path_)) throw no_manifest(path_);
  }
  lock_ = std::make_unique<FolderLock>(path_, file(kLockFile));
}

// An archive has a manifest before it has anything else: a folder without one, but with segments,
// has lost it.
void ArchiveWriter::load() {
  changed_ = !exists(file(kManifestFile));
  if (!changed_) {
    manifest_ = read_manifest(path_);
  } else {
    if (!is_free(path_)) throw no_manifest(path_);
    manifest_is_new_ = true;
    replace_file(file(kManifestFile), to_text(manifest_));
  }
  clean_up();
}

void ArchiveWriter::take_place(const SegmentEntry& entry) const {
  const auto rename = [this](const std::string& name) {
    const std::string from = new_file(name);
    if (exists(from)) ::rename(from.c_str(), file(name).c_str());
  };
  rename(segment_file(entry.number));
  if (entry.removed.file != 0) rename(removed_file(entry.removed.file));
}

// What a writer that was killed has left: files that are named but not yet by their names, others
// that it replaced or did not commit.
void ArchiveWriter::clean_up() {
  std::unordered_set<std::string> named;
  for (const SegmentEntry& entry : manifest_.segments) {
    take_place(entry);
    named.insert(segment_file(entry.number));
    if (entry.removed.file != 0) named.insert(removed_file(entry.removed.file));
  }
  const std::unordered_set<std::uint64_t> replaced(manifest_.replaced.begin(),
                                                   manifest_.replaced.end());
  strays_.clear();
  for (const std::string& name : names_in(path_)) {
    if (named.count(name) > 0) continue;
    const std::optional<NumberedFile> numbered = parse_numbered(name);
    const bool known = numbered && !numbered->is_new;
    if (known && replaced.count(numbered->number) == 0) {
      strays_.push_back(name);
      manifest_.next_file = std::max(manifest_.next_file, numbered->number + 1);
    } else if (known || is_leftover(name)) {
      ::unlink(file(name).c_str());
    }
  }
  std::sort(strays_.begin(), strays_.end());
}

void ArchiveWriter::take_header(const tokens::Header& header) {
  tokens::Header& own = manifest_.header;
  if (!tokens::compatible(own, header)) {
    throw Error(path_, tokens::describe_mismatch(own, header));
  }
  if (own.vocabulary == 0 && header.vocabulary != 0) {
    tokens::Token largest = std::max(largest_in(manifest_), builder_.largest_token());
    for (const SegmentEntry& entry : written_)
      largest = std::max(largest, entry.largest_token);
    if (largest >= header.vocabulary) {
      throw Error(path_, fmt::format("holds token {}, which is outside the vocabulary of {}",
                                     largest, header.vocabulary));
    }
  }
  const tokens::Header before = own;
  if (own.model.empty()) own.model = header.model;
  if (own.tokenizer.empty()) own.tokenizer = header.tokenizer;
  if (own.vocabulary == 0) own.vocabulary = header.vocabulary;
  changed_ = changed_ || own != before;
}

void ArchiveWriter::add(const tokens::Record& record, const std::optional<Source>& source) {
  const int vocabulary = manifest_.header.vocabulary;
  if (vocabulary != 0) {
    for (const tokens::Token token : record.tokens) {
      if (token < vocabulary) continue;
      throw RefusedRecord(
          record.key, fmt::format("tokens: {} is outside the vocabulary of {}", token, vocabulary));
    }
  }
  builder_.add(record, source);
  if (builder_.bytes() >= options_.segment_bytes) write_segment();
}

std::uint64_t ArchiveWriter::committed() const {
  std::uint64_t records = 0;
  for (const SegmentEntry& entry : manifest_.segments)
    records += entry.records - entry.removed.records;
  return records;
}

bool ArchiveWriter::is_indexed(std::size_t tokens) const {
  return manifest_.indexing == Indexing::pairs && tokens >= options_.least_indexed_tokens;
}

void ArchiveWriter::write_segment() {
  SegmentEntry entry;
  entry.number = manifest_.next_file + written_.size();
  entry.records = builder_.size();
  entry.tokens = builder_.token_count();
  entry.largest_token = builder_.largest_token();
  const std::string path = new_file(segment_file(entry.number));
  {
    const std::vector<std::string> pieces =
        builder_.file(manifest_.header, {manifest_.coding, is_indexed(entry.tokens)}, pool_);
    for (const std::string& piece : pieces)
      entry.bytes += piece.size();
    replace_file(path, std::vector<std::string_view>(pieces.begin(), pieces.end()));
  }
  written_.push_back(entry);
  written_.back().hash = Segment(path).hash();
  written_records_ += builder_.size();
  builder_ = SegmentBuilder();
}

ArchiveWriter::Mark ArchiveWriter::mark() const {
  return {manifest_.header, written_.size(), builder_.size()};
}

void ArchiveWriter::roll_back(const Mark& mark) {
  manifest_.header = mark.header;
  if (written_.size() == mark.written_segments) {
    builder_.truncate(mark.records_in_builder);
    return;
  }
  // The records to keep went out with the first segment written since.
  SegmentBuilder kept;
  const Segment segment(new_file(segment_file(written_[mark.written_segments].number)));
  tokens::Record record;
  for (std::size_t i = 0; i < mark.records_in_builder; ++i) {
    segment.record(i, record);
    kept.add(record, segment.source(i));
  }
  builder_ = std::move(kept);
  drop_written(mark.written_segments);
}

void ArchiveWriter::drop_written(std::size_t keep) {
  while (written_.size() > keep) {
    ::unlink(new_file(segment_file(written_.back().number)).c_str());
    written_records_ -= written_.back().records;
    written_.pop_back();
  }
}

Removals& ArchiveWriter::removals() {
  if (!removals_) {
    const bool any = !manifest_.segments.empty();
    removals_ = std::make_unique<Removals>(any ? Archive::open(path_) : Archive());
  }
  return *removals_;
}

std::vector<bool> ArchiveWriter::remove(const std::vector<std::string>& keys) {
  KeysToRemove wanted(keys);
  removals().remove_if(
      [&](const std::string& key, const Segment&, std::size_t) { return wanted.take(key); });
  return wanted.found();
}

// One segment after the other, for their keys are to fit into memory.
std::size_t ArchiveWriter::remove_replaced() {
  std::size_t replaced = 0;
  for (std::size_t i = 0; i < written_.size() && !manifest_.segments.empty(); ++i) {
    NewerRecords newer;
    newer.add(Segment(new_file(segment_file(written_[i].number))), {});
    replaced += removals().remove_replaced(newer);
  }
  return replaced;
}

// Segments of which nothing is left are named no more.
void ArchiveWriter::write_removals(Manifest& next) {
  std::vector<SegmentEntry> kept;
  for (std::size_t s = 0; s < next.segments.size(); ++s) {
    SegmentEntry entry = next.segments[s];
    const RecordNumbers& removed = removals_->removed(s);
    if (removed.size() == entry.records) continue;
    if (removals_->added(s) > 0) {
      RemovedFile content{entry.number, removed, 0};
      const std::string bytes = to_bytes(content);
      entry.removed = {next.next_file++, removed.size(), 0, content.hash};
      for (const std::uint32_t record : removed)
        entry.removed.tokens += removals_->archive().segment(s).token_count(record);
      removed_files_.push_back(entry.removed.file);
      replace_file(new_file(removed_file(entry.removed.file)), bytes);
    }
    kept.push_back(entry);
  }
  next.segments = std::move(kept);
}

std::size_t ArchiveWriter::commit() {
  if (builder_.size() > 0) write_segment();
  const std::size_t replaced = remove_replaced();
  const bool removes = removals_ != nullptr && removals_->added() > 0;
  if (written_.empty() && !changed_ && !removes) return 0;
  Manifest next = manifest_;
  next.next_file += written_.size();
  if (removes) write_removals(next);
  next.segments.insert(next.segments.end(), written_.begin(), written_.end());
  swap_manifest(std::move(next));
  return replaced;
}

void ArchiveWriter::swap_manifest(Manifest next) {
  next.replaced = numbers_replaced(manifest_, next);
  // From here on the new manifest may be in place, even if replacing it is reported to have failed
  // (after the rename, the folder may not sync): its files must not be deleted any more. Should it
  // not be in place, the next writer deletes them.
  written_.clear();
  written_records_ = 0;
  removed_files_.clear();
  removals_.reset();
  folder_is_new_ = false;
  manifest_is_new_ = false;
  replace_file(file(kManifestFile), to_text(next));
  manifest_ = std::move(next);
  changed_ = false;
  clean_up();
}

bool ArchiveWriter::compact() const {
  if (manifest_.segments.empty()) return true;
  const SegmentEntry& entry = manifest_.segments.front();
  if (manifest_.segments.size() > 1 || entry.removed.file != 0) return false;
  const Segment segment(file(segment_file(entry.number)));
  return segment.coding() == manifest_.coding &&
         segment.pair_index().present() == is_indexed(entry.tokens);
}

std::size_t ArchiveWriter::merge(const std::vector<std::string>& others) {
  if (others.empty() && compact()) return commit();
  std::vector<Removals> archives;
  archives.emplace_back(manifest_.segments.empty() ? Archive() : Archive::open(path_));
  std::size_t replaced = 0;
  for (const std::string& other : others) {
    Archive archive = Archive::open(other);
    try {
      take_header(archive.header());
    } catch (const Error& error) {
      throw Error(other, error.reason());
    }
    for (std::size_t s = 0; s < archive.segment_count(); ++s) {
      NewerRecords newer;
      newer.add(archive.segment(s), archive.removed(s));
      for (Removals& older : archives)
        replaced += older.remove_replaced(newer);
    }
    archives.emplace_back(std::move(archive));
  }
  for (const Removals& archive : archives)
    add_all(archive);
  if (builder_.size() > 0) write_segment();
  Manifest next = manifest_;
  next.next_file += written_.size();
  next.segments = written_;
  swap_manifest(std::move(next));
  return replaced;
}

void ArchiveWriter::add_all(const Removals& removals) {
  tokens::Record record;
  for (std::size_t s = 0; s < removals.archive().segment_count(); ++s) {
    const Segment& segment = removals.archive().segment(s);
    for (std::size_t i = 0; i < segment.size(); ++i) {
      if (is_removed(removals.removed(s), i)) continue;
      segment.record(i, record);
      add(record, segment.source(i));
    }
  }
}

}  // namespace pairalign::archive
