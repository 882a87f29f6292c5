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
same string. Audio of any rate, with any number of channels, is brought to 16 kHz mono first: the mean
of the channels, where one that is the inverse of another is turned before, so that it cancels nothing.
WAV, FLAC, MP3, Opus, Vorbis, AIFF, CAF and what else libsndfile knows is read by linked libraries;
M4A, AAC, AMR, WebM, WMA, MP4 and the rest by ffmpeg(1), where that is installed; -v tells which. All
parts of joined and chained files are read.

A recording that is damaged, cut short, or of an unknown kind is reported and the exit status is 2;
nothing is left out of a record without a message. --partial writes what can be read of it all the same.

A PATH may end in a media fragment, as keys and hits do: talk.wav#t=4.65,6.15 is that part, in seconds,
and talk.wav#channel=2 one channel. A file whose very name ends like that wins; its key gets #t=0 behind
it.

With - audio is read as it comes through a pipe, in WAV, MP3 and Ogg; other formats are read once all
of it is there.

Lines come in the order of the inputs, each as soon as those before it are out, and are the same for
any number of threads. --precision bf16 is faster where the processor has it, and gives about one token
of 200 otherwise. An input that cannot be read is named, and the others are written.)";
    tool.notes = {
        {"Formats", R"(tsv: the lines above, below a header that names the model. jsonl: the
same as JSON. kaldi: key and tokens. km: tokens only, an empty line
for an input that failed. ctm: a line a token, with times. audacity: a label
track, of one recording. textgrid and eaf: one document for Praat or ELAN, with a tier for each
recording, written when all are read. See pairalign-records(5).)"}};
    tool.exit_status =
        "0 done; 2 wrong use, or an input failed (it is named, the others are written).";
    tool.environment = {
        {"PAIRALIGN_MODEL",
         "Model, where --model names none: a file, or the name of an installed one."},
        {"PAIRALIGN_FFMPEG",
         "Path of the program ffmpeg; empty: it is not used. Without it, that of PATH."},
        {"TMPDIR", "Folder for audio that arrives on standard input; /tmp without it."}};
    tool.files = {
        {"../share/pairalign/default.safetensors",
         "The model that came with the tools, from the folder of the program on. Models beside "
         "it go by their names without the extension. See pairalign-model(5)."}};
    tool.examples = {
        {"Archive a folder of recordings", "pa-tokenize talks/ | pa-index talks.pai"},
        {"Ask by voice where this was said", "pa-tokenize query.opus | pa-search talks.pai -k 3"},
        {"Tokenise what a list of paths names",
         "find talks/ -name '*.opus' -print0 | pa-tokenize -0 >talks.tsv"},
        {"Archive only what is new or has changed",
         "pa-tokenize --skip talks.pai talks/ | pa-index talks.pai"},
        {"Write half as many tokens a second", "pa-tokenize --rate 6 talks/ | pa-stats"},
        {"Look at the tokens of a recording in Audacity, beside its waveform",
         "pa-tokenize --format audacity query.opus >labels.txt"},
        {"The same in Praat, a tier for each recording",
         "pa-tokenize --format textgrid talks/ >talks.TextGrid"},
        {"Windows of 3 s, one every second, for a search within long recordings",
         "pa-tokenize --window 3 --hop 1 talks/harbour.opus | cut -f 1,2"},
        {"Listen to the seconds that a hit names", "pa-tokenize 'talks/harbour.opus#t=4.65,6.15'"},
        {"The two sides of a call, each on a channel of its own",
         "pa-tokenize --channel each talks/harbour.opus | cut -f 1"},
        {"Read audio that is packed, without unpacking it on disk",
         "pa-tokenize --pre zcat --pre-glob '*.gz' talks/ | cut -f 1"},
        {"Audio from another program", "cat query.opus | pa-tokenize --tokenizer vq -"}};
    tool.see_also = {"pa-index(1)",          "pa-search(1)",       "pa-stats(1)", "pa-train(1)",
                     "pairalign-records(5)", "pairalign-model(5)", "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
