#include "options.hpp"

namespace pairalign {

const cli::Tool& train_tool() {
  static const cli::Tool kTool = [] {
    cli::Tool tool;
    tool.name = "pa-train";
    tool.purpose = "train a tokenizer on a folder of audio";
    tool.common_options = cli::kJobs | cli::kProgress;
    tool.summary = "Trains a tokenizer on a folder of audio. It needs no transcripts.";
    tool.description =
        R"(Learns from two renderings of the same content, in three stages: an encoder whose codes stay the
same (geometric), a decoder that writes strings from the encoder (fixed-teacher), and one that writes
what its own average writes from the other rendering (ema-teacher). The renderings are a recording and
its degraded copy and, with --words or --pairs, the same words said twice; only those teach it other
speakers. Then it counts how tokens are confused, which pa-search --cost soft needs, and prints
what the strings are like on held-out recordings.

With the recipe that is built in, and some hours of speech, that takes an hour and more. Audio is read
into a file without name in $TMPDIR, 115 MB an hour. SIGINT and SIGTERM write a checkpoint and stop;
--resume goes on from there, to the same bytes.)";
    tool.notes = {{"Several processes",
                   R"(Built with -DPAIRALIGN_MPI=ON, pa-train also runs under mpirun. Each
process takes a batch of the recipe's size and the gradients are added, so that two processes learn
as one does from batches of twice the size. The first of them writes.)"}};
    tool.notes.push_back(
        {"Natural pairs",
         R"(Lists name a recording by its path as given or by what follows the PATH it was found
in, with or without extension. Two spans are a pair when they hold the same word, or run of up to three
words with no gap between them, or stand in one line of --pairs; their frames are aligned by dynamic
time warping over the teacher's embeddings. A name that matches no recording, a span outside its
recording and a pair that overlaps itself are counted, and the first ones named. The recipe says how
much of a batch they are (pair_share, 0 for none), how often a piece is taught its partner's target
(pair_crossing), and what spans are used (pairs).)"});
    tool.exit_status =
        R"(0 the model is written; 2 wrong use, training stopped by a signal, or an input failed (it is
named, and the model is made of the others).)";
    tool.environment = {
        {"TMPDIR", "Folder for the audio while it is learnt from; /tmp without it."}};
    tool.files = {{"FILE.safetensors.checkpoint",
                   "State of a training that is not done, beside the model that it is to give."}};
    tool.preparation =
        R"(echo '{"encoder": {"width": 16, "blocks": 1}, "decoder": {"width": 16, "layers": 1}}' >tiny.json)";
    tool.examples = {
        {"See in half a minute whether all works; in earnest without --steps",
         "pa-train -o trial.safetensors --steps 1 talks/"},
        {"Use the model", "pa-tokenize --model trial.safetensors talks/ | pa-stats"},
        {"Write out the recipe, to change it", "pa-train --print-recipe >recipe.json"},
        {"Train by a recipe; this one is too small to be of use",
         "pa-train -o tiny.safetensors --recipe tiny.json --steps 3 --log tiny.jsonl talks/"},
        {"Go on from a model, with other recordings",
         "pa-train -o better.safetensors --from tiny.safetensors --recipe tiny.json --steps 3 "
         "talks/"}};
    tool.see_also = {"pa-tokenize(1)", "pa-stats(1)", "pairalign-model(5)", "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
