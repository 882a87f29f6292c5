#include "options.hpp"

namespace pairalign {

const cli::Tool& tokenize_tool() {
  static const cli::Tool kTool = [] {
    cli::Tool tool;
    tool.name = "pa-tokenize";
    tool.purpose = "speech to token strings";
    tool.common_options = cli::kJobs | cli::kProgress;
    tool.summary =
        R"(Turns speech into token strings, one line per recording: KEY, SECONDS, TOKENS and STARTS
(of each token, in ms), separated by TAB.)";
    tool.description =
        R"(A token is one of the few hundred sounds in the model's codebook; the same words give
nearly the same string. Audio of any sample rate and number of channels is first converted to 16 kHz
mono: the mean of the channels, with phase-inverted channels flipped so that they do not cancel.
WAV, FLAC, MP3, Opus, Vorbis, AIFF, CAF and anything else that libsndfile supports is read by linked
libraries; M4A, AAC, AMR, WebM, WMA, MP4 and the rest by ffmpeg(1), if installed; -v says which was
used. All parts of concatenated and chained files are read.

A recording that is damaged, truncated or of an unknown format is reported, and the exit status is
2; nothing is left out of a record without a message. --partial still writes what can be read of it.

A PATH may end in a media fragment, as keys and hits do: talk.wav#t=4.65,6.15 selects those seconds,
talk.wav#channel=2 one channel. A file whose actual name ends like that takes precedence; #t=0 is
appended to its key.

In folders, the extension decides (.wav, .flac, .opus, .m4a and others, in upper or lower case):
other files, and hidden files and folders, are skipped without a message. A file named as a PATH or
in a list is read whatever its extension.

With -, WAV, MP3 and Ogg audio is decoded as it arrives through the pipe; other formats are decoded
once all of it has arrived.

Lines are written in the order of the inputs, each as soon as those before it are out, and do not
depend on the number of threads. --precision bf16 is faster if the processor supports it, and
changes about one token in 200. An input that cannot be read is reported, and the others are
processed.)";
    tool.notes = {
        {"Formats", R"(tsv: the lines above, after a header that names the model. jsonl: the
same as JSON. kaldi: key and tokens. km: tokens only; an empty line
for an input that failed. ctm: one line per token, with times. audacity: a label
track for one recording. textgrid and eaf: one document for Praat or ELAN, with a tier per
recording, written at the end. See pairalign-records(5).)"}};
    tool.exit_status =
        "0 success; 2 usage error, or an input failed (it is reported, the others are processed).";
    tool.environment = {
        {"PAIRALIGN_MODEL",
         "Model to use without --model: a file, or the name of an installed model."},
        {"PAIRALIGN_FFMPEG",
         "Path of ffmpeg; if empty, ffmpeg is not used. Default: the one found in PATH."},
        {"TMPDIR", "Folder for audio that arrives on standard input (default: /tmp)."}};
    tool.files = {
        {"../share/pairalign/default.safetensors",
         "The model shipped with the tools, relative to the folder of the program. Models beside "
         "it are referred to by name without the extension. See pairalign-model(5)."}};
    tool.examples = {
        {"Archive a folder of recordings", "pa-tokenize talks/ | pa-index talks.pai"},
        {"Ask by voice where this was said", "pa-tokenize query.opus | pa-search talks.pai -k 3"},
        {"Tokenise what a list of paths names",
         "find talks/ -name '*.opus' -print0 | pa-tokenize -0 >talks.tsv"},
        {"Archive only what is new or has changed",
         "pa-tokenize --skip talks.pai talks/ | pa-index talks.pai"},
        {"Write half as many tokens a second", "pa-tokenize --rate 6 talks/ | pa-stats"},
        {"Show the tokens of a recording in Audacity, below its waveform",
         "pa-tokenize --format audacity query.opus >labels.txt"},
        {"The same in Praat, a tier for each recording",
         "pa-tokenize --format textgrid talks/ >talks.TextGrid"},
        {"Windows of 3 s, one every second, for a search within long recordings",
         "pa-tokenize --window 3 --hop 1 talks/harbour.opus | cut -f 1,2"},
        {"Tokenise the seconds of a hit", "pa-tokenize 'talks/harbour.opus#t=4.65,6.15'"},
        {"The two sides of a call, each on its own channel",
         "pa-tokenize --channel each talks/harbour.opus | cut -f 1"},
        {"Read compressed audio without unpacking it on disk",
         "pa-tokenize --pre zcat --pre-glob '*.gz' talks/ | cut -f 1"},
        {"Audio from another program", "cat query.opus | pa-tokenize --tokenizer vq -"}};
    tool.see_also = {"pa-index(1)", "pa-search(1)",         "pa-rerank(1)",       "pa-stats(1)",
                     "pa-train(1)", "pairalign-records(5)", "pairalign-model(5)", "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
