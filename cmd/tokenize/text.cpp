#include "options.hpp"

namespace pairalign {

const cli::Tool& tokenize_tool() {
  static const cli::Tool kTool = [] {
    cli::Tool tool;
    tool.name = "pa-tokenize";
    tool.purpose = "speech to token strings";
    tool.common_options = cli::kJobs | cli::kProgress;
    tool.summary =
        R"(Turns speech into token strings, one line a recording: KEY, SECONDS, TOKENS, separated by
TAB.)";
    tool.description =
        R"(A token is one of a few hundred sounds that the model knows; the same words give nearly the
same string. Audio of any rate, with any number of channels, is brought to 16 kHz mono first. What
libsndfile reads is read: WAV, FLAC, Ogg, Opus, MP3, AIFF and others.

Lines come in the order of the inputs, each as soon as those before it are out, and are the same for
any number of threads. --precision bf16 is faster where the processor has it, and gives about one token
of 200 otherwise. An input that cannot be read is named, and the others are written.)";
    tool.notes = {
        {"Formats", R"(tsv: the lines above, below a header that names the model. jsonl: the
same as JSON. kaldi: key and tokens. km: tokens only. ctm: a line a token, with times. audacity: a label
track. See pairalign-records(5).)"}};
    tool.exit_status =
        "0 done; 2 wrong use, or an input failed (it is named, the others are written).";
    tool.environment = {
        {"PAIRALIGN_MODEL",
         "Model, where --model names none: a file, or the name of an installed one."},
        {"TMPDIR", "Folder for audio that arrives on standard input; /tmp without it."}};
    tool.files = {
        {"../share/pairalign/default.safetensors",
         "The model that came with the tools, from the folder of the program on. Models beside "
         "it go by their names without the extension. See pairalign-model(5)."}};
    tool.examples = {
        {"Archive a folder of recordings", "pa-tokenize talks/ | pa-index talks.pai"},
        {"Ask by voice where this was said",
         "pa-tokenize question.opus | pa-search talks.pai -k 3"},
        {"Tokenise what a list of paths names",
         "find talks/ -name '*.opus' -print0 | pa-tokenize -0 >talks.tsv"},
        {"Archive only what is new or has changed",
         "pa-tokenize --skip talks.pai talks/ | pa-index talks.pai"},
        {"Write half as many tokens a second", "pa-tokenize --rate 6 talks/ | pa-stats"},
        {"Look at the tokens of a recording in Audacity, beside its waveform",
         "pa-tokenize --format audacity question.opus >labels.txt"},
        {"Windows of 3 s, one every second, for a search within long recordings",
         "pa-tokenize --window 3 --hop 1 talks/harbour.opus | cut -f 1,2"},
        {"Audio from another program", "cat question.opus | pa-tokenize --tokenizer vq -"}};
    tool.see_also = {"pa-index(1)",          "pa-search(1)",       "pa-stats(1)", "pa-train(1)",
                     "pairalign-records(5)", "pairalign-model(5)", "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
