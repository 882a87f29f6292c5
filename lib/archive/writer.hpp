// Archives of token strings: the writing side. archive.hpp tells how an append stays atomic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "archive/compaction.hpp"
#include "archive/folder.hpp"
#include "archive/folder_lock.hpp"
#include "archive/manifest.hpp"
#include "archive/moved_files.hpp"
#include "archive/pair_index.hpp"
#include "archive/removals.hpp"
#include "archive/segment_builder.hpp"
#include "archive/source.hpp"
#include "base/thread_pool.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

struct WriterOptions {
  /// A segment is written when its records take this much memory.
  std::size_t segment_bytes = std::size_t{64} << 20;
  /// How tokens are written from now on, by later writers too; nothing: as the archive has it.
  std::optional<TokenCoding> coding;
  /// Likewise whether segments get postings.
  std::optional<Indexing> indexing;
  /// A segment of fewer tokens gets no postings.
  std::size_t min_indexed_tokens = kMinIndexedTokens;
  /// That lay out a segment; 0: as many as there are processors. What is written is the same.
  int threads = 1;
  /// How long to wait for another writer, in seconds.
  double wait_seconds = 0;
  /// Whether small segments are made one, and those rewritten of which most is removed, so that
  /// their number grows with the logarithm of that of the appends (compaction.hpp).
  bool compaction = true;
  /// Whether a record also replaces those made from a file of the same contents that is gone. Only
  /// where the new records' files were looked at just now.
  bool follow_moves = false;
};

/// How archives are brought together.
struct MergeOptions {
  /// Put before the keys of the others, so that those of two machines stay apart.
  std::string prefix;
  /// Of records of one key that differ, the last one stays. Else: Error, and nothing is changed.
  bool replace = true;
};

/// Changes an archive, which is made when it does not exist. All that was added and removed shows
/// together, at `commit`; a writer that goes away before leaves nothing behind. Files that it finds
/// and does not replace are never deleted, whatever state the folder is in. Records are kept in
/// the order in which they come. They replace those of the same key that came before, in this
/// commit too (also those of a file that changed; see NewerRecords), and no other. Memory is
/// bounded by a few segments and some 18 bytes for each record of a commit.
///
/// The archive is locked only while it is written to: from when the first segment is full, or
/// `commit`, `remove` or `merge` is called, to the end of the commit. What another writer commits
/// until then is kept. The functions that lock throw Error when the archive has come to be of other
/// strings meanwhile, or another writer does not let go of it.
class ArchiveWriter {
 public:
  /// Throws Error: a folder that is no archive or cannot be written to, a damaged manifest, a
  /// `header` that does not match.
  explicit ArchiveWriter(const std::string& path, const tokens::Header& header = {},
                         const WriterOptions& options = {});
  ~ArchiveWriter();
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  /// What the archive's strings were written with, all headers taken in so far.
  const tokens::Header& header() const { return manifest_.header; }

  /// Takes in a header: what the archive did not know, it adopts, for strings without a header are
  /// taken on trust; throws Error(path, describe_mismatch) when it contradicts what is known, or
  /// when a token present is outside its vocabulary.
  void take_header(const tokens::Header& header);

  /// Throws Error(key, reason), and takes nothing in, for a record that cannot be kept: a token
  /// outside the vocabulary, times that do not fit its tokens.
  void add(const tokens::Record& record, const std::optional<Source>& source = std::nullopt);

  /// Names of files in the archive's folder that look like its own and that no manifest of it
  /// speaks of: what is left of a newer manifest, perhaps, that an older one was put in place of.
  /// They are left alone.
  const std::vector<std::string>& strays() const { return strays_; }

  /// Records added since the last commit.
  std::size_t pending() const { return written_records_ + builder_.size(); }
  /// Records committed and not removed when the archive was last locked, or this writer made.
  std::uint64_t committed() const;

  /// A state to come back to: what was added and taken in since is forgotten. Good until `commit`.
  struct Mark {
    tokens::Header header;
    std::size_t written_segments = 0;
    std::size_t records_in_builder = 0;
  };
  Mark mark() const;
  void roll_back(const Mark& mark);

  /// Removes the committed records of these keys, at the next commit; a key without a media
  /// fragment stands for its parts too. Returns for each key whether it has records.
  std::vector<bool> remove(const std::vector<std::string>& keys);

  /// Gives the committed records of files that were moved, and of their parts, their new keys, at
  /// the next commit; they come to stand at the end. Returns how many. Nothing may be pending.
  std::size_t rename(const std::vector<MovedFile>& files);

  /// Makes all visible, on disk when this returns; returns how many records were replaced. An
  /// archive that does not exist yet is made even when nothing was added.
  std::size_t commit();

  /// Rewrites the archive as few segments, without removed records and with those of `others`
  /// behind its own, and commits that; nothing may be pending. A record replaces those before it as
  /// in appending, the archives taken for appended one after the other. Returns how many were
  /// replaced. Throws Error: an archive that cannot be read or is damaged, whose header does not
  /// match, or records that differ and have one key (see MergeOptions).
  std::size_t merge(const std::vector<std::string>& others, const MergeOptions& options = {});

  /// Why segments were not made fewer that should have been, at the last commit: a damaged one, a
  /// full disk. The commit itself was done.
  const std::optional<Error>& compaction_failure() const { return compaction_failure_; }

 private:
  void begin();
  void end();
  void check_place() const;
  void lock_folder();
  void apply_options();
  void remove_new_folder();
  void load();
  void clean_up();
  void take_place(const SegmentEntry& entry) const;
  void write_segment();
  bool is_indexed(std::size_t tokens) const;
  void drop_written(std::size_t keep);
  Removals& removals();
  std::size_t remove_replaced(std::vector<RecordNumbers>& removed_of_written);
  void write_removed(const Segment& segment, const RecordNumbers& removed, SegmentEntry& entry,
                     Manifest& next);
  void write_removals(Manifest& next);
  void add_written(const std::vector<RecordNumbers>& removed, Manifest& next);
  void add_all(const Segment& segment, const RecordNumbers& removed, const std::string& prefix);
  bool is_compact() const;
  void compact();
  void rewrite(const SegmentRange& range);
  void swap_manifest(Manifest next);
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string new_file(const std::string& name) const { return file(name) + kNewSuffix; }

  std::string path_;
  WriterOptions options_;
  ThreadPool pool_;
  bool folder_is_new_ = false;    // made by this writer, which has not committed
  bool manifest_is_new_ = false;  // likewise, and holds nothing
  bool changed_ = false;          // the manifest on disk, if any, is no longer what manifest_ says
  std::unique_ptr<FolderLock> lock_;
  Manifest manifest_;
  std::vector<std::string> strays_;
  std::vector<SegmentEntry> written_;  // segments on disk that the manifest does not name yet
  std::size_t written_records_ = 0;
  std::vector<std::uint64_t> removed_files_;  // the same of files of removed records
  std::unique_ptr<Removals> removals_;        // from what is committed; made when first needed
  SegmentBuilder builder_;
  std::optional<Error> compaction_failure_;
};

}  // namespace pairalign::archive
