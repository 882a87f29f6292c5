#include "archive/writer.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "tokens/settings.hpp"

namespace pairalign::archive {

ArchiveWriter::ArchiveWriter(const std::string& path, const tokens::Header& header,
                             const WriterOptions& options)
    : path_(path), options_(options), pool_(options.threads) {
  check_place();
  changed_ = is_free(path_);
  if (!changed_) manifest_ = read_manifest(path_);
  apply_options();
  take_header(header);
}

ArchiveWriter::~ArchiveWriter() {
  drop_written(0);
  end();
}

// Fails at once where locking the archive would fail, perhaps hours later.
void ArchiveWriter::check_place() const {
  struct stat info {};
  if (::stat(path_.c_str(), &info) == 0) {
    if (!S_ISDIR(info.st_mode)) throw Error(path_, "not an archive: archives are folders");
    // A folder of somebody else's files must not become an archive by mistake.
    if (!exists(file(kManifestFile)) && !is_free(path_)) throw no_manifest(path_);
    if (::access(path_.c_str(), W_OK | X_OK) != 0) throw errno_error(path_, "cannot write into it");
    return;
  }
  if (errno != ENOENT) throw errno_error(path_, "cannot create");
  const std::string parent = std::filesystem::path(path_ + "/..").lexically_normal();
  const std::string folder = parent.empty() ? "." : parent;
  if (::access(folder.c_str(), W_OK | X_OK) != 0) throw errno_error(path_, "cannot create");
}

void ArchiveWriter::apply_options() {
  const TokenCoding coding = options_.coding.value_or(manifest_.coding);
  const Indexing indexing = options_.indexing.value_or(manifest_.indexing);
  changed_ = changed_ || coding != manifest_.coding || indexing != manifest_.indexing;
  manifest_.coding = coding;
  manifest_.indexing = indexing;
}

// Locks the archive, unless that was done, and reads its current state.
void ArchiveWriter::begin() {
  if (lock_) return;
  const tokens::Header taken = manifest_.header;
  check_place();
  folder_is_new_ = ::mkdir(path_.c_str(), 0777) == 0;
  if (!folder_is_new_ && errno != EEXIST) throw errno_error(path_, "cannot create");
  try {
    lock_ = lock(path_, file(kLockFile), options_.wait_seconds);
    load();
    apply_options();
    take_header(taken);
  } catch (...) {
    manifest_.header = taken;
    end();
    throw;
  }
}

// Releases the archive; uncommitted changes are dropped.
void ArchiveWriter::end() {
  for (const std::uint64_t number : removed_files_)
    drop(removed_file(number));
  removed_files_.clear();
  may_be_named_ = false;
  removals_.reset();
  if (manifest_is_new_) ::unlink(file(kManifestFile).c_str());
  if (folder_is_new_ && lock_) ::unlink(file(kLockFile).c_str());
  if (folder_is_new_) ::rmdir(path_.c_str());
  folder_is_new_ = false;
  manifest_is_new_ = false;
  lock_.reset();
}

// Deletes a file that is not committed. If it may be, that is left to the next manifest's clean-up.
void ArchiveWriter::drop(const std::string& name) const {
  if (!may_be_named_) ::unlink(new_file(name).c_str());
}

// The manifest is the first file of an archive: a folder with segments but without a manifest has
// lost it.
void ArchiveWriter::load() {
  changed_ = !exists(file(kManifestFile));
  manifest_ = {};
  if (!changed_) {
    manifest_ = read_manifest(path_);
  } else {
    if (!is_free(path_)) throw no_manifest(path_);
    manifest_is_new_ = true;
    replace_file(file(kManifestFile), to_text(manifest_));
  }
  clean_up();
}

// Cleans up what a killed writer left: renames files that the manifest names but that still have
// the suffix, and deletes files that were replaced or not committed.
void ArchiveWriter::clean_up() {
  std::unordered_set<std::string> named;
  const auto take_place = [&](const std::string& name) {
    const std::string from = new_file(name);
    if (!exists(file(name)) && exists(from)) ::rename(from.c_str(), file(name).c_str());
    // If it could not be renamed, the manifest refers to the one with the longer name.
    named.insert(exists(file(name)) ? name : name + kNewSuffix);
  };
  for (const SegmentEntry& entry : manifest_.segments) {
    take_place(segment_file(entry.number));
    if (entry.removed.file != 0) take_place(removed_file(entry.removed.file));
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
}

void ArchiveWriter::take_header(const tokens::Header& header) {
  tokens::Header& own = manifest_.header;
  tokens::Header merged = own;
  if (const auto conflict = tokens::merge(merged, header, tokens::may_be_archived)) {
    throw Error(path_, *conflict);
  }
  if (own.vocabulary == 0 && header.vocabulary != 0) {
    tokens::Token largest = builder_.largest_token();
    for (const auto* entries : {&manifest_.segments, &written_}) {
      for (const SegmentEntry& entry : *entries)
        largest = std::max(largest, entry.largest_token);
    }
    if (largest >= header.vocabulary) {
      throw Error(path_, fmt::format("holds token {}, which is outside the vocabulary of {}",
                                     largest, header.vocabulary));
    }
  }
  changed_ = changed_ || own != merged;
  own = std::move(merged);
}

void ArchiveWriter::add(const tokens::Record& record, const std::optional<Source>& source) {
  const auto fault = tokens::vocabulary_fault(record, manifest_.header.vocabulary);
  if (fault) throw RefusedRecord(record.key, *fault);
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
  return manifest_.indexing == Indexing::pairs && tokens >= options_.min_indexed_tokens;
}

void ArchiveWriter::write_segment() {
  begin();
  SegmentEntry entry;
  entry.number = manifest_.next_file++;
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
  entry.hash = Segment(path).hash();
  written_.push_back(entry);
  written_records_ += builder_.size();
  builder_ = SegmentBuilder();
}

void ArchiveWriter::roll_back(const Mark& mark) {
  if (lock_ && !manifest_is_new_) {
    manifest_.header = read_manifest(path_).header;  // another writer may have added to it
    take_header(mark.header);
  } else {
    manifest_.header = mark.header;
  }
  if (written_.size() == mark.written_segments) {
    builder_.truncate(mark.records_in_builder);
    return;
  }
  // The records to keep were written with the first segment since the mark.
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
    drop(segment_file(written_.back().number));
    written_records_ -= written_.back().records;
    written_.pop_back();
  }
}

Archive ArchiveWriter::open_committed() const {
  return manifest_.segments.empty() ? Archive() : Archive::open(path_);
}

Removals& ArchiveWriter::removals() {
  if (!removals_) removals_.emplace(open_committed());
  return *removals_;
}

std::vector<bool> ArchiveWriter::remove(const std::vector<std::string>& keys) {
  begin();
  std::unordered_map<std::string, bool> wanted;  // and whether it was found
  for (const std::string& key : keys)
    wanted.emplace(key, false);
  const auto mark = [&](const std::string& key) {
    const auto found = wanted.find(key);
    if (found != wanted.end()) found->second = true;
    return found != wanted.end();
  };
  std::string path;
  removals().remove_if([&](const ScannedRecord& record) {
    const std::string& key = record.key();
    path = tokens::split_fragment(key).path;
    const bool whole = mark(path);
    return (path.size() != key.size() && mark(key)) || whole;
  });
  std::vector<bool> found;
  found.reserve(keys.size());
  for (const std::string& key : keys)
    found.push_back(wanted.at(key));
  return found;
}

std::size_t ArchiveWriter::rename(const std::vector<MovedFile>& files) {
  begin();
  std::unordered_map<std::string_view, const MovedFile*> moves;
  for (const MovedFile& file : files)
    moves.emplace(file.from, &file);
  tokens::Record moved;
  return removals().remove_if([&](const ScannedRecord& record) {
    const std::string_view path = tokens::split_fragment(record.key()).path;
    const auto move = moves.find(path);
    if (move == moves.end()) return false;
    record.segment().record(record.number(), moved);
    const std::string part = record.key().substr(path.size());
    moved.key = part.empty() ? tokens::key_of_file(move->second->to) : move->second->to + part;
    add(moved, move->second->source);
    return true;
  });
}

// Removes replaced records, both committed ones and those written since.
std::size_t ArchiveWriter::remove_replaced(std::vector<RecordNumbers>& removed_of_written) {
  std::vector<Segment> segments;
  segments.reserve(written_.size());
  std::vector<NewerRecords::Input> inputs;
  for (const SegmentEntry& entry : written_) {
    segments.emplace_back(new_file(segment_file(entry.number)));
    inputs.push_back({&segments.back(), {}, ""});
  }
  if (segments.empty()) return 0;
  NewerRecords newer(std::move(inputs));
  std::size_t replaced = 0;
  for (std::uint32_t s = 0; s < segments.size(); ++s) {
    const auto comes_again = [&](const ScannedRecord& record) {
      return RecordPlace{s, static_cast<std::uint32_t>(record.number())} <
             newer.newest(record.key());
    };
    replaced += remove_if(segments[s], comes_again, removed_of_written[s]);
  }
  if (manifest_.segments.empty()) return replaced;
  return replaced + removals().remove_if([&](const ScannedRecord& record) {
    return newer.newest(record.key()) || newer.changed(record.key(), record, 0);
  });
}

// Adds a segment to the next manifest, unless none of its records is left, with a file that lists
// the removed ones if there is none that lists them all.
void ArchiveWriter::add_segment(SegmentEntry entry, const Segment& segment,
                                const RecordNumbers& removed, Manifest& next) {
  if (removed.size() == entry.records) return;
  if (removed.size() > entry.removed.records) {
    RemovedFile content{entry.number, removed, 0};
    const std::string bytes = to_bytes(content);
    entry.removed = {manifest_.next_file++, removed.size(), 0, content.hash};
    for (const std::uint32_t record : removed)
      entry.removed.tokens += segment.token_count(record);
    removed_files_.push_back(entry.removed.file);
    replace_file(new_file(removed_file(entry.removed.file)), bytes);
  }
  next.segments.push_back(entry);
}

std::size_t ArchiveWriter::commit() {
  compaction_failure_.reset();
  if (pending() == 0 && !changed_ && !removals_) return 0;
  begin();
  if (builder_.size() > 0) write_segment();
  std::vector<RecordNumbers> removed_of_written(written_.size());
  const std::size_t replaced = options_.replace ? remove_replaced(removed_of_written) : 0;
  const bool removes = removals_ && removals_->added > 0;
  if (removes || changed_ || !written_.empty()) {
    Manifest next = manifest_;
    if (removes) {
      next.segments.clear();
      for (std::size_t s = 0; s < manifest_.segments.size(); ++s) {
        add_segment(manifest_.segments[s], removals_->archive.segment(s), removals_->removed[s],
                    next);
      }
    }
    for (std::size_t i = 0; i < written_.size(); ++i) {
      add_segment(written_[i], Segment(new_file(segment_file(written_[i].number))),
                  removed_of_written[i], next);
    }
    swap_manifest(std::move(next));
  }
  compact();
  end();
  return replaced;
}

void ArchiveWriter::swap_manifest(Manifest next) {
  std::unordered_set<std::uint64_t> named;
  for (const SegmentEntry& entry : next.segments)
    named.insert({entry.number, entry.removed.file});
  next.replaced.clear();
  for (const SegmentEntry& entry : manifest_.segments) {
    for (const std::uint64_t number : {entry.number, entry.removed.file}) {
      if (number != 0 && named.count(number) == 0) next.replaced.push_back(number);
    }
  }
  // Including those that could not be deleted until now.
  for (const std::uint64_t number : manifest_.replaced) {
    if (exists(file(segment_file(number))) || exists(file(removed_file(number)))) {
      next.replaced.push_back(number);
    }
  }
  next.next_file = manifest_.next_file;
  // From here on the new manifest may be in place, even if replacing it is reported to have failed
  // (after the rename, syncing the folder may fail). Either way this writer can commit again: what
  // is to be committed is kept until it is known to be, its files are not deleted, and their
  // numbers are not given to others.
  may_be_named_ = true;
  changed_ = true;
  folder_is_new_ = false;
  manifest_is_new_ = false;
  replace_file(file(kManifestFile), to_text(next));
  manifest_ = std::move(next);
  changed_ = false;
  written_.clear();
  written_records_ = 0;
  removed_files_.clear();
  removals_.reset();
  may_be_named_ = false;
  try {
    clean_up();
  } catch (const Error&) {
    // The next writer will; what is committed must not be reported as failed.
  }
}

}  // namespace pairalign::archive
