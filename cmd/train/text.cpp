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
        R"(Training uses two renderings of the same content, in three stages: an encoder whose codes
stay the same (geometric), a decoder that learns to write the encoder's strings (fixed-teacher), and
one that learns to write what the moving average of its own weights writes from the other rendering
(ema-teacher). The renderings are a recording and a degraded copy and, with --words or --pairs, the
same words said twice; only the latter teach it other speakers. pa-train then counts how often
tokens are confused with one another, which pa-search --cost soft needs, and prints string metrics
on held-out recordings.

With the built-in recipe and some hours of speech, this takes an hour or more. Audio is decoded to
an unnamed file in $TMPDIR, 115 MB per hour. On SIGINT or SIGTERM, pa-train writes a checkpoint and
stops; --resume continues from there, and the result is the same to the byte.)";
    tool.notes = {{"Several processes",
                   R"(Built with -DPAIRALIGN_MPI=ON, pa-train also runs under mpirun. Each
process takes a batch of the recipe's size, and gradients are summed over the processes, so that two
processes train like one with twice the batch size. Only the first one writes files.)"}};
    tool.notes.push_back(
        {"Natural pairs",
         R"(Lists name a recording by its path as given or relative to the PATH it was found in,
with or without extension. Two spans are a pair if they are on one line of --pairs, or if they hold
the same word, or the same run of up to three words without a gap, in two recordings: of two
speakers, if --speakers tells them, where a recording that it does not name has a speaker of its
own. Their frames are aligned by dynamic time warping over the teacher's embeddings. Names that
match no recording, spans outside their recording or of a length that the recipe excludes, and pairs
that overlap themselves are counted, and the first ones are reported. The recipe sets the
share of pairs in a batch (pair_share, 0 for none), how often a piece is trained on its partner's
target (pair_crossing), and which spans are used (pairs).)"});
    tool.exit_status =
        R"(0 the model was written; 2 usage error, training stopped by a signal, or an input failed
(it is reported, and the model is trained on the others).)";
    tool.environment = {{"TMPDIR", "Folder for decoded audio during training (default: /tmp)."}};
    tool.files = {{"FILE.safetensors.checkpoint",
                   "State of an unfinished training run, beside the model to be written."}};
    tool.preparation =
        R"(echo '{"encoder": {"width": 16, "blocks": 1}, "decoder": {"width": 16, "layers": 1}}' >tiny.json)";
    tool.examples = {
        {"Check in half a minute that everything works; train in earnest without --steps",
         "pa-train -o trial.safetensors --steps 1 talks/"},
        {"Use the model", "pa-tokenize --model trial.safetensors talks/ | pa-stats"},
        {"Print the recipe, to edit it", "pa-train --print-recipe >recipe.json"},
        {"Train with a recipe; this one is too small to be useful",
         "pa-train -o tiny.safetensors --recipe tiny.json --steps 3 --log tiny.jsonl talks/"},
        {"Continue from a model, with other recordings",
         "pa-train -o better.safetensors --from tiny.safetensors --recipe tiny.json --steps 3 "
         "talks/"}};
    tool.see_also = {"pa-tokenize(1)", "pa-stats(1)", "pairalign-model(5)", "pairalign(7)"};
    return tool;
  }();
  return kTool;
}

}  // namespace pairalign
