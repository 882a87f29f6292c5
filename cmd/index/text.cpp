#include "options.hpp"

namespace pairalign {

const cli::Tool& index_tool() {
  static const cli::Tool kTool = [] {
    cli::Tool tool;
    tool.name = "pa-index";
    tool.purpose = "archive token strings and maintain archives";
    tool.common_options = cli::kJobs | cli::kProgress;
    tool.summary =
        R"(Appends token strings to an archive, which is created if it does not exist. A record
replaces any earlier record with the same key.)";
    tool.description =
        R"(All strings in an archive come from one model and one tokenizer: input whose header says
otherwise is refused. The size, time and checksum of each file are stored with its string, so that
--missing and pa-tokenize --skip know what is new. A file modified after its string was made counts
as changed: after the file of strings was last written or, of strings from a pipe, after pa-index
began. A file of strings that takes long to write hides what is modified meanwhile; a pipe does not.

Only one process writes at a time, for the duration of a commit: a second one waits for it (--wait).
No lock is held while waiting for input, and readers never block a writer. Killed at any point,
pa-index leaves the archive as it was before a commit or as it is after. A long pipe is committed
every minute (--commit-every) and on a signal to terminate; with --commit-every 0, all records of a
run become visible together, or none.

Segments of many small appends are merged over time. Damaged segments are never rewritten, and
nothing is appended to an archive that has lost its manifest.)";
    tool.exit_status =
        R"(0 success; 2 usage error, damage found, records lost, or an input, an input line or a key
failed (it is reported, the others are processed).)";
    tool.files = {{"NAME.pai/", "An archive (a folder); see pairalign-archive(5)."}};
    tool.preparation = R"(pa-tokenize talks/ >talks.tsv)";
    tool.examples = {
        {"Archive a folder of recordings", "pa-tokenize talks/ | pa-index talks.pai"},
        {"Archive what is new or has changed, from cron",
         "find talks/ -type f | pa-index --missing talks.pai | pa-tokenize | pa-index talks.pai"},
        {"See what an archive holds", "pa-index --info talks.pai"},
        {"Append files of token strings", "pa-index more.pai talks.tsv"},
        {"Print the strings as they were added", "pa-index --dump talks.pai | grep harbour"},
        {"Remove a recording", "echo talks/harbour.opus | pa-index --remove talks.pai"},
        {"Merge archives", "pa-index --merge all.pai talks.pai more.pai"},
        {"Remove the records of deleted recordings", "pa-index --prune talks.pai"},
        {"Use as little space as possible", "pa-index --merge --pack entropy --index none all.pai"},
        {"Check an archive, and save what can be saved of a damaged one",
         "pa-index --check talks.pai || pa-index --salvage saved.pai talks.pai"}};
    tool.see_also = {"pa-tokenize(1)",       "pa-search(1)",         "pa-stats(1)",
                     "pairalign-archive(5)", "pairalign-records(5)", "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
