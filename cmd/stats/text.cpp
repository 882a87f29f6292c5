#include "options.hpp"

namespace pairalign {
namespace {

constexpr const char* kMetrics =
    R"(MAP as trec_eval defines it, over all relevant documents of the qrels; MRR; P@k; R@k, the share of
queries with a relevant document in the top k; the mean rank of the first relevant one; MTWV, the
maximum over score thresholds of 1 - mean over queries of (misses + 999.9 * false alarms), as shares of
the relevant and of the other documents named. Every query with a relevant document counts, also when
the run does not name it. Documents judged below 0 are left out of the query's ranking. Equal scores are
ranked by document.

With --against RUN: how much better than that other run, of the same queries, and the interval that holds
95 % of 10,000 paired bootstrap resamples. Queries are resampled, or terms where --terms tells which
queries ask for the same: these share their relevant documents. An interval that holds 0 tells nothing.)";

}  // namespace

const cli::Tool& stats_tool() {
  static const cli::Tool kTool = [] {
    cli::Tool tool;
    tool.name = "pa-stats";
    tool.purpose = "measure token strings, retrieval and training";
    tool.common_options = cli::kProgress;
    tool.summary =
        R"(Measures token strings: rates, vocabulary, entropy, lengths, repetition; with --against, --pairs
or --qrels also against another stream or against relevance judgements; with --log, how a training
goes.)";
    tool.notes = {{"Metrics of --qrels", kMetrics}};
    tool.exit_status =
        "0 done; 2 wrong use, or an input or a line of one failed (it is named, the others are "
        "counted).";
    tool.preparation = R"(pa-tokenize talks/ >talks.tsv
pa-tokenize --tokenizer vq talks/ >long.tsv
pa-index talks.pai talks.tsv
pa-tokenize question.opus >queries.tsv
pa-search talks.pai queries.tsv -k 0 --format trec >unit.run
printf '%s\n' 'question 0 travel 1' 'question 0 railway 1' >qrels.txt
echo '{"encoder": {"width": 16, "blocks": 1}}' >tiny.json
pa-train -o tiny.safetensors --recipe tiny.json --stage geometric --steps 5 --log tiny.jsonl talks/)";
    tool.examples = {
        {"A report on a folder of recordings", "pa-tokenize talks/ | pa-stats"},
        {"The same as a picture", "pa-stats talks.tsv --format svg >talks.svg"},
        {"How good a search was",
         "pa-search talks.pai queries.tsv -k 0 --format trec | pa-stats --qrels qrels.txt"},
        {"Whether soft costs are better than unit costs",
         "pa-search talks.pai queries.tsv -k 0 --format trec --cost soft | pa-stats --qrels qrels.txt "
         "--against unit.run"},
        {"How many tokens one tokenizer saves over another",
         "pa-stats talks.tsv --against long.tsv"},
        {"How alike two streams of the same recordings are, for a program",
         "pa-stats talks.tsv --pairs talks.tsv --format json"},
        {"How a training goes, also while it runs", "pa-stats --log tiny.jsonl"}};
    tool.see_also = {"pa-tokenize(1)", "pa-search(1)", "pa-train(1)", "pairalign-records(5)",
                     "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
