/* Tokenizes samples as they arrive, from C and from languages that call C: a thin layer over
 * <pairalign/tokenize.hpp>. Link with the shared library (pkg-config --cflags --libs pairalign).
 * examples/live/live.c is a complete program.
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

/* Why the last failing call on this thread failed. Never NULL; valid until the next failure. */
const char* pairalign_error(void);

/* Opens the model file at `path` (pkg-config --variable=model pairalign prints that of the model
 * installed with the library). It must outlive its tokenizers. Closing NULL is allowed. */
pairalign_model* pairalign_open(const char* path);
void pairalign_close(pairalign_model* model);

/* `kind`: "pairalign", "vq", "dpvq" or "frames"; NULL for the default of the model. `live`: not 0 to
 * finalise tokens as early as possible, in steps of 0.1 s, which costs several times as much as the
 * long blocks that suit samples from a file; the strings are the same. */
pairalign_tokenizer* pairalign_tokenizer_new(const pairalign_model* model, const char* kind, int live);
void pairalign_tokenizer_free(pairalign_tokenizer* tokenizer);

/* The line `#pairalign 1 model=...`, newline included, that precedes records of these strings, so that
 * the tools know what made them. Valid as long as the tokenizer. */
const char* pairalign_header(const pairalign_tokenizer* tokenizer);

/* Takes mono samples at PAIRALIGN_SAMPLE_RATE, full scale -1 .. 1, any number of them. The first ones,
 * and those after `finish` or an error, begin a recording. 0, or -1: the recording is abandoned. */
int pairalign_push(pairalign_tokenizer* tokenizer, const float* samples, size_t count);

/* Ends the recording and finalises the remaining tokens. 0, or -1: the recording is abandoned. */
int pairalign_finish(pairalign_tokenizer* tokenizer);

/* Moves the next final tokens, at most `capacity`, to `tokens`, and returns their number; 0 when no
 * more are final yet. Tokens not taken when the next recording begins are lost. */
size_t pairalign_take(pairalign_tokenizer* tokenizer, pairalign_token* tokens, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
