#include <string>

#include <fmt/format.h>

#include "options.hpp"
#include "stats/audio/figures.hpp"

namespace pairalign {
namespace {

constexpr const char* kMetrics =
    R"(MAP as trec_eval defines it, over all relevant documents in the qrels; MRR; P@k; R@k, the
share of queries with a relevant document in the top k; the mean rank of the first relevant one;
MTWV, the maximum over score thresholds of 1 - mean over queries of (misses + 999.9 * false alarms),
as shares of the relevant documents and of all other documents in run or qrels. Every query with a
relevant document counts, even if it is not in the run. Documents judged below 0 are removed from
the query's ranking. Ties in score are ranked by document name.

With --against RUN: the improvement over that run of the same queries, and the interval that
contains 95 % of 10,000 paired bootstrap resamples. Queries are resampled or, with --terms, groups
of queries for the same term, which share their relevant documents. If the interval contains 0,
there is no evidence of a difference.)";

constexpr const char* kFigures =
    R"(AUDIO MEASUREMENTS. These are the columns of --format tsv and the members of --format jsonl
for each recording, preceded by the path and, with --by, the group, and followed by the checks that
found something. Unknown values are empty fields, or null. --quick gives only what the header says:
container to header_seconds, and fault; the length of MP3 and of what FFmpeg reads is approximate.)";

constexpr const char* kSnr =
    R"(snr is estimated from the recording alone, without a model. The noise in each of 24 bands is
taken from the level below which a fifth of the 32 ms frames lie (quantiles, after Stahl, Fischer
and Bippus, 2000); frames at least 6 dB above the noise between 300 and 3,400 Hz count as speech;
the ratio is their mean power, less the noise, to the noise. On read speech with white, pink and
babble noise at known ratios, it is too high by 6 to 8 dB at a true 0 dB, 4 to 5 at 10, 2 to 4 at
20, and 0 to 2 at 30. Anything steady counts as noise, including a tone or hum; music counts mostly
as speech.)";

constexpr const char* kChecks =
    R"(AUDIO CHECKS. These are reported by --flag and in the column flags. --limit changes a limit
or disables a check. The defaults are for recordings of speech; they are meant to find what is
wrong, not what could be better. damaged, for files that cannot be read completely, and remark, for
what was skipped in a file or corrected, have no limit; their VALUE is the reason.)";

// A paragraph for each figure, of the manual page.
std::string figures() {
  std::string text = kFigures;
  for (const stats::AudioFigure& figure : stats::audio_figures()) {
    const std::string unit = *figure.unit == '\0' ? "" : fmt::format(" ({})", figure.unit);
    text += fmt::format("\n\n{}{}: {}.", figure.name, unit, figure.meaning);
  }
  return text + "\n\n" + kSnr;
}

std::string checks() {
  std::string text = kChecks;
  const stats::Checks defaults;
  for (const stats::Check& check : defaults.table()) {
    text += fmt::format("\n\n{}, {}: {}.", check.name, stats::limit_text(check), check.reason);
  }
  return text;
}

}  // namespace

const cli::Tool& stats_tool() {
  static const cli::Tool kTool = [] {
    cli::Tool tool;
    tool.name = "pa-stats";
    tool.purpose = "measure audio, token strings, retrieval and training";
    tool.common_options = cli::kJobs | cli::kProgress;
    tool.summary =
        R"(Measures audio, token strings, search results and training runs. Audio: rates, levels,
clipping, silence, bandwidth, noise, damage; in total, by group, per recording, or as a list of
recordings to check. Token strings: rates, vocabulary, entropy, lengths, repetition; with --against
or --pairs, compared with another stream. With --qrels, retrieval metrics. With --log, training
curves.)";
    tool.notes = {{"Metrics of --qrels", kMetrics}};
    tool.description = figures() + "\n\n" + checks();
    tool.exit_status =
        "0 success; 1 --flag found nothing; 2 usage error, or an input or an input line failed (it "
        "is reported, the others are counted). With --flag, damaged audio is a finding.";
    tool.preparation = R"(pa-tokenize talks/ >talks.tsv
pa-tokenize --tokenizer vq talks/ >long.tsv
pa-index talks.pai talks.tsv
pa-tokenize query.opus >queries.tsv
pa-search talks.pai queries.tsv -k 0 --format trec >unit.run
printf '%s\n' 'query 0 travel 1' 'query 0 railway 1' >qrels.txt
echo '{"encoder": {"width": 16, "blocks": 1}}' >tiny.json
pa-train -o tiny.safetensors --recipe tiny.json --stage geometric --steps 5 --log tiny.jsonl talks/)";
    tool.examples = {
        {"What is in a folder of recordings", "pa-stats talks/"},
        {"The names of recordings with findings, each once",
         "pa-stats --flag --limit snr=15 --limit lead=1 talks/ | cut -f 1 | uniq"},
        {"Only sampling rates, lengths and file formats of a large folder",
         "pa-stats --quick talks/"},
        {"A table for pandas, a row per recording",
         "pa-stats --format tsv talks/ >talks-audio.tsv"},
        {"Which speakers' recordings differ from the others",
         "pa-stats --by '([a-z]*)[.]opus$' talks/"},
        {"A report on token strings", "pa-tokenize talks/ | pa-stats"},
        {"The same as plots", "pa-stats talks.tsv --format svg >talks.svg"},
        {"How good a search was",
         "pa-search talks.pai queries.tsv -k 0 --format trec | pa-stats --qrels qrels.txt"},
        {"Whether soft costs are better than unit costs",
         "pa-search talks.pai queries.tsv -k 0 --format trec --cost soft | pa-stats --qrels "
         "qrels.txt "
         "--against unit.run"},
        {"How many tokens one tokenizer saves over another",
         "pa-stats talks.tsv --against long.tsv"},
        {"How similar two streams of the same recordings are, as JSON",
         "pa-stats talks.tsv --pairs talks.tsv --format json"},
        {"The progress of a training run, even while it is running", "pa-stats --log tiny.jsonl"}};
    tool.see_also = {"pa-tokenize(1)", "pa-search(1)",         "pa-rerank(1)",
                     "pa-train(1)",    "pairalign-records(5)", "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
