/* Token strings of samples as they come, from C and from languages that call C: a thin layer over
 * <pairalign/tokenize.hpp>. Link with the shared library (pkg-config --cflags --libs pairalign).
 * examples/live/live.c is a whole program.
 *
 * Functions that fail return NULL or -1, and pairalign_error says why. A model may be shared between
 * threads; a tokenizer may not. */
#ifndef PAIRALIGN_H
#define PAIRALIGN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PAIRALIGN_SAMPLE_RATE 16000

typedef struct pairalign_model pairalign_model;
typedef struct pairalign_tokenizer pairalign_tokenizer;
typedef struct {
  uint32_t token;    /* 0 .. vocabulary - 1 */
  uint32_t start_ms; /* from the first sample of its recording */
} pairalign_token;

/* Why the last call that failed on this thread did. Never NULL; valid until the next failure. */
const char* pairalign_error(void);

/* The model file at `path` (pkg-config --variable=model pairalign names the one that came with the
 * library). It must outlive its tokenizers. NULL is closed too. */
pairalign_model* pairalign_open(const char* path);
void pairalign_close(pairalign_model* model);

/* `kind`: "pairalign", "vq", "dpvq" or "frames"; NULL for the default of the model. `live`: not 0 to
 * settle tokens as soon as can be, in steps of 0.1 s, which costs several times as much as the long
 * blocks that suit samples of a file; the strings are the same. */
pairalign_tokenizer* pairalign_tokenizer_new(const pairalign_model* model, const char* kind, int live);
void pairalign_tokenizer_free(pairalign_tokenizer* tokenizer);

/* The line `#pairalign 1 model=...`, newline included, that goes before records of these strings, so
 * that the tools know what they are. Valid as long as the tokenizer. */
const char* pairalign_header(const pairalign_tokenizer* tokenizer);

/* Mono samples at PAIRALIGN_SAMPLE_RATE, full scale -1 .. 1, as few or as many as there are. The first
 * ones, and those after `finish` or an error, begin a recording. 0, or -1: the recording is given up. */
int pairalign_push(pairalign_tokenizer* tokenizer, const float* samples, size_t count);

/* Ends the recording: what was still open is settled. 0, or -1: the recording is given up. */
int pairalign_finish(pairalign_tokenizer* tokenizer);

/* Moves the next settled tokens, at most `capacity`, to `tokens`, and returns how many these are; 0
 * when no more are settled yet. Tokens that are not taken when the next recording begins are lost. */
size_t pairalign_take(pairalign_tokenizer* tokenizer, pairalign_token* tokens, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
