#include "options.hpp"

namespace pairalign {

const cli::Tool& index_tool() {
  static const cli::Tool kTool = [] {
    cli::Tool tool;
    tool.name = "pa-index";
    tool.purpose = "archive token strings, and look after archives";
    tool.common_options = cli::kJobs | cli::kProgress;
    tool.summary =
        R"(Appends token strings to an archive, which is made when it does not exist; records of keys
that are there already replace the older ones, and of one key given twice the last stays.)";
    tool.description =
        R"(Strings of one archive are of one model and one tokenizer: input whose header says otherwise
is refused. A file's size, time and content are remembered with its string, so that --missing and
pa-tokenize --skip know what is new.

One writer at a time, for as long as a commit takes: a second one waits for it (--wait), and input is
waited for without the lock. Readers are never in the way. Killed at any instant, a call leaves the
archive as it was before a commit, or as it is after. A long pipe is committed every minute
(--commit-every) and when a signal asks the tool to end; with --commit-every 0 all of a call becomes
visible together, or none of it.

Segments of many small appends are made one by and by. What is damaged is never rewritten, and an archive that lost its
manifest is never appended to.)";
    tool.exit_status =
        R"(0 done; 2 wrong use, damage found, records lost, or an input, a line of one or a key failed
(it is named, the others are done).)";
    tool.files = {
        {"NAME.pai/", "An archive, a folder. Its files are described in pairalign-archive(5)."}};
    tool.preparation = R"(pa-tokenize talks/ >talks.tsv)";
    tool.examples = {
        {"Archive a folder of recordings", "pa-tokenize talks/ | pa-index talks.pai"},
        {"Archive what is new or has changed, from cron",
         "find talks/ -type f | pa-index --missing talks.pai | pa-tokenize | pa-index talks.pai"},
        {"See what an archive holds", "pa-index --info talks.pai"},
        {"Append files of token strings", "pa-index more.pai talks.tsv"},
        {"Take strings out as they went in", "pa-index --dump talks.pai | grep harbour"},
        {"Remove a recording", "echo talks/harbour.opus | pa-index --remove talks.pai"},
        {"Bring archives together", "pa-index --merge all.pai talks.pai more.pai"},
        {"Forget recordings that were deleted", "pa-index --prune talks.pai"},
        {"Take as little room as possible", "pa-index --merge --pack entropy --index none all.pai"},
        {"Check an archive, and save what can be saved of a damaged one",
         "pa-index --check talks.pai || pa-index --salvage saved.pai talks.pai"}};
    tool.see_also = {"pa-tokenize(1)",       "pa-search(1)",         "pa-stats(1)",
                     "pairalign-archive(5)", "pairalign-records(5)", "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
