/* live.cpp in C, without its report: raw samples on standard input (16 kHz, mono, 16 bits,
 * little-endian), a line per token on standard output as soon as it is settled: its start in seconds
 * and its id. Usage: live-c [TOKENIZER]. README.md beside this file says how to build it. */
#include <stdio.h>
#include <stdlib.h>

#include <pairalign/pairalign.h>

enum { CHUNK = PAIRALIGN_SAMPLE_RATE / 10 }; /* 100 ms */

static void print_tokens(pairalign_tokenizer* tokenizer) {
  pairalign_token tokens[64];
  size_t count, i;
  while ((count = pairalign_take(tokenizer, tokens, 64)) > 0) {
    for (i = 0; i < count; ++i)
      printf("%.2f %u\n", tokens[i].start_ms / 1000.0, (unsigned)tokens[i].token);
    fflush(stdout);
  }
}

/* 0, or -1 when something failed. */
static int run(pairalign_tokenizer* tokenizer) {
  unsigned char bytes[2 * CHUNK];
  float samples[CHUNK];
  size_t count, i;
  while ((count = fread(bytes, 1, sizeof bytes, stdin) / 2) > 0) {
    for (i = 0; i < count; ++i) {
      const int value = bytes[2 * i] | bytes[2 * i + 1] << 8;
      samples[i] = (value < 32768 ? value : value - 65536) / 32768.0f;
    }
    if (pairalign_push(tokenizer, samples, count) != 0) return -1;
    print_tokens(tokenizer);
  }
  if (pairalign_finish(tokenizer) != 0) return -1;
  print_tokens(tokenizer);
  return 0;
}

int main(int argc, char** argv) {
  const char* chosen = getenv("PAIRALIGN_MODEL");
  pairalign_model* model = pairalign_open(chosen != NULL ? chosen : DEFAULT_MODEL);
  pairalign_tokenizer* tokenizer = NULL;
  int status = -1;
  if (model != NULL) tokenizer = pairalign_tokenizer_new(model, argc > 1 ? argv[1] : NULL, 1);
  if (tokenizer != NULL) status = run(tokenizer);
  if (status != 0) fprintf(stderr, "live-c: %s\n", pairalign_error());
  pairalign_tokenizer_free(tokenizer);
  pairalign_close(model);
  return status == 0 ? 0 : 1;
}
